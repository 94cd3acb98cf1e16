"""The way to backends: names and their time, addresses that hang, certificates of both sides, and three kinds of patience."""

import ssl
from contextlib import ExitStack
from pathlib import Path

import pytest

from stand.backend import Answer, Backend, hanging_port
from stand.hand import Hand
from stand.names import Names
from stand.patience import until
from stand.site import Site
from stand.wire import Wire, call, request

CERTIFICATES = Path(__file__).parent / "stand" / "certificates"


@pytest.fixture
def names():
    """A name server."""
    names = Names()
    yield names
    names.close()


@pytest.fixture
def stack():
    """Closes what is opened."""
    with ExitStack() as stack:
        yield stack


def site_of(gateways, names, port, *arguments, **fields):
    """An open API whose backend has a name."""
    gateway = gateways("--workers", "1", "--backend-dns-servers", names.address, *arguments)
    site = Site(gateway, None)
    config = {"Url": f"http://backend.test:{port}", "Path": "/", "Method": "ANY"}
    site.api(path="/", **{"ServiceConfig": config, **fields})
    site.release()
    return site


def status(site):
    """The status of a call."""
    return call(site.gateway.http, "GET", "/", site.host).status


def test_a_name_is_asked_for_as_its_time_says(gateways, names, stack):
    backend = Backend()
    stack.callback(backend.close)
    backend.answer = Answer(body="x", then="close")
    names.say("backend.test", "127.0.0.1", ttl=3600)
    site = site_of(gateways, names, backend.port)
    assert [status(site) for _ in range(20)] == [200] * 20
    assert (backend.connections, names.questions("backend.test")) == (20, 1)


def test_a_bound_on_its_time_is_a_setting(gateways, names, stack):
    backend = Backend()
    stack.callback(backend.close)
    backend.answer = Answer(body="x", then="close")
    names.say("backend.test", "127.0.0.1", ttl=0)
    site = site_of(gateways, names, backend.port, "--backend-dns-ttl-min", "600", "--backend-dns-ttl-max", "600")
    assert [status(site) for _ in range(5)] == [200] * 5
    assert names.questions("backend.test") == 1
    names.say("backend.test", "127.0.0.1", ttl=3600)
    site = site_of(gateways, names, backend.port, "--backend-dns-ttl-min", "0", "--backend-dns-ttl-max", "0")
    before = names.questions("backend.test")
    assert [status(site) for _ in range(5)] == [200] * 5
    assert names.questions("backend.test") >= before + 5


def test_calls_follow_a_name_that_moves(gateways, names, stack):
    old = Backend()
    new = Backend(address=("127.0.0.2", old.port))
    stack.callback(old.close)
    stack.callback(new.close)
    names.say("backend.test", "127.0.0.1", ttl=1)
    site = site_of(gateways, names, old.port)
    assert status(site) == 200 and old.connections == 1
    names.say("backend.test", "127.0.0.2", ttl=1)

    def moved():
        assert status(site) == 200
        return new.requests

    # The kept connection goes when answers have not named its address for a while, though nothing ever failed on it.
    until(moved, "calls reach the new address", pause=0.2, deadline=60)
    assert old.connections == 1
    before = len(old.requests)
    assert [status(site) for _ in range(10)] == [200] * 10
    assert len(old.requests) == before


def asked_each_time(gateways, names, stack):
    """A site whose backend's name is asked for with each call: no answer is kept, and no connection. One call was made."""
    backend = Backend()
    stack.callback(backend.close)
    backend.answer = Answer(body="x", then="close")
    names.say("backend.test", "127.0.0.1", ttl=1)
    site = site_of(gateways, names, backend.port, "--backend-dns-ttl-max", "0", "--backend-dns-ttl-min", "0")
    assert status(site) == 200
    return site


def test_a_name_server_that_falls_silent_takes_no_backend_along(gateways, names, stack):
    site = asked_each_time(gateways, names, stack)
    names.close()
    assert [status(site) for _ in range(3)] == [200] * 3


def test_a_name_server_that_fails_for_one_family_takes_no_backend_along(gateways, names, stack):
    site = asked_each_time(gateways, names, stack)
    # That there are no IPv6 addresses is true, and says nothing of the others.
    names.fail("backend.test")
    before = names.questions("backend.test")
    assert [status(site) for _ in range(3)] == [200] * 3
    assert names.questions("backend.test") > before


def test_a_name_that_is_not_there_is_a_backend_that_is_not_there(gateways, names, stack):
    backend = Backend()
    stack.callback(backend.close)
    site = site_of(gateways, names, backend.port)
    assert status(site) == 502
    names.say("backend.test", "127.0.0.1", ttl=1)
    assert status(site) == 200


def test_an_address_that_hangs_is_overtaken(gateways, names, stack):
    port = hanging_port(stack, "127.0.0.3")
    backend = Backend(address=("127.0.0.1", port))
    stack.callback(backend.close)
    names.say("backend.test", "127.0.0.3", "127.0.0.1", ttl=60)
    # Nothing but the race ends the wait for the first address within the test's patience.
    site = site_of(gateways, names, port, "--backend-connect-timeout", "600", ServiceTimeout=1800)
    assert status(site) == 200
    assert len(backend.requests) == 1


def test_an_address_that_refuses_is_passed_over(gateways, names, stack):
    backend = Backend()
    stack.callback(backend.close)
    names.say("backend.test", "::1", "127.0.0.4", "127.0.0.1", ttl=60)
    site = site_of(gateways, names, backend.port, "--backend-connect-timeout", "600", ServiceTimeout=1800)
    assert status(site) == 200


def test_connecting_has_its_own_patience(gateways, stack):
    port = hanging_port(stack, "127.0.0.3")
    site = Site(gateways("--backend-connect-timeout", "1"), None)
    config = {"Url": f"http://127.0.0.3:{port}", "Path": "/", "Method": "ANY"}
    site.api(path="/", ServiceConfig=config, ServiceTimeout=1800)
    site.release()
    assert status(site) == 504


def test_the_first_byte_has_the_apis_patience(gateways, stack):
    hand = Hand()
    stack.callback(hand.close)
    site = Site(gateways(), hand)
    site.api(path="/", to="/", ServiceTimeout=1)
    site.release()
    assert status(site) == 504
    assert hand.take().request().path == "/"


def test_a_pause_has_its_own_patience(gateways, stack):
    hand = Hand()
    stack.callback(hand.close)
    site = Site(gateways("--backend-read-timeout", "1"), hand)
    site.api(path="/", to="/", ServiceTimeout=1800)
    site.release()
    with Wire(site.gateway.http) as wire:
        wire.send(request("GET", "/", site.host))
        backend = hand.take()
        backend.request()
        backend.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n.\r\n")
        assert wire.until(b".\r\n") is not None
        assert b"0\r\n\r\n" not in wire.rest()
        assert backend.has_ended()


def tls_backend(stack, client_roots=None):
    """A backend that speaks TLS; with `client_roots` it wants to know who calls."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "backend.pem")
    if client_roots:
        context.load_verify_locations(client_roots)
        context.verify_mode = ssl.CERT_REQUIRED
    backend = Backend(tls=context)
    stack.callback(backend.close)
    return backend


CA = ("--backend-tls-ca", CERTIFICATES / "root.pem")
IDENTITY = (
    "--backend-tls-certificate",
    CERTIFICATES / "gateway.pem",
    "--backend-tls-key",
    CERTIFICATES / "gateway.key",
)


@pytest.mark.parametrize(
    "arguments, expected",
    [
        ((), 502),
        (CA, 200),
        (("--backend-tls-ca", CERTIFICATES / "gateway-root.pem"), 502),
        (("--backend-tls-verify=false",), 200),
    ],
)
def test_a_backends_certificate_is_checked_against_the_roots(gateways, stack, arguments, expected):
    backend = tls_backend(stack)
    site = Site(gateways(*arguments), backend)
    site.api(path="/", to="/")
    site.release()
    assert status(site) == expected
    assert len(backend.requests) == (expected == 200)


@pytest.mark.parametrize("arguments, expected", [(CA, 502), ((*CA, *IDENTITY), 200)])
def test_a_backend_may_ask_who_calls(gateways, stack, arguments, expected):
    backend = tls_backend(stack, CERTIFICATES / "gateway-root.pem")
    site = Site(gateways(*arguments), backend)
    site.api(path="/", to="/")
    site.release()
    assert status(site) == expected
    assert len(backend.requests) == (expected == 200)


def test_a_name_in_the_certificate_has_to_be_the_backends(gateways, names, stack):
    backend = tls_backend(stack)
    names.say("other.test", "127.0.0.1", ttl=60)
    site = Site(gateways(*CA, "--backend-dns-servers", names.address), None)
    config = {"Url": f"https://other.test:{backend.port}", "Path": "/", "Method": "ANY"}
    site.api(path="/", ServiceConfig=config)
    site.release()
    assert status(site) == 502
    assert backend.requests == []


def test_settings_that_do_not_fit_are_named(gateways):
    for arguments, told in (
        (IDENTITY[:2], "backend_tls_key"),
        (("--backend-tls-ca", CERTIFICATES / "gateway.key"), "backend_tls_ca"),
        (("--backend-tls-ca", "/nowhere.pem"), "/nowhere.pem"),
    ):
        with pytest.raises(AssertionError) as failed:
            gateways(*arguments)
        assert told in str(failed.value)
