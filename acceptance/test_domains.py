"""Custom domains with certificates: bound through the SDK, called by name with real TLS clients."""

import os
import subprocess
from glob import glob

import pytest

from stand.authority import Authority, write
from stand.cloud import Refused
from stand.patience import until
from stand.secure import Secure, unverified
from stand.signing import date_source
from stand.site import Site
from stand.wire import call


@pytest.fixture
def authority(tmp_path):
    """Who signs the certificates."""
    return Authority(tmp_path / "authority")


@pytest.fixture
def folder(tmp_path, authority):
    """Three certificates: of a name, of a wildcard, and of a name in another script."""
    folder = tmp_path / "certificates"
    write(folder, "one", authority.issue("one.example.com"))
    write(folder, "star", authority.issue("*.example.org"))
    write(folder, "umlaut", authority.issue("xn--bcher-kva.example"))
    return folder


@pytest.fixture
def site(gateways, folder, backend):
    """A released service with one API that a backend answers, on a gateway that has the certificates."""
    site = Site(gateways("--tls-folder", folder), backend)
    site.api(path="/work", to="/at", send_as="GET")
    site.release()
    site.release("test")
    return site


def fields(site, name, **more):
    """What binds a domain over http."""
    return {
        "ServiceId": site.id,
        "SubDomain": name,
        "Protocol": "http",
        "NetType": "OUTER",
        "IsDefaultMapping": True,
        "NetSubDomain": site.host,
        **more,
    }


def bind(site, name, **more):
    """Binds a domain and waits until it runs."""
    site.cloud.BindSubDomain(**fields(site, name, **more))
    site.gateway.settle()


def modify(site, name, **more):
    """Changes a domain and waits until it runs."""
    given = {"ServiceId": site.id, "SubDomain": name, "IsDefaultMapping": True, **more}
    assert site.cloud.ModifySubDomain(**given)["Result"] is True
    site.gateway.settle()


def listed(site):
    """The domains of the service, by name."""
    answer = site.cloud.DescribeServiceSubDomains(ServiceId=site.id)["Result"]
    assert answer["TotalCount"] == len(answer["DomainSet"])
    return {domain["DomainName"]: domain for domain in answer["DomainSet"]}


def code(action, **given):
    """The code that an action is refused with."""
    with pytest.raises(Refused) as refused:
        action(**given)
    return refused.value.code


def ask(site, trusting, name, target="/work", host=None, **options):
    """One call over a verified handshake for `name`."""
    with Secure(site.gateway.https, trusting, name, **options) as wire:
        return wire.ask("GET", target, host or name)


def test_a_domain_with_a_certificate_answers_https(site, authority):
    bind(site, "one.example.com", Protocol="https", CertificateId="one")
    assert listed(site)["one.example.com"]["CertificateId"] == "one"
    assert listed(site)["one.example.com"]["Protocol"] == "https"
    answer = ask(site, authority.trusting(), "one.example.com")
    assert answer.status == 200
    assert site.backend.requests[-1].target == "/at"
    plain = call(site.gateway.http, "GET", "/work", "one.example.com")
    assert plain.status == 426
    assert plain.text == '{"message":"Not allow use HTTP protocol"}'


def test_wildcards_and_other_scripts_are_shown_their_own_certificate(site, authority):
    bind(site, "*.example.org", Protocol="http&https", CertificateId="star")
    bind(site, "bücher.example", Protocol="https", CertificateId="umlaut")
    trusting = authority.trusting()
    for name, shown in (
        ("a.example.org", "*.example.org"),
        ("b.example.org", "*.example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
    ):
        with Secure(site.gateway.https, trusting, name) as wire:
            assert wire.names == [shown]
            assert wire.ask("GET", "/work", name.encode("idna").decode()).status == 200
    assert set(listed(site)) == {"*.example.org", "bücher.example"}
    with Secure(site.gateway.https, unverified(), "a.b.example.org") as wire:
        assert wire.ask("GET", "/work", "a.b.example.org").status == 404


def test_a_call_on_a_connection_of_another_domain_is_that_domains_call(site, authority):
    """One handshake may carry calls to several names: the Host header says which domain is called."""
    bind(site, "one.example.com", Protocol="http&https", CertificateId="one")
    environment = [{"Path": "/v2", "Environment": "test"}]
    bind(
        site,
        "*.example.org",
        Protocol="https",
        CertificateId="star",
        IsDefaultMapping=False,
        PathMappingSet=environment,
    )
    with Secure(site.gateway.https, authority.trusting(), "one.example.com") as wire:
        assert wire.ask("GET", "/work", "one.example.com").status == 200
        assert wire.ask("GET", "/work", "a.example.org").status == 404
        assert wire.ask("GET", "/v2/work", "a.example.org").status == 200


def test_http_is_sent_to_https_where_it_is_forced(site, authority):
    bind(site, "one.example.com", Protocol="http&https", CertificateId="one", IsForcedHttps=True)
    assert listed(site)["one.example.com"]["IsForcedHttps"] is True
    for method, target in (("GET", "/work?a=1&b=%20x"), ("POST", "/test/work"), ("GET", "/nowhere"), ("HEAD", "/")):
        answer = call(site.gateway.http, method, target, "one.example.com:8080")
        assert answer.status == 302, target
        assert answer.all("location") == [f"https://one.example.com{target}"]
    assert site.backend.requests == []
    assert ask(site, authority.trusting(), "one.example.com").status == 200
    modify(site, "one.example.com", IsForcedHttps=False)
    assert call(site.gateway.http, "GET", "/work", "one.example.com").status == 200


def test_a_client_follows_to_the_port_that_the_settings_name(gateways, folder, authority, backend):
    gateway = gateways("--tls-folder", folder, "--https-public-port", "44443")
    site = Site(gateway, backend)
    site.api(path="/work", mock="worked")
    site.release()
    bind(site, "one.example.com", Protocol="http&https", CertificateId="one", IsForcedHttps=True)
    (host, http), (_, https) = gateway.http, gateway.https
    line = ["curl", "-sS", "-L", "--cacert", authority.root, "-w", " %{url_effective} %{num_redirects}"]
    line += ["--connect-to", f"one.example.com:{http}:{host}:{http}"]
    line += ["--connect-to", f"one.example.com:44443:{host}:{https}"]
    done = subprocess.run([*line, f"http://one.example.com:{http}/work?x=1"], capture_output=True, text=True, timeout=60)
    assert done.stdout == "worked https://one.example.com:44443/work?x=1 1", done.stderr


def test_a_certificate_is_changed_while_connections_are_open(site, folder, authority):
    write(folder, "second", authority.issue("one.example.com"))
    bind(site, "one.example.com", Protocol="https", CertificateId="one")
    trusting = authority.trusting()
    until(lambda: 'certificate="second"' in site.gateway.get("/metrics")[2], "the new file is known")
    with Secure(site.gateway.https, trusting, "one.example.com") as open_one:
        first = open_one.serial
        assert open_one.ask("GET", "/work", "one.example.com").status == 200
        modify(site, "one.example.com", CertificateId="second")
        assert open_one.ask("GET", "/work", "one.example.com").status == 200
        with Secure(site.gateway.https, trusting, "one.example.com") as other:
            assert other.serial != first
        assert open_one.ask("GET", "/work", "one.example.com").status == 200
    assert listed(site)["one.example.com"]["CertificateId"] == "second"


def test_what_a_change_leaves_out_stays(site):
    bind(site, "one.example.com", Protocol="http&https", CertificateId="one", IsForcedHttps=True, NetType="INNER")
    paths = [{"Path": "/a", "Environment": "release"}]
    modify(site, "one.example.com", IsDefaultMapping=False, PathMappingSet=paths)
    domain = listed(site)["one.example.com"]
    assert domain == {
        "DomainName": "one.example.com",
        "Status": 1,
        "CertificateId": "one",
        "IsDefaultMapping": False,
        "Protocol": "http&https",
        "NetType": "INNER",
        "IsForcedHttps": True,
        "RegistrationStatus": True,
    }
    modify(site, "one.example.com", Protocol="http", IsForcedHttps=False, NetType="OUTER")
    domain = listed(site)["one.example.com"]
    assert (domain["Protocol"], domain["IsForcedHttps"], domain["NetType"]) == ("http", False, "OUTER")
    assert domain["IsDefaultMapping"] is True
    given = {"ServiceId": site.id, "SubDomain": "one.example.com", "IsDefaultMapping": True}
    assert code(site.cloud.ModifySubDomain, **given, IsForcedHttps=True) == "UnsupportedOperation.ForceHttps"


def test_certificates_that_do_not_fit_are_refused(site):
    bad = {"Protocol": "https", "CertificateId": "star"}
    assert code(site.cloud.BindSubDomain, **fields(site, "one.example.com", **bad)) == (
        "FailedOperation.CertificateIdInfoError"
    )
    # A wildcard is for one label, and needs the wildcard itself.
    assert code(site.cloud.BindSubDomain, **fields(site, "a.b.example.org", **bad)) == (
        "FailedOperation.CertificateIdInfoError"
    )
    one = {"Protocol": "https", "CertificateId": "one"}
    assert code(site.cloud.BindSubDomain, **fields(site, "*.example.com", **one)) == (
        "FailedOperation.CertificateIdInfoError"
    )
    assert code(site.cloud.BindSubDomain, **fields(site, "one.example.com", Protocol="https")) == (
        "FailedOperation.CertificateIsNull"
    )
    bind(site, "one.example.com", **one)
    given = {"ServiceId": site.id, "SubDomain": "one.example.com", "IsDefaultMapping": True}
    assert code(site.cloud.ModifySubDomain, **given, CertificateId="star") == "FailedOperation.CertificateIdBindError"
    assert listed(site)["one.example.com"]["CertificateId"] == "one"


def test_a_certificate_that_has_ended_is_refused(gateways, authority, tmp_path):
    write(tmp_path / "certificates", "old", authority.issue("one.example.com", days=0))
    site = Site(gateways("--tls-folder", tmp_path / "certificates"), None)
    given = fields(site, "one.example.com", Protocol="https", CertificateId="old")
    assert code(site.cloud.BindSubDomain, **given) == "FailedOperation.CertificateIdExpired"
    bind(site, "one.example.com")
    given = {"ServiceId": site.id, "SubDomain": "one.example.com", "IsDefaultMapping": True}
    refused = code(site.cloud.ModifySubDomain, **given, Protocol="https", CertificateId="old")
    assert refused == "FailedOperation.CertificateIdBindError"


def test_domains_outlive_a_crash(site, authority):
    bind(site, "one.example.com", Protocol="https", CertificateId="one")
    bind(site, "*.example.org")
    before = listed(site)
    site.gateway.kill()
    site.gateway.start()
    site.cloud = type(site.cloud)(site.gateway.admin)
    assert listed(site) == before
    assert ask(site, authority.trusting(), "one.example.com").status == 200
    assert call(site.gateway.http, "GET", "/work", "a.example.org").status == 200


def test_a_signed_call_over_https_is_counted_and_logged_by_its_domain(gateways, folder, authority, tmp_path):
    log = tmp_path / "access.log"
    site = Site(gateways("--tls-folder", folder, "--access-log", log), None)
    site.api(path="/work", AuthType="SECRET", mock="worked")
    site.release()
    key = site.key()
    site.plan(key[0])
    bind(site, "one.example.com", Protocol="https", CertificateId="one")
    with Secure(site.gateway.https, authority.trusting(), "one.example.com") as wire:
        assert wire.ask("GET", "/work", "one.example.com").status == 401
        assert wire.ask("GET", "/work", "one.example.com", date_source(*key)).text == "worked"
    site.gateway.stop()
    lines = log.read_text().splitlines()
    assert len(lines) == 2
    assert all('"host":"one.example.com"' in line and '"scheme":"https"' in line for line in lines), lines


def test_a_name_that_does_not_lead_here_is_not_bound(gateways, tmp_path):
    """The names of this test stand in a file of its own, which the C library reads in the place of DNS."""
    hosts = tmp_path / "hosts"
    hosts.write_text("")
    [wrapper] = glob("/usr/lib/*/libnss_wrapper.so")
    names = {"LD_PRELOAD": wrapper, "NSS_WRAPPER_HOSTS": str(hosts)}
    site = Site(gateways("--domain-check", environment=names), None)

    def lead(age, **leading):
        lines = [f"{address} {name.replace('_', '.')}" for name, address in leading.items()]
        hosts.write_text("\n".join([f"192.0.2.1 {site.host}", *lines, ""]))
        # The file is read anew when its time is another one in whole seconds.
        os.utime(hosts, (age, age))

    lead(1000, one_example_com="192.0.2.1", away_example_com="192.0.2.2", **{"tollgate-check_example_org": "192.0.2.1"})
    unresolved = "FailedOperation.DomainResolveError"
    assert code(site.cloud.BindSubDomain, **fields(site, "away.example.com")) == unresolved
    assert code(site.cloud.BindSubDomain, **fields(site, "nowhere.example.com")) == unresolved
    assert code(site.cloud.BindSubDomain, **fields(site, "*.example.net")) == unresolved
    bind(site, "one.example.com")
    bind(site, "*.example.org")
    assert {name: domain["Status"] for name, domain in listed(site).items()} == {"one.example.com": 1, "*.example.org": 1}
    lead(2000, one_example_com="192.0.2.1")
    assert {name: domain["Status"] for name, domain in listed(site).items()} == {"one.example.com": 1, "*.example.org": 0}
