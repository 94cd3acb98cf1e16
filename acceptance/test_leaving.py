"""A caller that goes away takes its call with it: the backend sees its connection end while it still thinks."""

import json
import socket
import struct

import pytest

from stand.hand import Hand
from stand.patience import until
from stand.site import Site
from stand.wire import Wire, request

EVENTS = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n"


@pytest.fixture
def hand():
    """A backend played by the test."""
    hand = Hand()
    yield hand
    hand.close()


@pytest.fixture
def site(gateways, hand, tmp_path):
    """An open API in front of the hand, on a gateway that logs calls; no timeout will end a call in its stead."""
    gateway = gateways("--access-log", tmp_path / "gateway-0" / "access.log")
    site = Site(gateway, hand)
    site.api(path="/", to="/", ServiceTimeout=1800)
    site.release()
    return site


def close(wire):
    """Both directions."""
    wire.socket.close()


def reset(wire):
    """Without a farewell."""
    wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wire.socket.close()


def half(wire):
    """Only the sending direction: nobody can tell it from both until it is written to."""
    wire.socket.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize("leave", [close, reset, half])
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_a_backend_that_thinks_is_told(site, hand, leave, tls):
    wire = Wire(site.gateway.https if tls else site.gateway.http, tls_name=site.host if tls else None)
    wire.send(request("GET", "/slow", site.host))
    thinking = hand.take()
    thinking.request()
    leave(wire)
    assert thinking.has_ended()
    wire.socket.close()
    until(lambda: logged(site), "the call is logged")
    (line,) = logged(site)
    assert (line["status"], line["refusal"], line["path"]) == (499, "caller_gone", "/slow")


@pytest.mark.parametrize("leave", [close, reset])
def test_a_backend_that_pauses_within_its_answer_is_told(site, hand, leave):
    wire = Wire(site.gateway.http)
    wire.send(request("GET", "/events", site.host))
    pausing = hand.take()
    pausing.request()
    pausing.send(EVENTS)
    assert wire.until(b"first") is not None
    leave(wire)
    assert pausing.has_ended()


def test_a_caller_that_leaves_while_its_body_comes(site, hand):
    wire = Wire(site.gateway.http)
    wire.send(f"POST / HTTP/1.1\r\nHost: {site.host}\r\nContent-Length: 100\r\n\r\nhalf")
    reading = hand.take()
    assert reading.head().header("content-length") == "100"
    assert reading.read(4) == b"half"
    close(wire)
    assert reading.has_ended()


@pytest.mark.parametrize("leave", [close, reset, half])
def test_a_function_that_thinks_is_told(gateways, hand, tmp_path, leave):
    log = tmp_path / "gateway-0" / "access.log"
    site = Site(gateways("--access-log", log, "--function-endpoint", hand.url + "/{function}"), None)
    site.api(path="/", ServiceType="SCF", ServiceScfFunctionName="slow", ServiceConfig=None, ServiceTimeout=1800)
    site.release()
    wire = Wire(site.gateway.http)
    wire.send(request("POST", "/slow", site.host, body=b"body"))
    thinking = hand.take()
    assert json.loads(thinking.request().body)["body"] == "body"
    leave(wire)
    assert thinking.has_ended()
    wire.socket.close()
    until(lambda: logged(site), "the call is logged")
    (line,) = logged(site)
    assert (line["status"], line["refusal"], line["path"]) == (499, "caller_gone", "/slow")


def test_an_asynchronous_function_goes_on_without_its_caller(gateways, hand):
    site = Site(gateways("--function-endpoint", hand.url + "/{function}"), None)
    site.api(
        path="/", ServiceType="SCF", ServiceScfFunctionName="slow", ServiceConfig=None, ServiceTimeout=1800,
        ServiceScfEventIsAsyncCall=True,
    )  # fmt: skip
    site.release()
    wire = Wire(site.gateway.http)
    wire.send(request("GET", "/slow", site.host))
    assert wire.receive().status == 200
    working = hand.take()
    working.request()
    close(wire)
    # A call that came later and is over says that the gateway had time enough to notice.
    other = Wire(site.gateway.http)
    other.send(request("GET", "/other", site.host))
    assert other.receive().status == 200
    working.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull")
    working.socket.settimeout(0.2)
    with pytest.raises(TimeoutError):
        working.reader.read(1)


def test_a_caller_that_is_early_with_its_next_request_has_not_left(site, hand):
    with Wire(site.gateway.http) as wire:
        wire.send(request("GET", "/one", site.host))
        first = hand.take()
        assert first.request().path == "/one"
        # More than one read of it, while the backend still thinks of the first.
        wire.send(request("GET", "/two", site.host, [("X-Long", "a" * 6000)]))
        wire.send("GET /three HTTP/1.1\r\nHost: ")
        first.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none")
        assert wire.receive().body == b"one"
        second = first.request()
        assert (second.path, len(second.header("x-long"))) == ("/two", 6000)
        first.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo")
        assert wire.receive().body == b"two"
        wire.send(f"{site.host}\r\n\r\n")
        assert first.request().path == "/three"
        first.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthree")
        assert wire.receive().body == b"three"


def test_a_caller_that_says_too_much_too_early_is_answered_all_the_same(site, hand):
    """What comes early is kept only as far as a head may be long; the rest waits in the caller's own buffers."""
    with Wire(site.gateway.http) as wire:
        wire.send(request("GET", "/one", site.host))
        first = hand.take()
        first.request()
        many = 100
        for number in range(many):
            wire.send(request("GET", f"/{number}", site.host, [("X-Long", "a" * 4000)]))
        first.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none")
        assert wire.receive().body == b"one"
        for number in range(many):
            assert first.request().path == f"/{number}"
            first.send("HTTP/1.1 204 No Content\r\n\r\n")
            assert wire.receive().status == 204


def logged(site):
    """The lines of the access log."""
    return [json.loads(line) for line in (site.gateway.folder / "access.log").read_text().splitlines()]
