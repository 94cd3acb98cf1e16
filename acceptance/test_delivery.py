"""Access records on their way: files that give way, syslog, HTTP and Kafka; what is lost is counted and said."""

import json
import re
import socket

import pytest

from stand.collectors import Cluster, Datagrams, Posts, Stream
from stand.patience import until
from stand.site import Site
from stand.wire import call

MESSAGE = re.compile(r"<134>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (\S+) tollgate (\d+) access - (\{.*\})")


def served(gateway):
    """An open service that answers itself."""
    site = Site(gateway, None)
    site.api(path="/mock", mock="x", name="mock")
    site.release()
    return site


def ask(site, name):
    """A call that can be told from others."""
    answer = call(site.gateway.http, "GET", "/mock", site.host, [("X-Name", name)])
    assert answer.status == 200
    return answer.header("x-api-requestid")


def counted(gateway, name, to):
    """The value of a counter of a destination."""
    found = re.search(rf'^tollgate_log_{name}\{{to="{to}"\}} (\d+)', gateway.get("/metrics")[2], re.MULTILINE)
    return int(found[1]) if found else None


def record_of(message):
    """The record in a message of syslog, whose form is right."""
    found = MESSAGE.fullmatch(message)
    assert found, message
    record = json.loads(found[4])
    assert (record["time"], found[2]) == (found[1], socket.gethostname())
    return record


@pytest.fixture
def closing():
    """Closes what a test has opened."""
    opened = []
    yield lambda one: opened.append(one) or one
    for one in opened:
        one.close()


@pytest.mark.parametrize("way", ["udp", "unix", "tcp"])
def test_syslog_gets_a_message_for_each_call(gateways, closing, tmp_path, way):
    make = {"udp": Datagrams, "unix": lambda: Datagrams(tmp_path / "log"), "tcp": Stream}[way]
    collector = closing(make())
    site = served(gateways("--log-syslog", collector.place))
    asked = [ask(site, "one"), ask(site, "two")]
    records = [record_of(collector.message()) for _ in asked]
    assert sorted(record["request_id"] for record in records) == sorted(asked)
    assert {(record["status"], record["service"], record["path"]) for record in records} == {(200, site.id, "/mock")}
    until(lambda: counted(site.gateway, "delivered_total", "syslog") == 2, "they are counted")
    assert counted(site.gateway, "dropped_total", "syslog") == 0


def test_a_collector_that_went_away_is_found_again(gateways, closing):
    collector = closing(Stream())
    site = served(gateways("--log-syslog", collector.place))
    ask(site, "first")
    record_of(collector.message())
    collector.break_off()
    asked = ask(site, "again")
    assert record_of(collector.message())["request_id"] == asked, "nothing is lost on the connection that was closed"


def test_http_gets_json_lines_and_is_asked_again(gateways, closing):
    collector = closing(Posts([503, 429]))
    site = served(gateways("--log-http", collector.url, environment={"TOLLGATE_LOG_HTTP_AUTHORIZATION": "Bearer t0ken"}))
    asked = [ask(site, "one"), ask(site, "two"), ask(site, "three")]
    until(lambda: len(collector.records()) == 3, "all records are there")
    assert sorted(record["request_id"] for record in collector.records()) == sorted(asked)
    assert [status for status, *_ in collector.requests[:3]] == [503, 429, 204]
    (first, second, third) = (body for _, _, _, body in collector.requests[:3])
    assert first == second == third, "the same lines are tried again"
    _, path, headers, _ = collector.requests[0]
    assert (path, headers["content-type"]) == ("/in?from=gateway", "application/x-ndjson")
    assert headers["authorization"] == "Bearer t0ken"
    assert "t0ken" not in site.gateway.log()
    assert "answered with 503" in site.gateway.log()


def test_what_http_refuses_is_dropped_counted_and_said(gateways, closing):
    collector = closing(Posts([400]))
    site = served(gateways("--log-http", collector.url))
    ask(site, "refused")
    until(lambda: counted(site.gateway, "dropped_total", "http") == 1, "it is counted")
    asked = ask(site, "taken")
    until(lambda: [record["request_id"] for record in collector.records()] == [asked], "the next one is taken")
    log = site.gateway.log()
    assert "answered with 400" in log and "access records were dropped" in log


def test_a_destination_that_stands_still_costs_its_queue_and_no_call(gateways, closing):
    collector = closing(Posts())
    collector.holds.clear()
    site = served(gateways("--log-http", collector.url, "--log-queue", "64KiB", "--workers", "1"))
    path = "/mock/" + "x" * 3000
    for _ in range(120):
        assert call(site.gateway.http, "GET", path, site.host).status == 200
    until(lambda: counted(site.gateway, "dropped_total", "http"), "calls are dropped")
    assert counted(site.gateway, "waiting_bytes", "http") <= (64 << 10) + (1 << 20)
    dropped = counted(site.gateway, "dropped_total", "http")
    collector.holds.set()
    until(lambda: len(collector.records()) + counted(site.gateway, "dropped_total", "http") == 120, "none is in both or in none")
    assert dropped > 0 and collector.records()
    assert counted(site.gateway, "waiting_bytes", "http") == 0


def test_the_end_of_the_process_waits_for_what_is_under_way(gateways, closing):
    collector = closing(Posts())
    site = served(gateways("--log-http", collector.url))
    asked = [ask(site, str(number)) for number in range(50)]
    site.gateway.stop()
    assert sorted(record["request_id"] for record in collector.records()) == sorted(asked)


def test_nobody_has_to_be_there_when_the_gateway_starts(gateways, closing):
    late = Stream()
    port = late.port
    late.close()
    site = served(gateways("--log-syslog", f"tcp://127.0.0.1:{port}", "--log-http", "http://127.0.0.1:9/"))
    asked = ask(site, "early")
    until(lambda: "access records cannot be delivered" in site.gateway.log(), "it is said")
    listener = socket.create_server(("127.0.0.1", port))
    listener.settimeout(60)
    connection, _ = listener.accept()
    connection.settimeout(60)
    text = connection.recv(1 << 16).decode()
    assert record_of(text.partition(" ")[2])["request_id"] == asked
    connection.close()
    listener.close()


def test_kafka_gets_a_record_for_each_call(gateways, closing):
    cluster = closing(Cluster("calls"))
    site = served(gateways("--log-kafka", cluster.address, "--log-kafka-topic", "calls"))
    asked = [ask(site, str(number)) for number in range(5)]
    found = []
    until(lambda: found.extend(cluster.records()) or len(found) >= 5, "all records are there")
    assert sorted(record["request_id"] for record in found) == sorted(asked)
    until(lambda: counted(site.gateway, "delivered_total", "kafka") == 5, "they are counted")


def test_a_topic_that_is_not_there_is_said(gateways, closing):
    cluster = closing(Cluster("calls"))
    site = served(gateways("--log-kafka", cluster.address, "--log-kafka-topic", "others", "--log-patience", "1"))
    ask(site, "lost")
    until(lambda: counted(site.gateway, "dropped_total", "kafka") == 1, "it is dropped")
    assert "there is no topic `others`" in site.gateway.log()


def test_a_full_file_gives_way(gateways, tmp_path):
    log = tmp_path / "access.log"
    arguments = ["--access-log", str(log), "--access-log-rotate-size", "1KiB", "--access-log-keep", "2"]
    site = served(gateways(*arguments))
    names = [log, tmp_path / "access.log.1", tmp_path / "access.log.2"]
    for _ in range(6):
        asked = [ask(site, str(number)) for number in range(3)]
        until(lambda last=asked[-1]: any(name.exists() and last in name.read_text() for name in names), "it is written")
    until(lambda: all(name.exists() for name in names), "two old files are there")
    assert not (tmp_path / "access.log.3").exists()
    for name in names:
        lines = name.read_text().splitlines()
        assert lines and all(json.loads(line)["status"] == 200 for line in lines)


@pytest.mark.parametrize(
    "flag, value",
    [
        ("--log-syslog", "tls://logs:6514"),
        ("--log-syslog", "udp://logs"),
        ("--log-http", "logs.example.com"),
        ("--log-kafka", "kafka"),
        ("--log-kafka-topic", "a b"),
        ("--access-log-rotate-size", "many"),
    ],
)
def test_what_is_no_destination_is_refused_by_its_setting(gateways, flag, value):
    with pytest.raises(AssertionError, match=flag[2:].replace("-", "[-_]")):
        gateways(flag, value)
