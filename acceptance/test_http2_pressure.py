"""Callers of HTTP/2 that open much and finish little: what they hold is bounded, and others go on."""

import signal

import pytest

from stand.backend import Answer
from stand.frames import Frames
from stand.hand import Hand
from stand.patience import until
from stand.site import Site
from stand.wire import call

MEGABYTE = 1024 * 1024
STREAMS = 100


def fields(site, path="/", method="GET"):
    """A request's fields."""
    return [(":method", method), (":scheme", "http"), (":path", path), (":authority", site.host)]


def made(gateway, backend):
    """A service that sends everything to the backend, but for `/mock`."""
    site = Site(gateway, backend)
    site.api(path="/", to="/", name="all")
    site.api(path="=/mock", name="mock", mock="mock body")
    site.release()
    return site


def others_go_on(site):
    """A caller of each kind."""
    assert call(site.gateway.http, "GET", "/mock", site.host).status == 200
    with Frames(site.gateway.http) as other:
        other.request(1, fields(site, "/mock"))
        assert other.answer(1).body == b"mock body"


def memory(gateway):
    """The most memory that the process ever had resident, in bytes."""
    with open(f"/proc/{gateway.process.pid}/status", encoding="ascii") as status:
        peak = next(line for line in status if line.startswith("VmHWM:"))
    return int(peak.split()[1]) * 1024


def odd(count):
    """The numbers of a caller's first streams."""
    return range(1, 2 * count, 2)


def test_answers_that_nobody_reads_are_not_hoarded_and_end(gateways, backend):
    site = made(gateways("--write-timeout", "2"), backend)
    call(site.gateway.http, "GET", "/", site.host)
    backend.answer = Answer(body="x" * 4 * MEGABYTE)
    before = memory(site.gateway)
    with Frames(site.gateway.http, wishes=[("INITIAL_WINDOW_SIZE", 0)], read_slowly=True) as peer:
        for stream in odd(STREAMS):
            peer.request(stream, fields(site, f"/{stream}"))
        backend.wait_for(STREAMS + 1)
        others_go_on(site)
        assert {peer.answer(stream).reset for stream in odd(STREAMS)} == {"INTERNAL_ERROR"}
        # The connection itself has done nothing wrong.
        peer.window(0, MEGABYTE)
        peer.frame("SETTINGS", payload=b"\x00\x04\x00\x00\xff\xff")
        peer.request(2 * STREAMS + 1, fields(site, "/mock"))
        assert peer.answer(2 * STREAMS + 1).body == b"mock body"
    # 400 MiB of answers were there to be had.
    assert memory(site.gateway) - before < 64 * MEGABYTE


def test_bodies_that_do_not_come_are_not_waited_for_without_end(gateways, backend):
    site = made(gateways("--body-timeout", "2"), backend)
    with Frames(site.gateway.http) as peer:
        for stream in odd(STREAMS):
            peer.request(stream, fields(site, "/x", "POST"), end=False)
        others_go_on(site)
        assert {peer.answer(stream).status for stream in odd(STREAMS)} == {408}
        peer.request(2 * STREAMS + 1, fields(site, "/mock"))
        assert peer.answer(2 * STREAMS + 1).body == b"mock body"


def test_a_head_that_does_not_end_ends_the_connection(gateways, backend):
    site = made(gateways("--head-timeout", "2"), backend)
    with Frames(site.gateway.http) as peer:
        # By then the settings have been acknowledged: nothing comes between the parts of the head.
        peer.request(1, fields(site, "/mock"))
        assert peer.answer(1).status == 200
        peer.frame("HEADERS", 0, 3, peer.block(fields(site)))
        others_go_on(site)
        assert peer.ended_with() == "ENHANCE_YOUR_CALM"


def test_a_connection_on_which_nothing_is_asked_ends(gateways, backend):
    site = made(gateways("--head-timeout", "2", "--idle-timeout", "2"), backend)
    with Frames(site.gateway.http) as silent, Frames(site.gateway.http, begin=False) as mute:
        with Frames(site.gateway.http) as rested:
            rested.request(1, fields(site, "/mock"))
            assert rested.answer(1).status == 200
            assert rested.ended_with() == "NO_ERROR"
        assert silent.ended_with() == "NO_ERROR"
        assert mute.ended_with() is None


@pytest.fixture
def hand():
    """A backend played by the test."""
    hand = Hand()
    yield hand
    hand.close()


def test_a_body_that_its_backend_does_not_take_holds_up_no_other_stream(shared, hand):
    site = made(shared, hand)
    with Frames(shared.http, read_slowly=True) as peer:
        stuck = []
        for stream in odd(8):
            peer.request(stream, fields(site, f"/{stream}", "POST"), end=False)
            stuck.append(hand.take())
        # As much as the streams' windows allow, which no backend reads.
        for _ in range(3):
            for stream in odd(8):
                peer.data(stream, b"x" * 16384)
        peer.request(17, fields(site, "/after", "POST"), body=b"hello")
        reading = hand.take()
        assert reading.request().body == "hello"
        reading.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone")
        assert peer.answer(17).body == b"done"
        # Those who were stuck go on where they were.
        for stream, one in zip(odd(8), stuck, strict=True):
            peer.data(stream, b"", end=True)
            assert len(one.request().body) == 3 * 16384
            one.send("HTTP/1.1 204 No Content\r\n\r\n")
            assert peer.answer(stream).status == 204


def test_streams_that_are_cancelled_are_cancelled_at_the_backend(shared, hand):
    site = made(shared, hand)
    with Frames(shared.http) as peer:
        for stream in odd(20):
            peer.request(stream, fields(site))
            thinking = hand.take()
            thinking.request()
            peer.reset(stream)
            assert thinking.has_ended()
        peer.request(41, fields(site, "/mock"))
        assert peer.answer(41).status == 200


def test_a_drain_is_told_and_waits_for_what_is_open(gateways, backend):
    gateway = gateways()
    site = made(gateway, backend)
    with Frames(gateway.http) as peer, Frames(gateway.https, tls_name=site.host) as resting:
        resting.request(1, fields(site, "/mock"))
        assert resting.answer(1).status == 200
        backend.gate.clear()
        peer.request(1, fields(site, "/slow"))
        backend.wait_for(1)
        gateway.process.send_signal(signal.SIGTERM)
        first = peer.until(lambda came: came.kind == "GOAWAY")
        assert (first.code, first.last_stream) == ("NO_ERROR", 2**31 - 1)
        # What was on its way when the caller was told is still taken.
        peer.request(3, fields(site, "/mock"))
        peer.answer(3)
        second = peer.goaway if peer.goaway is not first else peer.until(lambda came: came.kind == "GOAWAY")
        assert (second.code, second.last_stream) in (("NO_ERROR", 1), ("NO_ERROR", 3))
        until(lambda: gateway.get("/readyz")[0] != 200, "the gateway says that it drains")
        backend.gate.set()
        assert peer.answer(1).status == 200
        assert peer.ended_with() == "NO_ERROR"
        assert resting.ended_with() == "NO_ERROR"
    assert gateway.process.wait(timeout=60) == 0


def test_who_has_just_come_when_draining_begins_is_answered(gateways, backend):
    # One worker: when one connection is told, the other's worker drains.
    gateway = gateways("--workers", "1")
    site = made(gateway, backend)
    with (
        Frames(gateway.https, tls_name=site.host) as resting,
        Frames(gateway.https, tls_name=site.host, begin=False) as fresh,
    ):
        resting.request(1, fields(site, "/mock"))
        assert resting.answer(1).status == 200
        gateway.process.send_signal(signal.SIGTERM)
        resting.until(lambda came: came.kind == "GOAWAY")
        fresh.begin()
        fresh.request(1, fields(site, "/mock"))
        assert fresh.answer(1).status == 200
        assert fresh.ended_with() == "NO_ERROR"
    assert gateway.process.wait(timeout=60) == 0


def test_a_connection_has_so_many_calls(gateways, backend):
    gateway = gateways("--requests-per-connection", "3")
    site = made(gateway, backend)
    with Frames(gateway.http) as peer:
        for stream in odd(3):
            peer.request(stream, fields(site, "/mock"))
            assert peer.answer(stream).status == 200
        assert peer.ended_with() == "NO_ERROR"


def test_events_over_http2_do_not_wait_for_another_stream_that_stalls(shared, hand):
    site = made(shared, hand)
    with Frames(shared.http) as peer:
        peer.request(1, fields(site, "/stalls"))
        stalling = hand.take()
        stalling.request()
        peer.request(3, fields(site, "/events"))
        events = hand.take()
        events.request()
        events.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        for number in range(20):
            events.send(f"data: {number}\n\n")
            came = peer.until(lambda came: came.kind == "DATA")
            assert (came.stream, came.payload.decode()) == (3, f"data: {number}\n\n")
        events.close()
        assert peer.answer(3).ended
        stalling.send("HTTP/1.1 204 No Content\r\n\r\n")
        assert peer.answer(1).status == 204
