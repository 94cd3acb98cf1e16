"""WebSockets whose messages functions hear and answer: a real Python runtime, a real client, and the push address."""

import base64
import json
import signal
import urllib.error
import urllib.request

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from stand import functions, sockets
from stand.backend import Backend
from stand.cloud import Refused
from stand.patience import until
from stand.signing import date_source
from stand.site import Site
from stand.tags import UNCERTAIN
from stand.wire import Wire, call, request

REFUSED = UNCERTAIN["refused_registration"]
UNKNOWN = UNCERTAIN["push_to_nobody"]
HANDSHAKE = [
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ("Sec-WebSocket-Version", "13"),
]


class Functions:
    """The runtime, and what its functions were told."""

    def __init__(self, notes):
        self.notes = notes
        self.runtime = functions.python(notes)

    def told(self, function):
        """What one function was told, in order."""
        file = self.notes / "told"
        lines = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        return [told for name, told in lines if name == function]

    def ends(self, count=1):
        """Waits until the cleanup function was called so often."""
        until(lambda: len(self.told("cleanup")) >= count, "the cleanup function is called")
        return [event["websocket"]["secConnectionID"] for event in self.told("cleanup")]


@pytest.fixture
def three(tmp_path):
    """Three functions."""
    three = Functions(tmp_path)
    yield three
    three.runtime.close()


@pytest.fixture
def serve(gateways, three):
    """Starts a gateway whose functions are in the runtime, with a WebSocket API at `/chat`."""

    def start(*arguments, **fields):
        gateway = gateways(
            "--function-endpoint", three.runtime.url + "/{namespace}/{function}/{qualifier}", *arguments
        )  # fmt: skip
        site = Site(gateway, None)
        chat(site, **fields)
        site.release()
        address = f"http://{gateway.http[0]}:{gateway.http[1]}/{site.apis['api_0']}"
        (three.notes / "push").write_text(address)
        site.push = address
        return site

    return start


def chat(site, **fields):
    """Makes the API."""
    words = ("Register", "Transport", "Cleanup")
    named = {f"ServiceWebsocket{word}FunctionName": f"ws_{word.lower()}" for word in words}
    given = {"path": "/chat", "method": "GET", "Protocol": "WEBSOCKET", "ServiceType": "SCF", "ServiceConfig": None}
    return site.api(**{**given, **named, **fields})


def connect(site, path="/chat", **options):
    """A caller."""
    return sockets.call(site.gateway.http, site.host, path, **options)


def push(site, address=None, **websocket):
    """Status and answer of one push."""
    sent = urllib.request.Request(address or site.push, json.dumps({"websocket": websocket}).encode())
    try:
        with urllib.request.urlopen(sent, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def refused(site, **options):
    """The answer to a handshake that has to be refused."""
    with pytest.raises(InvalidStatus) as caught:
        connect(site, **options)
    return caught.value.response.status_code, json.loads(caught.value.response.body)


def test_registered_told_answered_and_cleaned_up(serve, three):
    site = serve()
    with connect(site, subprotocols=["chat", "binary"]) as connection:
        assert connection.subprotocol == "chat"
        assert "Sec-WebSocket-Extensions" not in connection.response.headers
        request_id = connection.response.headers["X-Api-RequestId"]
        for message in ("hello", "héllo \u4f60", "", b"\x00\xff bytes", "x" * 200_000):
            connection.send(message)
            assert connection.recv(timeout=60) == message
        connection.send(["in ", "pieces"])
        assert connection.recv(timeout=60) == "in pieces"
        assert connection.ping().wait(timeout=60)
    [event] = three.told("register")
    told = event["websocket"]
    identifier = told["secConnectionID"]
    assert event["requestContext"] == {
        "serviceName": "acceptance",
        "path": "/chat",
        "httpMethod": "GET",
        "requestId": request_id,
        "identity": {},
        "sourceIp": "127.0.0.1",
        "stage": "release",
        "websocketEnable": True,
    }
    assert told.pop("secWebSocketExtensions").startswith("permessage-deflate")
    assert told == {"action": "connecting", "secConnectionID": identifier, "secWebSocketProtocol": "chat, binary"}
    assert len(identifier) == 32 and len(base64.b64decode(identifier)) == 24
    heard = three.told("transport")
    assert heard[0] == {
        "websocket": {"action": "data send", "secConnectionID": identifier, "dataType": "text", "data": "hello"}
    }
    assert (heard[3]["websocket"]["dataType"], heard[3]["websocket"]["data"]) == (
        "binary",
        base64.b64encode(b"\x00\xff bytes").decode(),
    )
    # A function hears of its push's answer when the caller may have the message already.
    until(lambda: len(three.told("pushed")) == 6, "every push is answered")
    assert three.told("pushed") == [[200, {"errNo": 0, "errMsg": "ok"}]] * 6
    assert three.ends() == [identifier]
    assert three.told("cleanup") == [{"websocket": {"action": "closing", "secConnectionID": identifier}}]


def test_pushes_come_at_any_time_and_to_the_right_one(serve, three):
    site = serve("--workers", "2")
    callers = [connect(site) for _ in range(6)]
    ids = [event["websocket"]["secConnectionID"] for event in three.told("register")]
    for number, identifier in enumerate(ids):
        told = push(site, action="data send", secConnectionID=identifier, dataType="text", data=f"for {number}")
        assert told == (200, {"errNo": 0, "errMsg": "ok"})
    # Handshakes were one after the other.
    assert [caller.recv(timeout=60) for caller in callers] == [f"for {number}" for number in range(6)]
    assert push(site, action="closing", secConnectionID=ids[0])[0] == 200
    with pytest.raises(ConnectionClosed):
        callers[0].recv(timeout=60)
    assert callers[0].close_code == 1000
    assert three.ends() == ids[:1]
    status, told = push(site, action="data send", secConnectionID=ids[0], dataType="text", data="late")
    assert (status, told["errNo"]) == (UNKNOWN["status"], UNKNOWN["errNo"])
    for caller in callers[1:]:
        caller.close()
    assert sorted(three.ends(6)) == sorted(ids)


def test_who_pushes_nonsense_is_told(serve, three):
    site = serve("--websocket-message-size", "1KiB")
    other = site.push.rpartition("/")[0] + "/api-00000000"
    with connect(site) as connection:
        [event] = three.told("register")
        identifier = event["websocket"]["secConnectionID"]
        said = {"action": "data send", "secConnectionID": identifier, "dataType": "text", "data": "x"}
        for wrong, status, word in (
            ({"action": "shout"}, 400, "action"),
            ({"dataType": "blob"}, 400, "dataType"),
            ({"dataType": "binary", "data": "?"}, 400, "Base64"),
            ({"data": None}, 400, "data"),
            ({"data": "x" * 1025}, 413, "data"),
            ({"secConnectionID": "AAAA"}, 404, "connection"),
            ({"secConnectionID": base64.b64encode(bytes(24)).decode()}, 404, "connection"),
        ):
            answer = push(site, **{**said, **wrong})
            assert answer[0] == status and word in answer[1]["errMsg"] and answer[1]["errNo"] != 0, (wrong, answer)
        assert push(site, other, **said)[0] == 404, "a connection belongs to its API"
        assert call(site.gateway.http, "POST", f"/{site.apis['api_0']}", "elsewhere.example", [], b"{}").status == 400
        assert call(site.gateway.http, "GET", f"/{site.apis['api_0']}", "elsewhere.example").status == 404
        assert push(site, **said)[0] == 200
        assert connection.recv(timeout=60) == "x"


@pytest.mark.parametrize("word, status", [("refuse", REFUSED), ("raise", 502), ("nonsense", 502), ("sleep", 504)])
def test_a_registration_that_does_not_agree(serve, three, word, status):
    site = serve(ServiceTimeout=1)
    assert refused(site, subprotocols=[word])[0] == status
    assert len(three.told("register")) == 1
    assert three.told("cleanup") == []


def test_a_handshake_is_judged_before_any_function_is_asked(serve, three):
    site = serve(
        AuthType="SECRET",
        RequestParameters=[{"Name": "room", "Position": "QUERY", "Type": "String", "Required": True}],
    )
    key, secret = site.key()
    site.plan(key, MaxRequestNum=1)
    assert refused(site)[0] == 401
    assert refused(site, additional_headers=date_source(key, "wrong" * 5))[0] == 401
    assert three.told("register") == []
    with connect(site, "/chat?room=1", additional_headers=date_source(key, secret)) as connection:
        connection.send("in")
        assert connection.recv(timeout=60) == "in"
    assert refused(site, path="/chat?room=1", additional_headers=date_source(key, secret))[0] == 429
    [event] = three.told("register")
    assert event["requestContext"]["identity"] == {"secretId": key}


def test_a_parameter_that_is_missing_and_a_handshake_that_is_none(serve, three):
    site = serve(RequestParameters=[{"Name": "room", "Position": "QUERY", "Type": "String", "Required": True}])
    assert refused(site) == (403, {"message": "querystring room is required"})
    for name, value in (("Sec-WebSocket-Key", "short"), ("Sec-WebSocket-Version", "8")):
        with Wire(site.gateway.http) as wire:
            headers = [(known, value if known == name else said) for known, said in HANDSHAKE]
            wire.send(request("GET", "/chat?room=1", site.host, headers))
            answer = wire.receive()
            assert (answer.status, json.loads(answer.body)) == (403, {"message": f"need header {name}"})
    assert three.told("register") == []


def test_a_function_may_say_a_last_word(serve, three):
    site = serve()
    connection = connect(site)
    connection.send("close")
    assert connection.recv(timeout=60) == "bye"
    with pytest.raises(ConnectionClosed):
        connection.recv(timeout=60)
    assert connection.close_code == 1000
    assert len(three.ends()) == 1


def test_a_transport_function_that_fails_ends_it(serve, three):
    site = serve()
    connection = connect(site)
    connection.send("raise")
    with pytest.raises(ConnectionClosed):
        connection.recv(timeout=60)
    assert connection.close_code == 1011
    assert len(three.ends()) == 1


def test_messages_are_told_in_order_and_all_of_them(serve, three):
    site = serve()
    with connect(site) as connection:
        for number in range(10):
            connection.send("slow" if number == 0 else f"quiet-{number}")
        # While the first is still worked on, the gateway answers.
        assert connection.ping().wait(timeout=60)
        for number in range(10, 40):
            connection.send(f"quiet-{number}")
        said = [connection.recv(timeout=60) for _ in range(40)]
        assert said == ["slow", *(f"quiet-{number}" for number in range(1, 40))]
        # What was said before the caller closed is told all the same, and before the end.
        for _ in range(5):
            connection.send("quiet")
    three.ends()
    assert len(three.told("transport")) == 45


def test_without_the_two_later_functions(serve, three):
    site = serve(ServiceWebsocketTransportFunctionName="", ServiceWebsocketCleanupFunctionName="")
    with connect(site) as connection:
        connection.send("to nobody")
        [event] = three.told("register")
        identifier = event["websocket"]["secConnectionID"]
        assert push(site, action="data send", secConnectionID=identifier, dataType="text", data="still")[0] == 200
        assert connection.recv(timeout=60) == "still"
    assert three.told("transport") == three.told("cleanup") == []


def test_a_message_that_is_too_long_or_no_message(serve, three):
    site = serve("--websocket-message-size", "1KiB")
    too_long, unmasked, no_text = b"\x81\xfe\x04\x01" + bytes(4), b"\x81\x01x", b"\x81\x81" + bytes(4) + b"\xff"
    for sent, code in ((too_long, 1009), (unmasked, 1002), (no_text, 1007)):
        with Wire(site.gateway.http) as wire:
            wire.send(request("GET", "/chat", site.host, HANDSHAKE))
            head = b""
            while b"\r\n\r\n" not in head:
                head += wire.socket.recv(4096)
            assert head.startswith(b"HTTP/1.1 101 ") and b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head
            wire.send(sent + bytes(1025 if code == 1009 else 0))
            frame = head.partition(b"\r\n\r\n")[2]
            while len(frame) < 4:
                more = wire.socket.recv(4096)
                assert more, "a Close frame comes before the end"
                frame += more
            assert frame[:1] == b"\x88" and int.from_bytes(frame[2:4], "big") == code
    assert len(three.ends(3)) == 3
    assert three.told("transport") == []


def test_silence_ends_it(serve, three):
    site = serve("--websocket-idle-timeout", "1", "--websocket-close-timeout", "2")
    connection = connect(site)
    with pytest.raises(ConnectionClosed):
        connection.recv(timeout=60)
    assert connection.close_code == 1001
    assert len(three.ends()) == 1


def test_a_long_life_ends_too(serve, three):
    site = serve("--websocket-lifetime", "1")
    connection = connect(site)
    with pytest.raises(ConnectionClosed):
        while True:
            connection.send("busy")
            connection.recv(timeout=60)
    assert connection.close_code == 1001
    assert len(three.ends()) == 1


def test_a_drain_says_goodbye_and_cleans_up(serve, three):
    site = serve()
    connection = connect(site)
    site.gateway.process.send_signal(signal.SIGTERM)
    with pytest.raises(ConnectionClosed):
        connection.recv(timeout=60)
    assert connection.close_code == 1001
    assert site.gateway.process.wait(timeout=60) == 0
    assert len(three.told("cleanup")) == 1


@pytest.mark.parametrize("why", ["silence", "a function", "a drain"])
def test_a_caller_that_does_not_answer_a_goodbye_is_cut(serve, three, why):
    idle = "1" if why == "silence" else "600"
    site = serve("--websocket-close-timeout", "1", "--websocket-idle-timeout", idle)
    with Wire(site.gateway.http) as wire:
        wire.send(request("GET", "/chat", site.host, HANDSHAKE))
        assert wire.receive().status == 101
        if why == "a function":
            [event] = three.told("register")
            assert push(site, action="closing", secConnectionID=event["websocket"]["secConnectionID"])[0] == 200
        elif why == "a drain":
            site.gateway.process.send_signal(signal.SIGTERM)
        # The caller reads, says nothing, and does not close: the end of what it reads is the gateway's doing.
        frame = wire.rest()
        code = int.from_bytes(frame[2:4], "big")
        assert frame[:1] == b"\x88" and code == (1000 if why == "a function" else 1001), frame
    assert len(three.ends()) == 1
    if why == "a drain":
        assert site.gateway.process.wait(timeout=25) == 0


def test_a_caller_that_vanishes_is_cleaned_up(serve, three):
    site = serve()
    connection = connect(site)
    connection.socket.shutdown(2)
    assert len(three.ends()) == 1


def test_the_fields_are_told_back(serve):
    site = serve(ServiceWebsocketCleanupFunctionNamespace="other", ServiceWebsocketCleanupFunctionQualifier="2")
    told = site.cloud.DescribeApi(ServiceId=site.id, ApiId=site.apis["api_0"])["Result"]
    assert (told["Protocol"], told["ServiceType"]) == ("WEBSOCKET", "SCF")
    parts = {
        word: [told[f"ServiceWebsocket{word}Function{part}"] for part in ("Name", "Namespace", "Qualifier")]
        for word in ("Register", "Transport", "Cleanup")
    }
    assert parts == {
        "Register": ["ws_register", "default", "$LATEST"],
        "Transport": ["ws_transport", "default", "$LATEST"],
        "Cleanup": ["ws_cleanup", "other", "2"],
    }
    assert told["InternalDomain"] == f"http://push.ap-guangzhou.apigateway.localhost/{site.apis['api_0']}"
    assert told["ServiceScfFunctionName"] is None
    site.change("api_0", ServiceWebsocketCleanupFunctionNamespace="", ServiceWebsocketTransportFunctionName="")
    told = site.cloud.DescribeApi(ServiceId=site.id, ApiId=site.apis["api_0"])["Result"]
    assert told["ServiceWebsocketTransportFunctionName"] is None
    assert told["ServiceWebsocketCleanupFunctionNamespace"] == "default"


def test_the_push_address_is_a_setting(serve):
    site = serve("--websocket-push-url", "https://push.example.com:8443")
    told = site.cloud.DescribeApi(ServiceId=site.id, ApiId=site.apis["api_0"])["Result"]
    assert told["InternalDomain"] == f"https://push.example.com:8443/{site.apis['api_0']}"


@pytest.mark.parametrize(
    "fields, code, word",
    [
        ({"ServiceWebsocketRegisterFunctionName": ""}, "InvalidScfConfig", "ServiceWebsocketRegisterFunctionName"),
        ({"ServiceWebsocketRegisterFunctionName": "a b"}, "InvalidScfConfig", "ServiceWebsocketRegisterFunctionName"),
        ({"ServiceWebsocketTransportFunctionQualifier": "/"}, "InvalidScfConfig", "TransportFunctionQualifier"),
        (
            {"ServiceWebsocketCleanupFunctionName": "", "ServiceWebsocketCleanupFunctionNamespace": "n"},
            "InvalidScfConfig",
            "ServiceWebsocketCleanupFunctionNamespace",
        ),
        ({"ServiceScfFunctionName": "f"}, "UnsupportedParameter", "ServiceScfFunctionName"),
        ({"RequestConfig": {"Path": "/chat", "Method": "POST"}}, "InvalidWSMethod", "GET"),
        ({"Protocol": "HTTP", "ServiceScfFunctionName": "f"}, "UnsupportedParameter", "ServiceWebsocketRegister"),
        ({"ServiceType": "MOCK", "ServiceMockReturnMessage": "m"}, "UnsupportedParameter", "ServiceWebsocketRegister"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused_by_name(shared, fields, code, word):
    site = Site(shared, None)
    with pytest.raises(Refused) as caught:
        chat(site, **fields)
    assert caught.value.code.endswith(code) and word in caught.value.message, caught.value


def test_a_web_function_speaks_for_itself(gateways):
    echo = sockets.Echo()
    gateway = gateways("--function-endpoint", f"http://127.0.0.1:{echo.port}/{{namespace}}/{{function}}")
    site = Site(gateway, Backend())
    sockets.api(
        site, echo, ServiceType="SCF", ServiceScfFunctionType="HTTP", ServiceScfFunctionName="web", ServiceConfig=None
    )
    site.release()
    with connect(site, "/chat/1?x=2") as connection:
        connection.send("hello")
        assert connection.recv(timeout=60) == "hello"
    assert echo.heads[0].path == "/default/web/chat/1?x=2"
    assert echo.heads[0].headers["X-Scf-Name"] == "web"
    echo.close()
