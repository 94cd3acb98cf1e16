"""Certificates and domains through the native API, and what only it can ask of a domain's callers."""

import ssl

import pytest

from stand.authority import Authority
from stand.native import Native, refused
from stand.patience import until
from stand.secure import Secure
from stand.site import Site

NAME = "one.example.com"


@pytest.fixture
def authority(tmp_path):
    """Who signs the certificates of domains."""
    return Authority(tmp_path / "authority")


@pytest.fixture
def site(gateway):
    """A released service with one API."""
    site = Site(gateway, None)
    site.api(path="/", mock="here")
    site.release()
    return site


@pytest.fixture
def native(site):
    """A client with an access key."""
    return Native(site.gateway.admin)


def upload(native, pair, **fields):
    """Brings a certificate."""
    chain, key = pair
    return native.post("/certificates", {"chain": chain, "key": key, **fields})


def bind(native, site, certificate, name=NAME, **fields):
    """Binds a domain over https and waits until it runs."""
    body = {"name": name, "protocol": "https", "certificate": certificate, **fields}
    bound = native.post(f"/services/{site.id}/domains", body)
    site.gateway.settle()
    return bound


def change(native, site, name=NAME, **fields):
    """Changes a domain and waits until it runs."""
    changed = native.change("PATCH", f"/services/{site.id}/domains/{name}", fields)
    site.gateway.settle()
    return changed


def ask(site, context, name=NAME, host=None):
    """One call over a handshake for `name`."""
    with Secure(site.gateway.https, context, name) as wire:
        return wire.ask("GET", "/", host or name)


def test_a_certificate_is_brought_used_replaced_and_deleted(site, native, authority):
    first, second = authority.issue(NAME), authority.issue(NAME, "two.example.com")
    made = upload(native, first, id="one", name="our shop")
    assert made["id"] == "one" and made["names"] == [NAME] and made["source"] == "uploaded"
    assert made["chain"].strip() == first[0].strip() and "key" not in made
    assert [item["id"] for item in native.every("/certificates")] == ["default", "one"]
    bind(native, site, {"stored": "one"})
    assert native.get("/certificates/one")["used_by"] == [NAME]
    trusting = authority.trusting()
    with Secure(site.gateway.https, trusting, NAME) as wire:
        before = wire.serial
        chain, key = second
        replaced = native.change("PUT", "/certificates/one", {"chain": chain, "key": key})
        assert replaced["names"] == [NAME, "two.example.com"] and replaced["name"] == "our shop"
        site.gateway.settle()
        with Secure(site.gateway.https, trusting, NAME) as other:
            assert other.serial != before
        assert wire.ask("GET", "/", NAME).text == "here"
    problem = refused(native.change, "DELETE", "/certificates/one")
    assert problem.body["type"] == "urn:tollgate:problem:in-use"
    native.change("DELETE", f"/services/{site.id}/domains/{NAME}")
    native.change("DELETE", "/certificates/one")
    assert refused(native.get, "/certificates/one").status == 404


def test_what_cannot_be_a_certificate_is_refused_by_its_part(site, native, authority):
    (chain, key), (other, _) = authority.issue(NAME), authority.issue(NAME)
    for body, pointer in (
        ({"chain": chain, "key": "nonsense"}, "/key"),
        ({"chain": "nonsense", "key": key}, "/chain"),
        ({"chain": other, "key": key}, "/key"),
        ({"chain": chain, "key": key, "id": "a b"}, "/id"),
    ):
        problem = refused(native.post, "/certificates", body)
        assert problem.status == 422 and problem.body["errors"][0]["pointer"] == pointer, problem.body
    assert refused(native.change, "DELETE", "/certificates/default").status == 409
    assert refused(native.ask, "DELETE", "/certificates/nosuch", None, {"If-Match": "*"}).status == 404


def test_a_domain_may_ask_for_the_newest_tls(site, native, authority):
    upload(native, authority.issue(NAME, "two.example.com"), id="one")
    bound = bind(native, site, {"stored": "one"}, min_tls="1.3")
    assert bound["min_tls"] == "1.3"
    bind(native, site, {"stored": "one"}, "two.example.com")
    old = authority.trusting(maximum_version=ssl.TLSVersion.TLSv1_2)
    with pytest.raises(ssl.SSLError, match="(?i)version"):
        ask(site, old)
    assert ask(site, authority.trusting(minimum_version=ssl.TLSVersion.TLSv1_3)).text == "here"
    assert ask(site, old, "two.example.com").text == "here"
    elsewhere = ask(site, old, "two.example.com", host=NAME)
    assert elsewhere.status == 421 and elsewhere.text == '{"message":"Misdirected Request"}'
    assert change(native, site, min_tls="1.2")["min_tls"] == "1.2"
    assert ask(site, old).text == "here"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["TLS 1.2", "TLS 1.3"])
def test_a_domain_may_ask_callers_for_certificates(gateways, authority, tmp_path, version):
    log = tmp_path / "access.log"
    site = Site(gateways("--access-log", log), None)
    site.api(path="/", mock="here")
    site.release()
    native = Native(site.gateway.admin)
    partners, strangers = Authority(tmp_path / "partners", "partners"), Authority(tmp_path / "strangers", "strangers")
    upload(native, authority.issue(NAME, "two.example.com"), id="one")
    bind(native, site, {"stored": "one"}, client_authorities=partners.root.read_text())
    bind(native, site, {"stored": "one"}, "two.example.com")

    def context(who=None, common="partner"):
        made = authority.trusting(minimum_version=version, maximum_version=version)
        if who is not None:
            chain, key = who.issue("caller.example", common=common, usage="clientAuth")
            (tmp_path / "caller.pem").write_text(chain + key)
            made.load_cert_chain(tmp_path / "caller.pem")
        return made

    def is_refused(made):
        try:
            return ask(site, made).status is None
        except (ssl.SSLError, ConnectionError):
            return True

    partner = context(partners)
    with Secure(site.gateway.https, partner, NAME) as wire:
        assert wire.ask("GET", "/", NAME).text == "here"
        session = wire.socket.session
    with Secure(site.gateway.https, partner, NAME, session) as wire:
        assert wire.ask("GET", "/", NAME).text == "here"
        assert wire.socket.session_reused
    assert is_refused(context())
    assert is_refused(context(strangers))
    assert ask(site, context(), "two.example.com").text == "here"
    assert ask(site, context(), "two.example.com", host=NAME).status == 421
    assert ask(site, partner, "two.example.com", host=NAME).status == 421

    change(native, site, client_authorities=strangers.root.read_text())
    assert is_refused(context(partners))
    with pytest.raises((ssl.SSLError, ConnectionError, AssertionError)):
        with Secure(site.gateway.https, partner, NAME, session) as wire:
            assert wire.ask("GET", "/", NAME).status is None, "a session of other authorities is worth nothing"
    assert ask(site, context(strangers)).text == "here"
    assert change(native, site, client_authorities=None)["client_authorities"] is None
    assert ask(site, context()).text == "here"
    site.gateway.stop()
    assert '"certificate":"CN=partner"' in log.read_text()


def test_a_domain_is_shown_changed_and_let_go(site, native, authority):
    upload(native, authority.issue("*.example.org"), id="star")
    paths = [{"path": "/v1", "environment": "release"}, {"path": "/", "environment": "test"}]
    bound = bind(native, site, {"stored": "star"}, "*.example.org", mappings=paths, force_https=True)
    assert bound["mappings"] == paths and bound["certificate"] == {"stored": "star"} and bound["issuance"] is None
    base = f"/services/{site.id}/domains"
    assert [domain["name"] for domain in native.every(base)] == ["*.example.org"]
    assert change(native, site, "*.example.org", mappings=None)["mappings"] is None
    changed = change(native, site, "*.example.org", protocol="http", force_https=False)
    assert changed["protocol"] == "http" and changed["certificate"] == {"stored": "star"}
    mark = native.send("GET", f"{base}/*.example.org").headers["ETag"]
    change(native, site, "*.example.org", protocol="https")
    stale = refused(native.ask, "PATCH", f"{base}/*.example.org", {"protocol": "http"}, {"If-Match": mark})
    assert stale.status == 412
    native.change("DELETE", f"{base}/*.example.org")
    assert refused(native.get, f"{base}/*.example.org").status == 404
    assert native.every(base) == []


def test_what_cannot_be_a_domain_is_refused_by_its_field(site, native, authority):
    upload(native, authority.issue(NAME), id="one")
    base = f"/services/{site.id}/domains"
    for body, pointer in (
        ({"name": "localhost"}, "/name"),
        ({"name": "x.apigateway.localhost"}, "/name"),
        ({"name": NAME, "protocol": "https"}, "/certificate"),
        ({"name": NAME, "protocol": "https", "certificate": {"stored": "nosuch"}}, "/certificate"),
        ({"name": "two.example.com", "protocol": "https", "certificate": {"stored": "one"}}, "/certificate"),
        ({"name": NAME, "protocol": "https", "certificate": "acme"}, "/certificate"),
        ({"name": NAME, "force_https": True}, "/force_https"),
        ({"name": NAME, "mappings": []}, "/mappings"),
        ({"name": NAME, "mappings": [{"path": "x", "environment": "test"}]}, "/mappings/0/path"),
        ({"name": NAME, "min_tls": "1.1"}, "/min_tls"),
        ({"name": NAME, "client_authorities": "nonsense"}, "/client_authorities"),
        ({"name": NAME, "colour": "red"}, "/colour"),
    ):
        problem = refused(native.post, base, {"protocol": "http", **body})
        assert problem.status == 422 and problem.body["errors"][0]["pointer"] == pointer, (body, problem.body)
    native.post(base, {"name": NAME, "protocol": "http"})
    assert refused(native.post, base, {"name": NAME, "protocol": "http"}).body["type"] == "urn:tollgate:problem:taken"
    until(lambda: native.get(f"{base}/{NAME}")["protocol"] == "http", "it is there")
    assert native.post(base, {"name": "dry.example.com", "protocol": "http"}, dry_run="true")["name"] == "dry.example.com"
    assert [domain["name"] for domain in native.every(base)] == [NAME]
