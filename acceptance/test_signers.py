"""Callers as they are in the field: the third-party signer, and signers written as in the vendor's demos."""

import pytest
import requests
from apigateway.auth import Auth

from stand.dns import point_here
from stand.signing import ALGORITHMS, authorization, date_source, http_date, x_date_source
from stand.site import Site
from stand.wire import call


@pytest.fixture
def site(shared, backend):
    """A signed API behind one plan with one key."""
    site = Site(shared, backend)
    site.api(path="/hello", to="/hello", AuthType="SECRET")
    site.release()
    site.pair = site.key()
    site.plan(site.pair[0])
    return site


@pytest.fixture(params=["own", "oldest", "middle", "newest"])
def url(request, site, monkeypatch):
    """The address as the caller has it in his code: our name, or one of the vendor's."""
    point_here(monkeypatch)
    host = {
        "own": site.host,
        "oldest": f"{site.id}-1251234567.ap-guangzhou.apigateway.myqcloud.com",
        "middle": f"{site.id}-1251234567.gz.apigw.tencentcs.com",
        "newest": f"{site.id}-1251234567.gz.tencentapigw.com",
    }[request.param]
    return f"http://{host}:{site.gateway.http[1]}/release/hello"


def test_the_third_party_signer(site, url):
    headers = Auth(*site.pair, {"Source": "acceptance"}).generateHeaders()
    answer = requests.get(url, headers=headers, timeout=60)
    assert answer.status_code == 200
    assert answer.headers["X-Secret-ID"] == site.pair[0]
    assert site.backend.seen.path == "/hello"


def test_the_third_party_signer_without_headers_of_its_own(site, url):
    assert requests.post(url, headers=Auth(*site.pair).generateHeaders(), data="x", timeout=60).status_code == 200


def test_a_reused_third_party_signer_signs_its_own_signature(site, url):
    # The package keeps what it made: the second signature covers the first, which the second call no longer carries.
    auth = Auth(*site.pair)
    auth.generateHeaders()
    answer = requests.get(url, headers=auth.generateHeaders(), timeout=60)
    assert (answer.status_code, answer.json()) == (401, {"message": "HMAC signature does not match"})


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("demo", [date_source, x_date_source])
def test_the_signers_of_the_vendors_demos(site, demo, algorithm, monkeypatch):
    point_here(monkeypatch)
    url = f"http://{site.host}:{site.gateway.http[1]}/hello"
    answer = requests.get(url, headers=dict(demo(*site.pair, algorithm=algorithm)), timeout=60)
    assert answer.status_code == 200


def test_a_signed_call_over_https(site, monkeypatch):
    point_here(monkeypatch)
    url = f"https://{site.host}:{site.gateway.https[1]}/hello"
    with pytest.warns(Warning, match="Unverified"):
        answer = requests.get(url, headers=dict(date_source(*site.pair)), verify=False, timeout=60)
    assert answer.status_code == 200
    assert site.backend.seen.header("X-Client-Proto") == "https"


def test_a_session_of_signed_calls(site, monkeypatch):
    point_here(monkeypatch)
    url = f"http://{site.host}:{site.gateway.http[1]}/hello"
    with requests.Session() as session:
        for number in range(50):
            answer = session.post(url, headers=dict(x_date_source(*site.pair)), json={"number": number}, timeout=60)
            assert answer.status_code == 200
            assert answer.json()["body"] == '{"number": %d}' % number


def test_how_far_a_date_may_be_off_is_a_setting(gateways, backend):
    site = Site(gateways("--signature-skew", "3600"), backend)
    site.api(path="/hello", to="/hello", AuthType="SECRET")
    site.release()
    pair = site.key()
    site.plan(pair[0])

    def status(offset):
        signed = [("X-Date", http_date(offset))]
        headers = [*signed, ("Authorization", authorization(*pair, signed))]
        return call(site.gateway.http, "GET", "/hello", site.host, headers).status

    assert [status(offset) for offset in (-3500, 3500, -3700, 3700)] == [200, 200, 401, 401]
