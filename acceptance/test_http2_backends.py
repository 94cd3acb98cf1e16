"""Backends that speak HTTP/2 and decline: what they have not begun with is asked again, and nothing is asked twice."""

from pathlib import Path

import pytest

from stand.multiplexed import Multiplexed
from stand.site import Site
from stand.wire import call

CERTIFICATES = Path(__file__).parent / "stand" / "certificates"


@pytest.fixture
def trusting(gateways):
    """A gateway that trusts the test's certificates."""
    return gateways("--workers", "1", environment={"SSL_CERT_FILE": str(CERTIFICATES / "root.pem")})


@pytest.fixture
def declining(trusting):
    """Makes a backend of these deeds and an API in front of it."""
    made = []

    def make(*deeds):
        backend = Multiplexed(CERTIFICATES / "backend.pem", deeds)
        made.append(backend)
        site = Site(trusting, backend)
        site.api(path="/", to="/")
        site.release()
        return backend, site

    yield make
    for backend in made:
        backend.close()


def ask(site, method="GET", body=None):
    """One call."""
    return call(site.gateway.http, method, "/", site.host, (), body)


@pytest.mark.parametrize("method, body", [("GET", None), ("POST", b"pay once")])
@pytest.mark.parametrize("deed", ["refuse", "leave"])
def test_what_a_backend_has_not_begun_with_is_asked_again(declining, deed, method, body):
    """Nothing happened there, so a POST is as safe as a GET (RFC 9113, 8.7)."""
    backend, site = declining(deed)
    answer = ask(site, method, body)
    assert (answer.status, answer.body) == (200, body or b"")
    assert [what for what, _ in backend.seen] == [deed, "answer"]
    assert {sent for _, sent in backend.seen} == {body or b""}


def test_a_connection_that_said_goodbye_is_not_used_again(declining):
    backend, site = declining("answer", "leave")
    assert [ask(site).status for _ in range(4)] == [200] * 4
    assert [what for what, _ in backend.seen] == ["answer", "leave", "answer", "answer", "answer"]
    assert backend.connections == 2


def test_one_that_always_declines_is_a_bad_gateway_and_not_asked_for_ever(declining):
    backend, site = declining(*["refuse"] * 50)
    assert ask(site).status == 502
    assert 2 <= len(backend.seen) <= 5


def test_a_request_that_was_begun_with_is_not_sent_again(declining):
    backend, site = declining("internal")
    assert ask(site, "POST", b"pay once").status == 502
    assert [what for what, _ in backend.seen] == ["internal"]
