"""The bounds that settings put on a connection of HTTP/2: told to the caller, and kept to."""

from contextlib import ExitStack
from types import SimpleNamespace

import pytest

from stand.backend import hanging_port
from stand.frames import FLAGS, SETTINGS, Frames, frame
from stand.site import Site

KILOBYTE = 1024
# What a connection's window is before anybody says otherwise (RFC 9113, 6.9.2).
WINDOW = 65535


def fields(site, path="/", method="POST"):
    """A request's fields."""
    return [(":method", method), (":scheme", "http"), (":path", path), (":authority", site.host)]


def made(gateway, backend):
    """A service that sends everything to the backend, but for `/mock`."""
    site = Site(gateway, backend)
    site.api(path="/", to="/", name="all", ServiceTimeout=600)
    site.api(path="=/mock", name="mock", mock="mock body")
    site.release()
    return site


def told(peer):
    """What the gateway says at the beginning: its settings by name, and how far it opens the connection's window."""
    payload = peer.until(lambda came: came.kind == "SETTINGS" and not came.has("ACK")).payload
    numbers = {number: name for name, number in SETTINGS.items()}
    pairs = [(payload[at : at + 2], payload[at + 2 : at + 6]) for at in range(0, len(payload), 6)]
    said = {numbers.get(int.from_bytes(name, "big")): int.from_bytes(value, "big") for name, value in pairs}
    # An answer to a ping may overtake it.
    while not opened(peer):
        peer.receive()
    quiet(peer)
    return said, WINDOW + sum(opened(peer))


def opened(peer):
    """How far the gateway has opened the connection's window, time by time."""
    updates = [came for came in peer.seen if came.kind == "WINDOW_UPDATE" and came.stream == 0]
    return [int.from_bytes(came.payload, "big") for came in updates]


def quiet(peer):
    """Takes all that the gateway has to say by now: a ping is answered in order."""
    peer.frame("PING", 0, 0, b"sentinel")
    peer.until(lambda came: came.kind == "PING" and came.has("ACK"))


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_what_is_set_is_told(gateways, tls):
    said = {"streams": 7, "stream-window": "96KiB", "connection-window": "3MiB", "frame-size": 20_000}
    gateway = gateways(*(str(word) for name, value in said.items() for word in (f"--http2-{name}", value)))
    name = gateway.host("service-nowhere1") if tls else None
    with Frames(gateway.https if tls else gateway.http, tls_name=name) as peer:
        settings, window = told(peer)
    assert settings["MAX_CONCURRENT_STREAMS"] == 7
    assert settings["INITIAL_WINDOW_SIZE"] == 96 * KILOBYTE
    assert settings["MAX_FRAME_SIZE"] == 20_000
    assert window == 3 * KILOBYTE * KILOBYTE


def test_what_is_not_set_is_told_as_the_settings_have_it(shared):
    with Frames(shared.http) as peer:
        settings, window = told(peer)
    assert settings["MAX_CONCURRENT_STREAMS"] == 128
    assert settings["INITIAL_WINDOW_SIZE"] == 64 * KILOBYTE
    # The protocol's own value need not be said.
    assert settings.get("MAX_FRAME_SIZE", 16 * KILOBYTE) == 16 * KILOBYTE
    assert window == KILOBYTE * KILOBYTE


def test_a_stream_too_many_is_refused_and_the_others_go_on(gateways, backend):
    site = made(gateways("--http2-streams", "3"), backend)
    backend.gate.clear()
    with Frames(site.gateway.http) as peer, Frames(site.gateway.http) as other:
        for stream in (1, 3, 5):
            peer.request(stream, fields(site, f"/{stream}"), b"x")
        backend.wait_for(3)
        for stream in (7, 9):
            peer.request(stream, fields(site, "/mock", "GET"))
            assert peer.answer(stream).reset == "REFUSED_STREAM"
        other.request(1, fields(site, "/mock", "GET"))
        assert other.answer(1).body == b"mock body", "each connection has its own bound"
        # A stream that is over makes room for another one.
        peer.reset(1)
        peer.request(11, fields(site, "/mock", "GET"))
        assert peer.answer(11).body == b"mock body"
        backend.gate.set()
        for stream in (3, 5):
            assert peer.answer(stream).status == 200
    assert sorted(seen.path for seen in backend.requests) == ["/1", "/3", "/5"], "what is refused goes nowhere"


@pytest.fixture
def deaf():
    """A backend that nobody gets through to: no body is taken."""
    with ExitStack() as stack:
        yield SimpleNamespace(url=f"http://127.0.0.1:{hanging_port(stack)}")


PATIENT = ["--backend-connect-timeout", "600", "--body-timeout", "600"]
# What the gateway may hold of a body beside the window: one read of its own and one frame.
HELD = 64 * KILOBYTE + 16 * KILOBYTE


def pour(peer, stream, size):
    """So much of a body, if the gateway still takes any."""
    for at in range(0, size, 10_000):
        peer.attempt(frame("DATA", 0, stream, bytes(min(10_000, size - at))))


def ends(peer):
    """What was ended by the gateway so far."""
    return [f"{came.kind} {came.stream}" for came in peer.seen if came.kind in ("RST_STREAM", "GOAWAY")]


def test_so_much_of_a_body_comes_before_the_backend_takes_it(gateways, deaf):
    size = 100_000
    gateway = gateways(*PATIENT, "--http2-stream-window", str(size))
    site = made(gateway, deaf)
    with Frames(gateway.http) as peer:
        quiet(peer)
        for stream in (1, 3):
            peer.request(stream, fields(site), end=False)
            pour(peer, stream, size)
        quiet(peer)
        assert not ends(peer), "as much as the window says is taken"
        pour(peer, 1, HELD + 10_000)
        assert peer.answer(1).reset == "FLOW_CONTROL_ERROR"
        peer.request(5, fields(site, "/mock", "GET"))
        assert peer.answer(5).body == b"mock body"
        assert ends(peer) == ["RST_STREAM 1"], "the other one goes on"


def test_so_much_of_all_bodies_comes_before_backends_take_them(gateways, deaf):
    size = 200_000
    gateway = gateways(*PATIENT, "--http2-stream-window", str(size), "--http2-connection-window", str(size))
    site = made(gateway, deaf)
    with Frames(gateway.http) as peer:
        quiet(peer)
        for stream in (1, 3):
            peer.request(stream, fields(site), end=False)
            pour(peer, stream, size // 2)
        quiet(peer)
        assert not ends(peer), "as much as the window says is taken"
        # No stream comes to the end of its own window.
        for stream in (1, 3):
            pour(peer, stream, size // 2)
        assert 2 * HELD < size
        assert peer.ended_with() == "FLOW_CONTROL_ERROR"


def test_a_frame_may_be_so_long_and_no_longer(gateways, backend):
    size = 40_000
    site = made(gateways("--http2-frame-size", str(size)), backend)
    with Frames(site.gateway.http) as peer:
        quiet(peer)
        peer.request(1, fields(site), bytes(size))
        assert peer.answer(1).status == 200 and len(backend.seen.body) == size
        head = frame("HEADERS", FLAGS["END_HEADERS"], 3, peer.block(fields(site)))
        peer.send(head + frame("DATA", FLAGS["END_STREAM"], 3, bytes(size + 1)))
        ended = peer.until(lambda came: came.kind in ("RST_STREAM", "GOAWAY"))
        assert ended.code == "FRAME_SIZE_ERROR"
    with Frames(site.gateway.http) as peer:
        peer.request(1, fields(site, "/mock", "GET"))
        assert peer.answer(1).status == 200
