"""WebSockets through the gateway: judged before they begin, then passed on as they are, and ended with a word."""

import json
import signal
import ssl
import struct
import subprocess
import threading
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from stand import sockets
from stand.backend import Answer, Backend
from stand.patience import until
from stand.signing import date_source
from stand.site import Site
from stand.wire import Wire, request

HERE = Path(__file__).parent
CERTIFICATES = HERE / "stand" / "certificates"
MESSAGES = 10_000
HANDSHAKE = [
    ("Connection", "keep-alive, Upgrade"),
    ("Upgrade", "WebSocket"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ("Sec-WebSocket-Version", "13"),
]
GOING_AWAY = struct.pack("!H", 1001)


@pytest.fixture
def echo():
    """A WebSocket backend that echoes."""
    echo = sockets.Echo()
    yield echo
    echo.close()


@pytest.fixture
def site(shared, echo):
    """An open WebSocket API in front of the echo."""
    site = Site(shared, None)
    sockets.api(site, echo)
    site.release()
    return site


def talk(connection, messages):
    """Sends messages of many sizes, some in fragments, with pings between; all have to come back the same."""
    heard = []
    reader = threading.Thread(target=lambda: heard.extend(connection.recv() for _ in range(messages)))
    reader.start()
    said = []
    pongs = []
    for number in range(messages):
        text = f"{number}:".ljust(1 + number * 37 % 3000, "ж")
        message = text.encode() if number % 3 == 0 else text
        said.append(message)
        third = len(message) // 3
        connection.send([message[:third], message[third:]] if number % 2 else message)
        if number % 1000 == 0:
            pongs.append(connection.ping())
    reader.join(timeout=300)
    assert heard == said
    assert all(pong.wait(timeout=60) for pong in pongs)


def test_ten_thousand_messages_each_way(site, echo):
    with sockets.call(site.gateway.http, site.host, "/chat/42?x=1") as connection:
        talk(connection, MESSAGES)
        connection.close(4000, "enough")
    until(lambda: echo.ended, "the backend hears of the end")
    assert echo.ended == [(4000, "enough")]
    assert echo.heads[0].path == "/room/42?x=1"


def test_node_talks_too(site, echo):
    for scheme, (host, port) in (("ws", site.gateway.http), ("wss", site.gateway.https)):
        command = ["node", HERE / "node" / "websocket.js", f"{scheme}://{host}:{port}/chat", site.host, MESSAGES // 2]
        told = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300, check=True)
        seen = json.loads(told.stdout)
        assert seen == {"messages": MESSAGES // 2, "pongs": 50, "code": 4000, "protocol": "", "same": True}
    until(lambda: len(echo.ended) == 2, "the backend hears of both ends")
    assert echo.ended == [(4000, "enough")] * 2


def test_tls_on_both_sides(gateways):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "backend.pem")
    echo = sockets.Echo(tls=context)
    site = Site(gateways(environment={"SSL_CERT_FILE": str(CERTIFICATES / "root.pem")}), None)
    sockets.api(site, echo)
    site.release()
    with sockets.call(site.gateway.https, site.host, "/chat", tls=True) as connection:
        talk(connection, 500)
        connection.send("x" * 3_000_000)
        assert connection.recv() == "x" * 3_000_000
    echo.close()


def test_a_certificate_that_is_not_trusted_ends_the_handshake(shared):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "backend.pem")
    echo = sockets.Echo(tls=context)
    site = Site(shared, None)
    sockets.api(site, echo)
    site.release()
    with pytest.raises(InvalidStatus) as refused:
        sockets.call(shared.http, site.host, "/chat")
    assert refused.value.response.status_code == 502
    assert echo.heads == []
    echo.close()


def test_what_is_negotiated_is_negotiated_by_the_ends(shared):
    echo = sockets.Echo(subprotocols=["chat.v2", "chat.v1"])
    site = Site(shared, None)
    sockets.api(site, echo)
    site.release()
    with sockets.call(shared.http, site.host, "/chat", subprotocols=["chat.v1"]) as connection:
        assert connection.subprotocol == "chat.v1"
        assert "permessage-deflate" in connection.response.headers["Sec-WebSocket-Extensions"]
        head = connection.response.headers
    assert head["X-Api-ID"] == site.apis["api_0"] and len(head["X-Api-RequestId"]) == 32
    seen = until(lambda: echo.heads, "the backend has taken it")[0].headers
    assert seen["X-Real-IP"] == "127.0.0.1" and seen["X-Api-RequestId"] == head["X-Api-RequestId"]
    assert seen["Host"] == f"127.0.0.1:{echo.port}"
    echo.close()


def test_a_page_of_another_site_may_ask(site):
    with sockets.call(site.gateway.http, site.host, "/chat", origin="https://elsewhere.example") as connection:
        connection.send("hello")
        assert connection.recv() == "hello"


def test_who_may_not_call_never_reaches_the_backend(shared, echo):
    site = Site(shared, None)
    sockets.api(site, echo, AuthType="SECRET")
    site.release()
    key, secret = site.key()
    site.plan(key, MaxRequestNum=2)
    for headers in ([], date_source(key, "wrong" * 5), date_source("AKIDnobody", secret)):
        with pytest.raises(InvalidStatus) as refused:
            sockets.call(shared.http, site.host, "/chat", additional_headers=headers)
        assert refused.value.response.status_code == 401
    assert echo.heads == []
    for _ in range(2):
        with sockets.call(shared.http, site.host, "/chat", additional_headers=date_source(key, secret)) as connection:
            connection.send("in")
            assert connection.recv() == "in"
    with pytest.raises(InvalidStatus) as refused:
        sockets.call(shared.http, site.host, "/chat", additional_headers=date_source(key, secret))
    assert refused.value.response.status_code == 429
    assert json.loads(refused.value.response.body) == {"message": "API quota exceeded"}
    assert len(echo.heads) == 2


@pytest.mark.parametrize(
    "left_out, status, message",
    [
        ("Sec-WebSocket-Key", 403, "need header Sec-WebSocket-Key"),
        ("Sec-WebSocket-Version", 403, "need header Sec-WebSocket-Version"),
        ("Upgrade", 426, "Not allow use HTTP protocol"),
        ("Connection", 426, "Not allow use HTTP protocol"),
    ],
)
def test_a_call_that_is_no_handshake_is_refused(site, echo, left_out, status, message):
    with Wire(site.gateway.http) as wire:
        wire.send(request("GET", "/chat", site.host, [pair for pair in HANDSHAKE if pair[0] != left_out]))
        answer = wire.receive()
        assert (answer.status, json.loads(answer.body)) == (status, {"message": message})
    assert echo.heads == []


def test_a_handshake_with_a_body_is_refused(site, echo):
    with Wire(site.gateway.http) as wire:
        wire.send(request("GET", "/chat", site.host, HANDSHAKE, body=b"GET / HTTP/1.1\r\n"))
        assert wire.receive().status == 400
        assert wire.is_closed()
    assert echo.heads == []


def raw(shared, **answer):
    """A WebSocket API before a backend that answers as it is told."""
    backend = Backend()
    backend.answer = Answer(**answer)
    site = Site(shared, None)
    url = backend.url.replace("http", "ws")
    sockets.api(site, backend, ServiceConfig={"Url": url, "Path": "/room", "Method": "GET"})
    site.release()
    return site, backend


def test_a_backend_that_does_not_agree_answers_for_itself(shared):
    site, backend = raw(shared, status=403, reason="No", headers=[("Sec-WebSocket-Version", "13")], body="not you")
    with Wire(shared.http) as wire:
        for _ in range(2):
            wire.send(request("GET", "/chat", site.host, HANDSHAKE))
            answer = wire.receive()
            assert (answer.status, answer.text) == (403, "not you")
    assert backend.seen.header("upgrade") == "websocket" and backend.seen.header("connection") == "Upgrade"
    backend.close()


def test_bytes_behind_a_handshake_that_failed_are_a_request_and_judged_as_one(shared):
    site, backend = raw(shared, status=400, body="no")
    with Wire(shared.http) as wire:
        wire.send(request("GET", "/chat", site.host, HANDSHAKE) + request("GET", "/elsewhere", site.host))
        assert wire.receive().status == 400
        assert wire.receive().status == 404
    assert [seen.path for seen in backend.requests] == ["/room"]
    backend.close()


@pytest.mark.parametrize("upgrade", ["", "Upgrade: h2c\r\n"])
def test_a_switch_to_something_else_is_a_broken_backend(shared, upgrade):
    site, backend = raw(shared, raw=f"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n{upgrade}\r\n")
    with Wire(shared.http) as wire:
        wire.send(request("GET", "/chat", site.host, HANDSHAKE))
        assert wire.receive().status == 502
    backend.close()


def test_bytes_that_come_with_the_heads_are_passed_on(shared):
    site, backend = raw(
        shared,
        raw="HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81\x05hello",
        then="hold",
    )
    with Wire(shared.http) as wire:
        wire.send(request("GET", "/chat", site.host, HANDSHAKE))
        assert wire.receive().status == 101
        assert wire.until(b"hello") == b"\x81\x05"
    backend.close()


def told(gateway):
    """The lines of the access log."""
    return [json.loads(line) for line in (gateway.folder / "access.log").read_text().splitlines()]


def test_one_line_of_the_log_tells_of_the_whole(gateways, echo, tmp_path):
    gateway = gateways("--access-log", tmp_path / "gateway-0" / "access.log")
    site = Site(gateway, None)
    sockets.api(site, echo)
    site.release()
    with sockets.call(gateway.http, site.host, "/chat", compression=None) as connection:
        connection.send("x" * 1000)
        assert connection.recv() == "x" * 1000
    until(lambda: told(gateway), "the call is logged")
    (line,) = told(gateway)
    assert (line["status"], line["backend_status"], line["path"]) == (101, 101, "/chat")
    assert (line["service"], line["api"], line["environment"]) == (site.id, site.apis["api_0"], "release")
    # Two message frames and a Close each way: masked from the caller, not masked to it.
    assert line["bytes_in"] >= 1000 + 8 + 8 and line["bytes_out"] >= 1000 + 4 + 4
    assert line["bytes_in"] < 1100 and line["bytes_out"] < 1100


def test_a_draining_gateway_says_goodbye_to_both(gateway, echo):
    site = Site(gateway, None)
    sockets.api(site, echo)
    site.release()
    connections = [sockets.call(gateway.http, site.host, "/chat") for _ in range(20)]
    for connection in connections:
        connection.send("before")
        assert connection.recv() == "before"
    gateway.process.send_signal(signal.SIGTERM)
    for connection in connections:
        with pytest.raises(ConnectionClosed) as ended:
            connection.recv(timeout=60)
        assert ended.value.rcvd.code == 1001
    assert gateway.process.wait(timeout=60) == 0
    until(lambda: len(echo.ended) == 20, "the backend hears of every end")
    assert {code for code, _ in echo.ended} == {1001}


def test_a_goodbye_waits_for_the_frame_that_is_on_its_way(gateways):
    """Half a frame, then SIGTERM: the other half comes through, and then the Close."""
    gateway = gateways("--websocket-close-timeout", "30")
    backend = Backend()
    site = Site(gateway, None)
    sockets.api(site, backend, ServiceConfig={"Url": f"ws://127.0.0.1:{backend.port}", "Path": "/", "Method": "GET"})
    site.release()
    head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    backend.answer = Answer(raw=head + "\x82\x04ha", then="hold")
    with Wire(gateway.http) as wire:
        wire.send(request("GET", "/chat", site.host, HANDSHAKE))
        assert wire.receive().status == 101
        assert wire.until(b"ha") == b"\x82\x04"
        (there,) = [one for one in backend.sockets if one.fileno() >= 0]
        gateway.process.send_signal(signal.SIGTERM)
        # The direction towards the backend is between two frames, so its Close comes at once; it shows that draining has begun.
        close = there.recv(100)
        assert close[:2] == b"\x88\x82" and bytes(a ^ b for a, b in zip(close[2:4], close[6:8])) == GOING_AWAY
        there.sendall(b"lf\x82\x01!")
        assert wire.until(GOING_AWAY) == b"lf\x88\x02", "the end of the frame, and not the next one"
        wire.send(b"\x88\x82\0\0\0\0" + GOING_AWAY)
        there.sendall(b"\x88\x02" + GOING_AWAY)
        assert wire.is_closed()
    assert gateway.process.wait(timeout=60) == 0
    backend.close()


def test_ends_that_do_not_answer_a_goodbye_are_cut(gateways):
    gateway = gateways("--websocket-close-timeout", "1")
    backend = Backend()
    site = Site(gateway, None)
    sockets.api(site, backend, ServiceConfig={"Url": f"ws://127.0.0.1:{backend.port}", "Path": "/", "Method": "GET"})
    site.release()
    head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    backend.answer = Answer(raw=head, then="hold")
    with Wire(gateway.http) as wire:
        wire.send(request("GET", "/chat", site.host, HANDSHAKE))
        assert wire.receive().status == 101
        gateway.process.send_signal(signal.SIGTERM)
        assert wire.rest() == b"\x88\x02" + GOING_AWAY
    assert gateway.process.wait(timeout=25) == 0
    backend.close()


@pytest.mark.parametrize("setting", ["--websocket-idle-timeout", "--websocket-lifetime"])
def test_time_is_bounded(gateways, echo, setting):
    gateway = gateways(setting, "1")
    site = Site(gateway, None)
    sockets.api(site, echo)
    site.release()
    with sockets.call(gateway.http, site.host, "/chat") as connection:
        with pytest.raises(ConnectionClosed) as ended:
            while True:
                if setting == "--websocket-lifetime":
                    connection.send("busy")
                connection.recv(timeout=60)
        assert ended.value.rcvd.code == 1001
    until(lambda: echo.ended, "the backend hears of the end")
    assert echo.ended[0][0] == 1001


def test_a_change_of_configuration_leaves_a_websocket_alone(site, echo):
    with sockets.call(site.gateway.http, site.host, "/chat") as connection:
        connection.send("before")
        assert connection.recv() == "before"
        site.cloud.DeleteApi(ServiceId=site.id, ApiId=site.apis["api_0"])
        site.api(path="/other", mock="other", name="other")
        site.release()
        with pytest.raises(InvalidStatus):
            sockets.call(site.gateway.http, site.host, "/chat")
        connection.send("after")
        assert connection.recv() == "after"


def test_an_end_that_vanishes_ends_the_other(site, echo):
    connection = sockets.call(site.gateway.http, site.host, "/chat")
    connection.send("x")
    connection.recv()
    connection.socket.shutdown(2)
    until(lambda: echo.ended, "the backend hears of the end")
    assert echo.ended[0][0] == 1006
