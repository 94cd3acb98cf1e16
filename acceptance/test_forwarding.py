"""Between caller and backend: streams, connections, retries, and the end of the process."""

import hashlib
import json
import signal
import ssl
import threading
from pathlib import Path

import pytest

from stand.backend import Answer, Backend
from stand.patience import until
from stand.site import Site
from stand.wire import Wire, call, request

MEGABYTE = 1024 * 1024
CERTIFICATES = Path(__file__).parent / "stand" / "certificates"


@pytest.fixture
def site(shared, backend):
    """An open API in front of the backend."""
    site = Site(shared, backend)
    site.api(path="/", to="/", name="all")
    site.release()
    return site


def test_a_large_body_travels_both_ways(site):
    body = bytes(range(256)) * (8 * MEGABYTE // 256)
    answer = call(site.gateway.http, "POST", "/large", site.host, body=body)
    assert answer.status == 200
    assert hashlib.sha256(site.backend.seen.body.encode("latin-1")).digest() == hashlib.sha256(body).digest()
    site.backend.answer = Answer(body="x" * 8 * MEGABYTE)
    assert call(site.gateway.http, "GET", "/large", site.host).body == b"x" * 8 * MEGABYTE


def test_a_length_stays_a_length_and_chunks_stay_chunks(site):
    call(site.gateway.http, "POST", "/", site.host, body=b"hello")
    assert site.backend.seen.header("content-length") == "5"
    call(site.gateway.http, "POST", "/", site.host, [("Transfer-Encoding", "chunked")], b"5\r\nhello\r\n0\r\n\r\n")
    assert (site.backend.seen.header("transfer-encoding"), site.backend.seen.body) == ("chunked", "hello")
    assert site.backend.seen.header("content-length") is None


def test_a_call_without_a_body_has_none_at_the_backend(site):
    call(site.gateway.http, "GET", "/", site.host)
    assert site.backend.seen.header("content-length") is None
    assert site.backend.seen.header("transfer-encoding") is None


def test_an_answer_streams_while_the_backend_still_writes(site):
    site.backend.answer = Answer(raw="HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n", then="hold")
    with Wire(site.gateway.http) as wire:
        wire.send(request("GET", "/", site.host))
        assert wire.head().status == 200
        assert wire.until(b"first") is not None


def test_the_trailers_of_an_answer_come_through(site):
    site.backend.answer = Answer(chunks=["hello"], trailers=[("X-Checksum", "abc")])
    answer = call(site.gateway.http, "GET", "/", site.host, [("TE", "trailers")])
    assert (answer.body, answer.trailers) == (b"hello", [("X-Checksum", "abc")])


def test_a_chunked_answer_for_an_old_caller_ends_with_the_connection(site):
    site.backend.answer = Answer(chunks=["hello", " world"])
    with Wire(site.gateway.http) as wire:
        wire.send(f"GET / HTTP/1.0\r\nHost: {site.host}\r\n\r\n")
        answer = wire.receive()
        assert (answer.body, answer.chunked) == (b"hello world", False)
        assert wire.is_closed()


def test_an_answer_that_breaks_off_is_not_made_to_look_whole(site):
    for raw in (
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    ):
        site.backend.answer = Answer(raw=raw, then="close")
        with Wire(site.gateway.http) as wire:
            wire.send(request("GET", "/", site.host))
            assert wire.head().status == 200
            rest = wire.rest()
            assert b"0\r\n\r\n" not in rest and len(rest) < 20


def test_interim_answers_reach_the_caller(site):
    site.backend.answer = Answer(interim=["HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"], body="done")
    answer = call(site.gateway.http, "GET", "/", site.host)
    assert [(one.status, one.header("link")) for one in answer.interim] == [(103, "</a.css>")]
    assert answer.text == "done"


def test_an_early_answer_reaches_the_caller(site):
    site.backend.answer = Answer(status=403, reason="No", body="no", early=True, then="close")
    with Wire(site.gateway.http) as wire:
        wire.send(f"POST / HTTP/1.1\r\nHost: {site.host}\r\nContent-Length: 1000\r\n\r\nbegun")
        answer = wire.receive()
    assert (answer.status, answer.text) == (403, "no")


def test_connections_to_the_backend_are_kept(gateways, backend):
    site = Site(gateways("--workers", "1"), backend)
    site.api(path="/", to="/")
    site.release()
    for _ in range(20):
        assert call(site.gateway.http, "GET", "/", site.host).status == 200
    assert backend.connections == 1


def test_a_kept_connection_that_the_backend_closed_is_replaced(site):
    for _ in range(20):
        site.backend.answer = Answer(body="x", then="close")
        assert call(site.gateway.http, "GET", "/", site.host).status == 200


def test_a_call_that_may_have_happened_is_not_made_twice(gateways, backend):
    site = Site(gateways("--workers", "1"), backend)
    site.api(path="/", to="/")
    site.release()
    assert call(site.gateway.http, "GET", "/", site.host).status == 200
    backend.answer = Answer(raw="", then="close")
    assert call(site.gateway.http, "POST", "/", site.host, body=b"pay").status == 502
    assert [seen.method for seen in backend.requests] == ["GET", "POST"]


def test_the_backend_is_not_troubled_by_a_caller_that_left(site):
    with Wire(site.gateway.http) as wire:
        wire.send(f"POST / HTTP/1.1\r\nHost: {site.host}\r\nContent-Length: 100\r\n\r\nhalf")
    assert call(site.gateway.http, "GET", "/after", site.host).status == 200
    assert [seen.path for seen in site.backend.requests] == ["/after"]


def test_a_head_that_does_not_come_ends_the_connection(gateways, backend):
    gateway = gateways("--head-timeout", "1", "--idle-timeout", "1")
    with Wire(gateway.http) as wire:
        wire.send("GET / HTTP/1.1\r\nHost: half")
        answer = wire.receive()
        assert (answer.status, answer.header("content-type")) == (408, "application/json")
        assert wire.is_closed()


def test_an_idle_connection_ends_without_a_word(gateways):
    gateway = gateways("--idle-timeout", "1")
    with Wire(gateway.http) as wire:
        wire.send("GET / HTTP/1.1\r\nHost: nobody.example\r\n\r\n")
        assert wire.receive().status == 404
        assert wire.is_closed()


def test_limits_are_settings(gateways, backend):
    gateway = gateways("--head-size", "2KiB", "--target-size", "300", "--header-count", "10", "--body-size", "1000")
    site = Site(gateway, backend)
    site.api(path="/", to="/")
    site.release()

    def status(target="/", headers=(), body=None):
        return call(gateway.http, "POST", target, site.host, headers, body).status

    assert status("/" + "a" * 250) == 200
    assert status("/" + "a" * 350) == 414
    assert status(headers=[("X-Long", "a" * 3000)]) == 431
    assert status(headers=[(f"X-{n}", "1") for n in range(12)]) == 431
    assert status(body=b"x" * 1000) == 200
    assert status(body=b"x" * 1001) == 413
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (2000, b"x" * 2000)
    assert status(headers=[("Transfer-Encoding", "chunked")], body=chunks) == 413


def test_many_idle_connections_do_no_harm(site):
    wires = [Wire(site.gateway.http) for _ in range(500)]
    assert call(site.gateway.http, "GET", "/", site.host).status == 200
    for wire in wires[::50]:
        wire.send(request("GET", "/", site.host))
        assert wire.receive().status == 200
    for wire in wires:
        wire.socket.close()


def test_a_call_in_flight_is_finished_before_the_process_ends(gateway, backend):
    site = Site(gateway, backend)
    site.api(path="/", to="/")
    site.release()
    backend.gate.clear()
    with Wire(gateway.http) as wire:
        wire.send(request("GET", "/", site.host))
        backend.wait_for(1)
        gateway.process.send_signal(signal.SIGTERM)
        until(lambda: gateway.get("/readyz")[0] != 200, "the gateway says that it drains")
        backend.gate.set()
        answer = wire.receive()
        assert answer.status == 200
    assert gateway.process.wait(timeout=60) == 0


def test_draining_has_an_end(gateways, backend):
    gateway = gateways("--drain", "1")
    site = Site(gateway, backend)
    site.api(path="/", to="/")
    site.release()
    backend.gate.clear()
    with Wire(gateway.http) as wire:
        wire.send(request("GET", "/", site.host))
        backend.wait_for(1)
        gateway.process.send_signal(signal.SIGTERM)
        assert gateway.process.wait(timeout=30) == 0
    backend.gate.set()


def test_callers_do_not_wait_for_each_other(site):
    answers = []
    site.backend.gate.clear()

    def caller(number):
        answer = call(site.gateway.http, "GET", f"/{number}", site.host)
        answers.append((number, json.loads(answer.body)["path"]))

    threads = [threading.Thread(target=caller, args=(number,)) for number in range(64)]
    for thread in threads:
        thread.start()
    site.backend.wait_for(64)
    site.backend.gate.set()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [(number, f"/{number}") for number in range(64)]


@pytest.fixture
def secure():
    """A backend that speaks TLS with a certificate of our own root."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "backend.pem")
    backend = Backend(tls=context)
    yield backend
    backend.close()


def test_an_https_backend_with_a_trusted_certificate(gateways, secure):
    gateway = gateways(environment={"SSL_CERT_FILE": str(CERTIFICATES / "root.pem")})
    site = Site(gateway, secure)
    site.api(path="/", to="/")
    site.release()
    for _ in range(3):
        assert call(gateway.http, "GET", "/x", site.host).status == 200
    assert secure.seen.path == "/x"


def test_an_https_backend_with_an_unknown_certificate_is_not_trusted(shared, secure):
    site = Site(shared, secure)
    site.api(path="/", to="/")
    site.release()
    answer = call(shared.http, "GET", "/", site.host)
    assert (answer.status, answer.text) == (502, '{"message":"Bad Gateway"}')
    assert secure.requests == []


def test_a_body_that_does_not_come_ends_the_call(gateways, backend):
    gateway = gateways("--body-timeout", "1")
    site = Site(gateway, backend)
    site.api(path="/", to="/")
    site.release()
    with Wire(gateway.http) as wire:
        wire.send(f"POST / HTTP/1.1\r\nHost: {site.host}\r\nContent-Length: 100\r\n\r\nhalf")
        assert wire.receive().status == 408
        assert wire.is_closed()
    assert backend.requests == []
