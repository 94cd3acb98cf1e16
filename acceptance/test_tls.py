"""TLS towards callers, judged by real TLS clients."""

import ssl
import subprocess

import pytest

from stand.authority import Authority, write
from stand.patience import until
from stand.secure import Secure, unverified
from stand.site import Site
from stand.wire import call

TLS12 = ssl.TLSVersion.TLSv1_2
TLS13 = ssl.TLSVersion.TLSv1_3


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "authority")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "certificates"


def served(gateway, **domains):
    """A service with one API, and these domains: name to certificate."""
    site = Site(gateway, None)
    site.api(path="/", mock="here")
    site.release()
    for name, certificate in domains.items():
        bind(site, name, certificate)
    gateway.settle()
    return site


def bind(site, name, certificate, **fields):
    site.cloud.BindSubDomain(**{
        "ServiceId": site.id,
        "SubDomain": name,
        "Protocol": "http&https",
        "NetType": "OUTER",
        "IsDefaultMapping": True,
        "NetSubDomain": site.host,
        "CertificateId": certificate,
        **fields,
    })


def test_the_name_chooses_the_certificate(gateways, authority, folder):
    write(folder, "one", authority.issue("one.example.com"))
    write(folder, "star.example.org", authority.issue("*.example.org", "two.example.com"))
    gateway = gateways("--tls-folder", folder)
    domains = {"one.example.com": "one", "two.example.com": "star-example-org", "*.example.org": "star-example-org"}
    site = served(gateway, **domains)
    trusting = authority.trusting()
    for host, first in (
        ("one.example.com", "one.example.com"),
        ("two.example.com", "*.example.org"),
        ("a.example.org", "*.example.org"),
    ):
        with Secure(gateway.https, trusting, host) as wire:
            assert wire.names[0] == first
            assert wire.ask("GET", "/", host).text == "here"
    default = ssl.create_default_context(cafile=str(gateway.data / "certificate.pem"))
    with Secure(gateway.https, default, site.host) as wire:
        assert wire.names[0] == "*.ap-guangzhou.apigateway.localhost"
        assert wire.ask("GET", "/", site.host).text == "here"
    with pytest.raises(ssl.SSLCertVerificationError):
        Secure(gateway.https, trusting, "three.example.com")


def test_openssl_and_curl_agree(gateways, authority, folder):
    write(folder, "one", authority.issue("one.example.com"))
    gateway = gateways("--tls-folder", folder)
    served(gateway, **{"one.example.com": "one"})
    host, port = gateway.https
    words = ["-connect", f"{host}:{port}", "-servername", "one.example.com", "-CAfile", str(authority.root)]
    done = subprocess.run(
        ["openssl", "s_client", *words, "-verify_return_error"], input="", capture_output=True, text=True, timeout=60
    )
    assert "Verify return code: 0 (ok)" in done.stdout, done.stdout + done.stderr
    url = f"https://one.example.com:{port}/"
    resolve = f"one.example.com:{port}:{host}"
    line = ["curl", "-sS", "--http1.1", "--cacert", str(authority.root), "--resolve", resolve, url]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60)
    assert done.stdout == "here", done.stderr


def test_a_handshake_without_a_name_is_refused_unless_the_settings_allow_it(gateways):
    strict, lenient = gateways(), gateways("--tls-without-sni")
    with pytest.raises(ssl.SSLError, match="(?i)alert"):
        Secure(strict.https, unverified(), None)
    with Secure(lenient.https, unverified(), None) as wire:
        assert wire.ask("GET", "/", "127.0.0.1").status == 404


def test_the_default_certificate_is_made_once(gateways):
    gateway = gateways()
    made = (gateway.data / "certificate.pem").read_text()

    def shown():
        with Secure(gateway.https, unverified(), "localhost") as wire:
            return ssl.DER_cert_to_PEM_cert(wire.socket.getpeercert(binary_form=True))

    assert ssl.PEM_cert_to_DER_cert(shown()) == ssl.PEM_cert_to_DER_cert(made)
    gateway.restart()
    assert ssl.PEM_cert_to_DER_cert(shown()) == ssl.PEM_cert_to_DER_cert(made)
    gateway.kill()
    gateway.start()
    assert ssl.PEM_cert_to_DER_cert(shown()) == ssl.PEM_cert_to_DER_cert(made)


def test_files_that_change_are_read_anew_and_open_connections_live_on(gateways, authority, folder, tmp_path):
    write(folder, "one", authority.issue("one.example.com"))
    chain, key = authority.issue("localhost")
    (tmp_path / "d.pem").write_text(chain)
    (tmp_path / "d.key").write_text(key)
    gateway = gateways(
        "--tls-folder", folder, "--tls-certificate", tmp_path / "d.pem", "--tls-key", tmp_path / "d.key"
    )
    served(gateway, **{"one.example.com": "one"})
    trusting = authority.trusting()

    def serial(name):
        with Secure(gateway.https, trusting, name) as wire:
            return wire.serial

    first, default = serial("one.example.com"), serial("localhost")
    with Secure(gateway.https, trusting, "one.example.com") as open_one:
        assert open_one.ask("GET", "/", "one.example.com").text == "here"
        write(folder, "one", authority.issue("one.example.com"))
        until(lambda: serial("one.example.com") != first, "the new certificate is shown")
        assert open_one.ask("GET", "/", "one.example.com").text == "here"
        write(tmp_path, "d", authority.issue("localhost"))
        until(lambda: serial("localhost") != default, "the new default certificate is shown")
        assert open_one.ask("GET", "/", "one.example.com").text == "here"

    second = serial("one.example.com")
    write(folder, "one", authority.issue("other.example.com"))
    until(lambda: "do not fit" in gateway.log(), "the files are looked at")
    assert serial("one.example.com") == second, "a certificate for other names is not taken"
    write(folder, "one", authority.issue("one.example.com"))
    until(lambda: serial("one.example.com") != second, "the mended certificate is shown")


def test_files_that_come_and_go(gateways, authority, folder):
    folder.mkdir()
    gateway = gateways("--tls-folder", folder)
    site = served(gateway)

    def listed():
        return 'certificate="late"' in gateway.get("/metrics")[1 + 1]

    assert not listed()
    write(folder, "late", authority.issue("late.example.com"))
    until(listed, "the new certificate is known")
    bind(site, "late.example.com", "late")
    (folder / "late.pem").unlink()
    until(lambda: "the certificate stays" in gateway.log(), "the loss is told")
    with Secure(gateway.https, authority.trusting(), "late.example.com") as wire:
        assert wire.ask("GET", "/", "late.example.com").text == "here"


@pytest.mark.parametrize("version", [TLS12, TLS13], ids=["TLS 1.2", "TLS 1.3"])
def test_sessions_are_resumed_by_every_worker_and_after_a_change(gateways, authority, folder, version):
    write(folder, "one", authority.issue("one.example.com"))
    gateway = gateways("--tls-folder", folder, "--workers", "3")
    site = served(gateway, **{"one.example.com": "one"})
    trusting = authority.trusting(minimum_version=version, maximum_version=version)

    def connect(session=None):
        with Secure(gateway.https, trusting, "one.example.com", session) as wire:
            assert wire.ask("GET", "/", "one.example.com").text == "here"
            return wire.socket.session_reused, wire.socket.session

    reused, session = connect()
    assert not reused
    # Which worker takes a connection is the kernel's choice, so several are tried.
    for _ in range(12):
        reused, session = connect(session)
        assert reused
    bind(site, "other.example.com", "", Protocol="http", CertificateId=None)
    gateway.settle()
    assert connect(session)[0]


def test_the_end_of_every_certificate_is_told(gateways, authority, folder):
    write(folder, "one", authority.issue("one.example.com"))
    gateway = gateways("--tls-folder", folder)
    with Secure(gateway.https, unverified(), "localhost"):
        metrics = gateway.get("/metrics")[2]
    lines = [line for line in metrics.splitlines() if line.startswith("tollgate_certificate_expiry_timestamp_seconds{")]
    assert any('certificate="default"' in line for line in lines), lines
    [one] = [line for line in lines if 'certificate="one",name="one.example.com"' in line]
    pem = (folder / "one.pem").read_text()
    (folder / "look.pem").write_text(pem)
    end = ssl._ssl._test_decode_cert(str(folder / "look.pem"))["notAfter"]
    assert float(one.rpartition(" ")[2]) == ssl.cert_time_to_seconds(end)


def test_a_certificate_that_cannot_be_used_stops_the_start(gateways, authority, folder):
    chain, _ = authority.issue("one.example.com")
    _, key = authority.issue("one.example.com")
    write(folder, "one", (chain, key))
    with pytest.raises(AssertionError, match="does not belong to the first certificate"):
        gateways("--tls-folder", folder)


