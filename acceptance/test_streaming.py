"""Streams come through piece by piece: each piece is at the other end before the next one is sent."""

import time

import pytest

from stand.frames import Frames
from stand.hand import Hand
from stand.site import Site
from stand.wire import Wire, request

PIECES = 200


@pytest.fixture
def hand():
    """A backend played by the test."""
    hand = Hand()
    yield hand
    hand.close()


@pytest.fixture
def site(shared, hand):
    """An open API in front of the hand."""
    site = Site(shared, hand)
    site.api(path="/", to="/")
    site.release()
    return site


@pytest.fixture(params=[False, True], ids=["http", "https"])
def wire(request, site):
    """A caller's connection."""
    gateway = site.gateway
    with Wire(gateway.https if request.param else gateway.http, tls_name=site.host if request.param else None) as wire:
        yield wire


FRAMINGS = {
    "chunked": ("Transfer-Encoding: chunked\r\n", lambda data: b"%x\r\n%s\r\n" % (len(data), data), b"0\r\n\r\n"),
    "until it closes": ("", lambda data: data, None),
    "with a length": (f"Content-Length: {PIECES * 14}\r\n", lambda data: data, b""),
}


@pytest.mark.parametrize("framing", FRAMINGS)
def test_each_event_arrives_before_the_next_is_sent(site, hand, wire, framing):
    line, framed, end = FRAMINGS[framing]
    wire.send(request("GET", "/events", site.host, [("Accept", "text/event-stream"), ("Accept-Encoding", "gzip")]))
    backend = hand.take()
    backend.request()
    backend.send(f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n{line}\r\n")
    head = wire.head()
    assert (head.status, head.header("content-type")) == (200, "text/event-stream")
    assert head.header("content-encoding") is None
    for number in range(PIECES):
        event = b"data: %06d\n\n" % number
        backend.send(framed(event))
        assert event.strip() in wire.until(b"\n\n") + b"\n\n"
    if end is None:
        backend.close()
    else:
        backend.send(end)
    if framing != "with a length":
        assert wire.until(b"0\r\n\r\n") is not None


@pytest.fixture(params=[False, True], ids=["http", "https"])
def peer(request, site):
    """A caller's connection of HTTP/2."""
    gateway = site.gateway
    address, name = (gateway.https, site.host) if request.param else (gateway.http, None)
    with Frames(address, tls_name=name) as peer:
        yield peer


def ask(peer, site, method, path, **options):
    """Begins a call on the first stream."""
    fields = [(":method", method), (":scheme", "https"), (":path", path), (":authority", site.host)]
    peer.request(1, [*fields, ("accept-encoding", "gzip")], **options)


@pytest.mark.parametrize("framing", FRAMINGS)
def test_each_event_over_http2_arrives_before_the_next_is_sent(site, hand, peer, framing):
    line, framed, end = FRAMINGS[framing]
    ask(peer, site, "GET", "/events")
    backend = hand.take()
    backend.request()
    backend.send(f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{line}\r\n")
    peer.until(lambda came: came.kind == "HEADERS")
    assert (peer.answers[1].status, peer.answers[1].header("content-type")) == (200, "text/event-stream")
    for number in range(PIECES):
        event = b"data: %06d\n\n" % number
        backend.send(framed(event))
        assert peer.until(lambda came: came.kind == "DATA").payload == event
    if end is None:
        backend.close()
    else:
        backend.send(end)
    assert len(peer.answer(1).body) == PIECES * 14


def test_both_directions_over_http2_may_flow_at_once(site, hand, peer):
    ask(peer, site, "POST", "/", end=False)
    backend = hand.take()
    assert backend.head().header("transfer-encoding") == "chunked"
    backend.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    peer.until(lambda came: came.kind == "HEADERS")
    for number in range(PIECES):
        piece = b"%06d" % number
        peer.data(1, piece)
        assert backend.read(11) == b"6\r\n%s\r\n" % piece
        backend.send(b"7\r\n-%s\r\n" % piece)
        assert peer.until(lambda came: came.kind == "DATA").payload == b"-" + piece
    peer.data(1, b"", end=True)
    assert backend.read(5) == b"0\r\n\r\n"
    backend.send("0\r\n\r\n")
    assert len(peer.answer(1).body) == PIECES * 7


def test_each_piece_of_a_body_arrives_before_the_next_is_sent(site, hand, wire):
    wire.send(f"POST / HTTP/1.1\r\nHost: {site.host}\r\nTransfer-Encoding: chunked\r\n\r\n")
    backend = hand.take()
    assert backend.head().header("transfer-encoding") == "chunked"
    for number in range(PIECES):
        piece = b"%06d" % number
        wire.send(b"6\r\n%s\r\n" % piece)
        assert backend.reader.readline() == b"6\r\n"
        assert backend.read(8) == piece + b"\r\n"
    wire.send("0\r\n\r\n")
    assert backend.read(5) == b"0\r\n\r\n"
    backend.send("HTTP/1.1 204 No Content\r\n\r\n")
    assert wire.receive().status == 204


def test_both_directions_may_flow_at_once(site, hand, wire):
    """A backend that answers while it reads: a conversation over one call."""
    wire.send(f"POST / HTTP/1.1\r\nHost: {site.host}\r\nTransfer-Encoding: chunked\r\n\r\n")
    backend = hand.take()
    backend.head()
    backend.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    assert wire.head().status == 200
    for number in range(PIECES):
        piece = b"%06d" % number
        wire.send(b"6\r\n%s\r\n" % piece)
        assert backend.read(11) == b"6\r\n%s\r\n" % piece
        backend.send(b"7\r\n-%s\r\n" % piece)
        assert wire.until(b"\r\n") == b"7"
        assert wire.until(b"\r\n") == b"-" + piece
    wire.send("0\r\n\r\n")
    assert backend.read(5) == b"0\r\n\r\n"
    backend.send("0\r\n\r\n")
    assert wire.until(b"0\r\n\r\n") is not None


def test_time_counts_between_the_pieces_and_not_in_all(gateways, hand):
    """The API's timeout bounds the wait for the head and each pause, not the whole: five seconds of stream under three."""
    site = Site(gateways(), hand)
    site.api(path="/", to="/", ServiceTimeout=3)
    site.release()
    with Wire(site.gateway.http) as wire:
        wire.send(request("GET", "/", site.host))
        backend = hand.take()
        backend.request()
        backend.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        begun = time.monotonic()
        while time.monotonic() - begun < 5:
            backend.send("1\r\n.\r\n")
            assert wire.until(b".\r\n") is not None
            time.sleep(0.1)
        assert backend.has_ended(), "a pause that is longer than the API's timeout ends the call"
        assert b"0\r\n\r\n" not in wire.rest()
