"""Answers are packed as gzip for callers that ask for it, by type and length."""

import gzip
import zlib

import pytest

from stand.backend import Answer
from stand.frames import Frames
from stand.hand import Hand
from stand.site import Site
from stand.wire import Wire, call, request

LONG = "all work and no play. " * 100
ASKING = [("Accept-Encoding", "deflate, gzip;q=0.8")]
TYPES = [
    "text/xml",
    "text/plain",
    "text/css",
    "application/javascript",
    "application/x-javascript",
    "application/rss+xml",
    "application/xml",
    "application/json",
    "application/octet-stream",
]


@pytest.fixture
def site(shared, backend):
    """An open API in front of the backend."""
    site = Site(shared, backend)
    site.api(path="/", to="/", name="all")
    site.api(path="=/mock", name="mock", mock=LONG)
    site.api(path="=/small", name="small", mock="x" * 1024)
    site.release()
    return site


def get(site, *headers, kind="application/json", asking=ASKING, path="/", **answer):
    """A call that is answered with a long body of a type."""
    lines = [("Content-Type", kind), *headers] if kind else list(headers)
    site.backend.answer = Answer(headers=lines, **{"body": LONG, **answer})
    return call(site.gateway.http, "GET", path, site.host, asking)


def unpacked(answer):
    """The body of an answer that has to be packed."""
    assert answer.header("content-encoding") == "gzip"
    assert len(answer.body) < len(LONG)
    return gzip.decompress(answer.body).decode()


@pytest.mark.parametrize("kind", [*TYPES, "Application/JSON; charset=utf-8"])
def test_these_types_are_packed(site, kind):
    answer = get(site, kind=kind)
    assert unpacked(answer) == LONG
    assert (answer.status, answer.header("content-type"), answer.header("vary")) == (200, kind, "Accept-Encoding")


@pytest.mark.parametrize("kind", ["text/html", "image/png", "text/event-stream", "application/grpc", None])
def test_other_types_are_not(site, kind):
    answer = get(site, kind=kind)
    assert (answer.text, answer.header("content-encoding")) == (LONG, None)
    assert answer.header("content-length") == str(len(LONG))


@pytest.mark.parametrize("asking", [[], [("Accept-Encoding", "br")], [("Accept-Encoding", "gzip;q=0, br")]])
def test_who_does_not_ask_gets_it_as_it_is(site, asking):
    answer = get(site, asking=asking)
    assert (answer.text, answer.header("content-encoding"), answer.header("vary")) == (LONG, None, None)


def test_what_is_small_is_sent_as_it_is(site):
    assert get(site, body="x" * 1024).body == b"x" * 1024
    assert gzip.decompress(get(site, body="x" * 1025).body) == b"x" * 1025


def test_what_is_packed_already_is_not_packed_again(site):
    answer = get(site, ("Content-Encoding", "br"))
    assert (answer.text, answer.all("content-encoding")) == (LONG, ["br"])


def test_who_forbids_it_is_heeded(site):
    assert get(site, ("Cache-Control", "private, no-transform")).text == LONG


def test_an_entity_tag_says_that_the_bytes_are_others(site):
    answer = get(site, ("ETag", '"abc"'), ("Accept-Ranges", "bytes"))
    assert (answer.header("etag"), answer.header("accept-ranges")) == ('W/"abc"', None)
    assert get(site, ("ETag", '"abc"'), asking=[]).header("etag") == '"abc"'


def test_errors_are_packed_and_parts_are_not(site):
    assert unpacked(get(site, status=404, reason="Not Found")) == LONG
    assert get(site, ("Content-Range", f"bytes 0-{len(LONG) - 1}/99999"), status=206, reason="Partial Content").text == LONG


def test_chunks_trailers_and_the_connection_survive(site):
    site.backend.answer = Answer(
        headers=[("Content-Type", "text/plain")], chunks=[LONG, "the end"], trailers=[("X-Sum", "1")]
    )
    with Wire(site.gateway.http) as wire:
        for _ in range(3):
            wire.send(request("GET", "/", site.host, [*ASKING, ("TE", "trailers")]))
            answer = wire.receive()
            assert (unpacked(answer), answer.trailers) == (LONG + "the end", [("X-Sum", "1")])
    assert site.backend.connections == 1


def test_a_head_alone_has_nothing_to_pack(site):
    site.backend.answer = Answer(headers=[("Content-Type", "text/plain")], body=LONG)
    answer = call(site.gateway.http, "HEAD", "/", site.host, ASKING)
    assert (answer.header("content-encoding"), answer.header("content-length")) == (None, str(len(LONG)))


def test_an_old_caller_gets_it_too(site):
    site.backend.answer = Answer(headers=[("Content-Type", "text/plain")], body=LONG)
    with Wire(site.gateway.http) as wire:
        wire.send(request("GET", "/", site.host, ASKING, version="HTTP/1.0"))
        assert unpacked(wire.receive()) == LONG


def test_a_fixed_answer_is_packed(site):
    assert unpacked(call(site.gateway.http, "GET", "/mock", site.host, ASKING)) == LONG
    assert call(site.gateway.http, "GET", "/mock", site.host).text == LONG
    assert call(site.gateway.http, "GET", "/small", site.host, ASKING).text == "x" * 1024


def test_over_http2(site):
    site.backend.answer = Answer(headers=[("Content-Type", "text/plain")], body=LONG)
    with Frames(site.gateway.http) as peer:
        fields = [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", site.host)]
        peer.request(1, [*fields, ("accept-encoding", "gzip")])
        answer = peer.answer(1)
    assert answer.header("content-encoding") == "gzip"
    assert gzip.decompress(answer.body).decode() == LONG


def test_each_piece_of_a_packed_stream_arrives_before_the_next_is_sent(shared):
    hand = Hand()
    site = Site(shared, hand)
    site.api(path="/", to="/")
    site.release()
    unpack = zlib.decompressobj(wbits=31)
    with Wire(shared.http) as wire:
        wire.send(request("GET", "/", site.host, ASKING))
        backend = hand.take()
        backend.request()
        backend.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert wire.head().header("content-encoding") == "gzip"
        for number in range(100):
            piece = b'{"number": %06d}\n' % number
            backend.send(b"%x\r\n%s\r\n" % (len(piece), piece))
            came = b""
            while came != piece:
                came += unpack.decompress(wire.chunk())
                assert piece.startswith(came)
        backend.send("0\r\n\r\n")
        assert wire.until(b"0\r\n\r\n") is not None
    hand.close()
