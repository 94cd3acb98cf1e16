"""Certificates over ACME, from a real authority: Debian's `pebble`."""

import contextlib
import re
import sqlite3
import ssl
import time

import pytest

from stand.authority import Authority
from stand.cloud import Refused
from stand.patience import until
from stand.pebble import Pebble
from stand.secure import Secure, unverified
from stand.site import Site
from stand.wire import call

WAYS = ["http-01", "tls-alpn-01"]
NAME = "shop.example.com"


@pytest.fixture
def authorities(tmp_path):
    """Makes authorities; they end with the test."""
    made = []

    def make(**options):
        pebble = Pebble(tmp_path / "pebble", Authority(tmp_path / "authority"), **options)
        made.append(pebble)
        return pebble

    yield make
    for pebble in made:
        pebble.close()


def asking(gateways, pebble, *settings):
    """A gateway that asks this authority, and a released service on it."""
    given = ["--acme-directory", pebble.directory, "--acme-ca", pebble.ca, "--acme-retry", "1", *settings]
    site = Site(gateways(*given), None)
    site.api(path="/", mock="here")
    site.release()
    return site


def bind(site, name=NAME, **fields):
    """Binds a domain that gets its certificate over ACME."""
    site.cloud.BindSubDomain(**{
        "ServiceId": site.id,
        "SubDomain": name,
        "Protocol": "http&https",
        "NetType": "OUTER",
        "IsDefaultMapping": True,
        "NetSubDomain": site.host,
        "CertificateId": "acme",
        **fields,
    })


def trusting(pebble):
    """A client's context that trusts what the authority issues."""
    return ssl.create_default_context(cadata=pebble.root())


def shown(site, context, name=NAME):
    """The serial number of what the domain shows; None where it cannot be trusted."""
    try:
        with Secure(site.gateway.https, context, name) as wire:
            assert wire.ask("GET", "/", name).text == "here"
            return wire.serial
    except ssl.SSLCertVerificationError:
        return None


def issued(site, context, name=NAME):
    """Waits until the domain shows what the authority issued."""
    return until(lambda: shown(site, context, name), f"{name} has its certificate")


@pytest.mark.parametrize("way", WAYS)
def test_a_domain_gets_its_certificate(gateways, authorities, way):
    pebble = authorities()
    site = asking(gateways, pebble, "--acme-challenges", way, "--acme-contact", "ops@example.com")
    pebble.start(site.gateway.http[1], site.gateway.https[1])
    bind(site, Protocol="https", IsForcedHttps=True)
    context = trusting(pebble)
    issued(site, context)
    with Secure(site.gateway.https, context, NAME) as wire:
        assert wire.names == [NAME]
        assert len(wire.socket.getpeercert()["issuer"]) > 0
    [listed] = site.cloud.DescribeServiceSubDomains(ServiceId=site.id)["Result"]["DomainSet"]
    assert listed["CertificateId"] == "acme"
    assert f'name="{NAME}"' in site.gateway.get("/metrics")[2]
    proof = call(site.gateway.http, "GET", "/.well-known/acme-challenge/x", NAME)
    assert proof.status == 302, "nothing is proved any more"


def test_what_was_issued_and_the_account_outlive_a_crash(gateways, authorities):
    pebble = authorities()
    site = asking(gateways, pebble)
    pebble.start(site.gateway.http[1], site.gateway.https[1])
    bind(site)
    context = trusting(pebble)
    serial = issued(site, context)
    site.gateway.kill()
    site.gateway.start()
    assert shown(site, context) == serial
    site.cloud = type(site.cloud)(site.gateway.admin)
    # The ports are others now, so the authority would not find the proof: what matters is who asked.
    before = pebble.log()
    bind(site, "second.example.com")
    until(lambda: "order" in pebble.log()[len(before) :], "the authority is asked again")
    assert max(int(number) for number in re.findall(r"There are now (\d+) accounts", pebble.log())) == 1


@pytest.mark.parametrize("way", WAYS)
def test_a_certificate_is_renewed_while_connections_are_open(gateways, authorities, way):
    pebble = authorities(validity=15)
    site = asking(gateways, pebble, "--acme-challenges", way)
    pebble.start(site.gateway.http[1], site.gateway.https[1])
    bind(site)
    context = trusting(pebble)
    first = issued(site, context)
    with Secure(site.gateway.https, context, NAME) as wire:
        # A connection that has been used may rest for longer than the renewal takes.
        assert wire.ask("GET", "/", NAME).text == "here"
        renewed = until(lambda: shown(site, context) not in (first, None), "the certificate is renewed")
        assert renewed
        assert wire.ask("GET", "/", NAME).text == "here"


def test_what_fails_is_told_and_tried_again(gateways, authorities):
    pebble = authorities()
    pebble.names.lost = True
    site = asking(gateways, pebble)
    bind(site)
    log = site.gateway.log
    until(lambda: "no account with the authority" in log(), "that nobody listens is told")
    pebble.start(site.gateway.http[1], site.gateway.https[1])
    until(lambda: "could not check http-01" in log(), "that the name leads nowhere is told")
    until(lambda: "could not check tls-alpn-01" in log(), "the other way is tried next")
    with Secure(site.gateway.https, unverified(), NAME) as wire:
        assert wire.ask("GET", "/", NAME).text == "here", "calls are answered meanwhile, with the default certificate"
    attempts = [int(number) for number in re.findall(r'"attempts":(\d+)', log())]
    assert attempts[:3] == [1, 2, 3]
    pebble.names.lost = False
    issued(site, trusting(pebble))


def test_an_authority_is_not_asked_in_a_loop_while_nothing_can_be_kept(gateways, authorities):
    pebble = authorities()
    site = asking(gateways, pebble)
    pebble.start(site.gateway.http[1], site.gateway.https[1])

    def meddle(statement):
        with contextlib.closing(sqlite3.connect(site.gateway.data / "tollgate.db", timeout=30)) as database:
            database.execute(statement)
            database.commit()

    meddle(
        "CREATE TRIGGER no_room BEFORE INSERT ON records WHEN NEW.kind IN ('certificate', 'acme_failure')"
        " BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
    )
    bind(site)
    attempts = lambda: site.gateway.log().count("that could not be kept")
    until(attempts, "the first certificate is lost")
    begun = time.monotonic()
    until(lambda: attempts() >= 3, "it is tried again")
    assert time.monotonic() - begun > 2.5, "after one second, and after two more"
    meddle("DROP TRIGGER no_room")
    issued(site, trusting(pebble))


def test_domains_that_do_not_ask_any_more_are_forgotten(gateways, authorities):
    pebble = authorities()
    site = asking(gateways, pebble)
    pebble.start(site.gateway.http[1], site.gateway.https[1])
    bind(site)
    context = trusting(pebble)
    issued(site, context)
    site.cloud.UnBindSubDomain(ServiceId=site.id, SubDomain=NAME)
    until(lambda: f'name="{NAME}"' not in site.gateway.get("/metrics")[2], "the certificate is let go")
    assert shown_default(site)


def shown_default(site):
    """True when the name is answered with the default certificate."""
    default = ssl.PEM_cert_to_DER_cert((site.gateway.data / "certificate.pem").read_text())
    with Secure(site.gateway.https, unverified(), NAME) as wire:
        return wire.socket.getpeercert(binary_form=True) == default


def test_a_wildcard_cannot_be_proved(gateways, authorities):
    site = asking(gateways, authorities())
    with pytest.raises(Refused) as refused:
        bind(site, "*.example.com")
    assert refused.value.code == "FailedOperation.CertificateIdError"
    assert "wildcard" in refused.value.message
