"""What an operator sees from outside: health, metrics, the access log."""

import json
import re
import signal

import pytest

from stand.metrics import sample
from stand.patience import until
from stand.signing import date_source
from stand.site import Site
from stand.wire import Wire, call


@pytest.fixture
def logged(gateways, backend, tmp_path):
    """A gateway that writes an access log, a signed and an open API, and one key."""
    path = tmp_path / "access.log"
    gateway = gateways("--access-log", path)
    site = Site(gateway, backend)
    site.api(path="/signed", name="signed", to="/signed", AuthType="SECRET")
    site.api(path="/mock", name="mock", mock="mocked")
    site.release()
    site.pair = site.key()
    site.plan_id = site.plan(site.pair[0])
    site.log = path
    return site


def records(site, count):
    """So many records of the access log, once they are there."""

    def enough():
        lines = site.log.read_text().splitlines() if site.log.exists() else []
        return lines if len(lines) >= count else None

    lines = until(enough, f"{count} records")
    assert len(lines) == count
    return [json.loads(line) for line in lines]


def test_a_call_leaves_a_record(logged):
    answer = call(logged.gateway.http, "POST", "/signed?token=hidden", logged.host, date_source(*logged.pair), b"12345")
    assert answer.status == 200
    (record,) = records(logged, 1)
    assert record == {
        "time": record["time"],
        "request_id": answer.header("X-Api-RequestId"),
        "service": logged.id,
        "environment": "release",
        "api": logged.apis["signed"],
        "key": logged.pair[0],
        "plan": logged.plan_id,
        "method": "POST",
        "scheme": "http",
        "host": logged.host,
        "path": "/signed",
        "peer": record["peer"],
        "status": 200,
        "backend_status": 200,
        "backend": logged.backend.url.partition("://")[2],
        "bytes_in": 5,
        "bytes_out": len(answer.body),
        "duration_us": record["duration_us"],
        "backend_us": record["backend_us"],
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record["time"])
    assert record["peer"].startswith("127.0.0.1:")
    assert 0 < record["backend_us"] <= record["duration_us"]
    assert logged.backend.seen.header("X-Api-RequestId") == record["request_id"]


def test_a_refusal_leaves_its_reason(logged):
    address = logged.gateway.http
    call(address, "GET", "/signed", logged.host)
    call(address, "GET", "/nowhere", logged.host)
    call(address, "GET", "/", "nobody.example")
    call(address, "GET", "/signed", logged.host, date_source(logged.pair[0], "wrong"))
    told = sorted((record["status"], record["refusal"]) for record in records(logged, 4))
    assert told == [
        (401, "signature_mismatch"),
        (401, "signature_missing"),
        (404, "no_api"),
        (404, "unknown_host"),
    ]


def test_a_malformed_head_is_counted(logged):
    with Wire(logged.gateway.http) as wire:
        wire.send("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
        assert wire.receive().status == 400
    text = logged.gateway.get("/metrics")[2]
    assert sample(text, "tollgate_refusals_total", reason="malformed_request") == 1


def test_a_mock_has_no_backend_in_its_record(logged):
    call(logged.gateway.http, "GET", "/mock", logged.host)
    (record,) = records(logged, 1)
    assert not {"backend", "backend_status", "backend_us", "key", "plan", "refusal"} & set(record)


def test_secrets_stand_in_no_log_and_in_no_file_in_the_clear(logged):
    headers = date_source(*logged.pair)
    call(logged.gateway.http, "GET", "/signed?password=hidden", logged.host, headers)
    records(logged, 1)
    logged.gateway.stop()
    secret = logged.pair[1].encode()
    signature = dict(headers)["Authorization"].rpartition('signature="')[2].rstrip('"').encode()
    for path in [*logged.gateway.folder.rglob("*"), logged.log]:
        if path.is_file():
            content = path.read_bytes()
            assert secret not in content and signature not in content and b"password=hidden" not in content, path


def test_the_log_is_whole_when_the_process_ends(logged):
    for _ in range(100):
        call(logged.gateway.http, "GET", "/mock", logged.host)
    logged.gateway.stop()
    assert len(logged.log.read_text().splitlines()) == 100


def test_records_go_to_standard_output_and_nothing_else_does(gateways, backend):
    gateway = gateways("--access-log", "stdout")
    site = Site(gateway, backend)
    site.api(path="/echo", name="echo", to="/echo")
    site.api(path="/mock", name="mock", mock="mocked")
    site.release()

    def made(*paths):
        return [(call(gateway.http, "GET", path, site.host).header("X-Api-RequestId"), path) for path in paths]

    def told():
        lines = gateway.output().splitlines()
        return [(record["request_id"], record["path"]) for record in map(json.loads, lines)]

    calls = made("/echo", "/mock", "/nowhere")
    until(lambda: gateway.output().count("\n") >= 3, "three records")
    assert sorted(told()) == sorted(calls)
    # There is no file to be opened anew.
    gateway.process.send_signal(signal.SIGHUP)
    calls += made(*["/mock"] * 20)
    gateway.stop()
    assert sorted(told()) == sorted(calls), "a line for each call, and no other line"
    log = gateway.log()
    assert all(isinstance(json.loads(line), dict) for line in log.splitlines())
    assert log and not any(identifier in log for identifier, _ in calls)


def test_without_an_access_log_nothing_goes_to_standard_output(shared):
    site = Site(shared, None)
    site.api(path="/mock", mock="mocked")
    site.release()
    assert call(shared.http, "GET", "/mock", site.host).status == 200
    assert shared.output() == ""


def test_alive_and_ready(shared):
    assert shared.get("/healthz")[0] == 200
    status, _, text = shared.get("/readyz")
    assert status == 200
    assert isinstance(json.loads(text)["revision"], int)


def test_metrics_count_calls_by_service_environment_and_class(logged):
    for _ in range(3):
        call(logged.gateway.http, "GET", "/mock", logged.host)
    call(logged.gateway.http, "GET", "/signed", logged.host)
    status, headers, text = logged.gateway.get("/metrics")
    assert status == 200 and headers["Content-Type"].startswith("text/plain")
    labels = {"service": logged.id, "environment": "release"}
    assert sample(text, "tollgate_requests_total", **labels) == 4
    assert sample(text, "tollgate_request_duration_seconds_count", **labels) == 4
    assert sample(text, "tollgate_refusals_total", reason="signature_missing") == 1
    assert sample(text, "tollgate_config_revision") > 0
    assert sample(text, "tollgate_build_info") == 1


def test_the_labels_of_metrics_are_bounded(logged):
    address = logged.gateway.http
    for number in range(50):
        call(address, "GET", f"/nowhere/{number}", logged.host)
        call(address, "GET", "/", f"nobody-{number}.example")
    text = logged.gateway.get("/metrics")[2]
    assert "nowhere" not in text and "nobody" not in text
    assert logged.pair[0] not in text and logged.apis["signed"] not in text
    assert len(text.splitlines()) < 1000


def test_the_revision_goes_up_with_each_change(shared):
    before = sample(shared.get("/metrics")[2], "tollgate_config_revision")
    site = Site(shared, None)
    site.api(path="/x", mock="x")
    until(lambda: sample(shared.get("/metrics")[2], "tollgate_config_revision") >= before + 2, "the revision goes up")


def test_every_line_of_the_process_log_is_json(shared):
    lines = shared.log().splitlines()
    assert lines
    for line in lines:
        assert isinstance(json.loads(line), dict), line
