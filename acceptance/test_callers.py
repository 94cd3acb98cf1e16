"""Who calls: one address for the log, for the backend's headers and for whoever judges; and no caller says it for itself."""

import ipaddress
import json
import ssl
import struct

import pytest

from stand.gateway import split
from stand.patience import until
from stand.signing import date_source
from stand.site import Site
from stand.wire import Wire, request

V2 = b"\r\n\r\n\0\r\nQUIT\n"


def version_1(peer, local, peer_port, local_port):
    """A header of the PROXY protocol, version 1."""
    family = 6 if ":" in peer else 4
    return f"PROXY TCP{family} {peer} {local} {peer_port} {local_port}\r\n".encode()


def version_2(peer, local, peer_port, local_port, extension=b"\x03\0\x04\1\2\3\4"):
    """The same in version 2, with an extension behind the addresses."""
    packed = [ipaddress.ip_address(one).packed for one in (peer, local)]
    rest = b"".join(packed) + struct.pack("!HH", peer_port, local_port) + extension
    return V2 + bytes([0x21, 0x21 if ":" in peer else 0x11]) + struct.pack("!H", len(rest)) + rest


def guarded(gateways, backend, tmp_path, *arguments):
    """An open API on a gateway that listens behind a load balancer too, and logs calls."""
    log = tmp_path / "gateway-0" / "access.log"
    listen = ("--http-proxied", "127.0.0.1:0", "--https-proxied", "127.0.0.1:0", "--access-log", log)
    site = Site(gateways(*listen, *arguments), backend)
    site.api(path="/", to="/")
    site.release()
    return site


def logged(site, count=1):
    """The addresses in the access log, when there are so many lines."""

    def lines():
        told = (site.gateway.folder / "access.log").read_text().splitlines()
        return told if len(told) >= count else None

    return [json.loads(line)["peer"] for line in until(lines, f"{count} calls are logged")]


def proxied(site, header, tls=False, size=None):
    """A connection that begins with `header`, in pieces of `size` bytes."""
    wire = Wire(split(site.gateway.addresses["https_proxied" if tls else "http_proxied"][0]))
    for at in range(0, len(header), size or len(header)):
        wire.send(header[at : at + (size or len(header))])
    if tls:
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE
        wire.socket = trusting.wrap_socket(wire.socket, server_hostname=site.host)
    return wire


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("version", [version_1, version_2])
@pytest.mark.parametrize("peer", ["198.51.100.7", "2001:db8::7"])
@pytest.mark.parametrize("size", [None, 1], ids=["whole", "bytewise"])
def test_a_load_balancer_tells_who_calls(gateways, backend, tmp_path, tls, version, peer, size):
    site = guarded(gateways, backend, tmp_path)
    local = "2001:db8::1" if ":" in peer else "198.51.100.1"
    with proxied(site, version(peer, local, 4711, 80), tls, size) as wire:
        for _ in range(2):
            wire.send(request("GET", "/", site.host, [("X-Real-IP", "192.0.2.66")]))
            assert wire.receive().status == 200
            assert backend.seen.all("x-real-ip") == [peer]
            assert backend.seen.all("x-forwarded-for") == [peer]
            assert backend.seen.header("x-client-proto") == ("https" if tls else "http")
    assert logged(site, 2) == [f"[{peer}]:4711" if ":" in peer else f"{peer}:4711"] * 2


@pytest.mark.parametrize("header", [b"PROXY UNKNOWN\r\n", V2 + b"\x20\0\0\0", V2 + b"\x21\0\0\0"])
def test_a_load_balancer_may_speak_for_itself(gateways, backend, tmp_path, header):
    site = guarded(gateways, backend, tmp_path)
    with proxied(site, header) as wire:
        wire.send(request("GET", "/", site.host))
        assert wire.receive().status == 200
    assert backend.seen.header("x-real-ip") == "127.0.0.1"


@pytest.mark.parametrize(
    "header",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"PROXY TCP4 198.51.100.7 198.51.100.1 4711\r\n",
        b"PROXY TCP4 198.51.100.7 198.51.100.1 4711 80\n",
        b"PROXY " + b"x" * 200,
        V2 + b"\x31\x11\0\x0c" + bytes(12),
        V2 + b"\x21\x11\xff\xff" + bytes(100),
    ],
)
def test_without_its_header_a_connection_is_closed(gateways, backend, tmp_path, header):
    site = guarded(gateways, backend, tmp_path)
    with proxied(site, header) as wire:
        assert wire.is_closed()
    assert backend.requests == []


def test_a_header_that_does_not_come_ends_the_connection(gateways, backend, tmp_path):
    site = guarded(gateways, backend, tmp_path, "--head-timeout", "1")
    for header in (b"P", V2, version_2("198.51.100.7", "198.51.100.1", 1, 2)[:-1]):
        with proxied(site, header) as wire:
            assert wire.is_closed()


def test_an_ordinary_listener_does_not_believe_the_header(gateways, backend, tmp_path):
    site = guarded(gateways, backend, tmp_path)
    with Wire(site.gateway.http) as wire:
        wire.send(version_1("198.51.100.7", "198.51.100.1", 4711, 80) + request("GET", "/", site.host))
        assert wire.receive().status == 400
    assert backend.requests == []


CHAINS = [
    # What comes, who is told to call, and what the backend is told of the way.
    (["198.51.100.7"], "198.51.100.7", "198.51.100.7, 127.0.0.1"),
    (["192.0.2.66, 198.51.100.7"], "198.51.100.7", "192.0.2.66, 198.51.100.7, 127.0.0.1"),
    (["192.0.2.66", "198.51.100.7, 10.1.2.3"], "198.51.100.7", "192.0.2.66, 198.51.100.7, 10.1.2.3, 127.0.0.1"),
    (["2001:db8::7"], "2001:db8::7", "2001:db8::7, 127.0.0.1"),
    (["10.9.9.9"], "10.9.9.9", "10.9.9.9, 127.0.0.1"),
    (["198.51.100.7, nonsense"], "127.0.0.1", "198.51.100.7, nonsense, 127.0.0.1"),
    ([], "127.0.0.1", "127.0.0.1"),
]


def test_trusted_proxies_are_believed_from_the_end_of_the_chain(gateways, backend, tmp_path):
    site = guarded(gateways, backend, tmp_path, "--trusted-proxies", "127.0.0.0/8,10.0.0.0/8", "--workers", "1")
    for chain, caller, told in CHAINS:
        with Wire(site.gateway.http) as wire:
            wire.send(request("GET", "/", site.host, [("X-Forwarded-For", one) for one in chain]))
            assert wire.receive().status == 200
        assert backend.seen.all("x-real-ip") == [caller]
        assert backend.seen.all("x-forwarded-for") == [told]
    addresses = [ipaddress.ip_address(peer.rpartition(":")[0].strip("[]")) for peer in logged(site, len(CHAINS))]
    assert addresses == [ipaddress.ip_address(caller) for _, caller, _ in CHAINS]


def test_nobody_is_trusted_unless_it_is_said(gateways, backend, tmp_path):
    for trusted in ("off", "10.0.0.0/8,192.168.1.5"):
        site = guarded(gateways, backend, tmp_path, "--trusted-proxies", trusted)
        with Wire(site.gateway.http) as wire:
            wire.send(request("GET", "/", site.host, [("X-Forwarded-For", "198.51.100.7")]))
            assert wire.receive().status == 200
        assert backend.seen.all("x-real-ip") == ["127.0.0.1"]
        assert backend.seen.all("x-forwarded-for") == ["198.51.100.7, 127.0.0.1"]
        site.gateway.stop()


def test_a_trusted_proxy_may_speak_the_proxy_protocol_too(gateways, backend, tmp_path):
    """The chain is read from whom the load balancer names, not from the load balancer."""
    site = guarded(gateways, backend, tmp_path, "--trusted-proxies", "10.0.0.0/8")
    for peer, caller in (("10.0.0.9", "198.51.100.7"), ("192.0.2.9", "192.0.2.9")):
        with proxied(site, version_1(peer, "10.0.0.1", 1, 2)) as wire:
            wire.send(request("GET", "/", site.host, [("X-Forwarded-For", "198.51.100.7")]))
            assert wire.receive().status == 200
        assert backend.seen.all("x-real-ip") == [caller]


OURS = [
    "X-Client-Proto",
    "X-Client-Proto-Ver",
    "X-Real-IP",
    "x-b3-traceid",
    "X-Api-RequestId",
    "X-Api-Scheme",
    "X-Constant",
    "X-User",
]


def spellings(name):
    """A name in every spelling that some backend takes for it."""
    return {name, name.upper(), name.lower(), name.replace("-", "_"), name.replace("-", "_", 1).lower()}


def test_a_caller_names_no_header_that_the_gateway_sets(shared, backend):
    site = Site(shared, backend)
    site.api(
        path="/u/{user}",
        to="/",
        ConstantParameters=[{"Name": "X-Constant", "Position": "HEADER", "DefaultValue": "ours"}],
        ServiceParameters=[
            {
                "Name": "X-User",
                "Position": "HEADER",
                "RelevantRequestParameterName": "user",
                "RelevantRequestParameterPosition": "PATH",
            }
        ],
    )
    site.release()
    spoofed = [(spelling, "spoofed") for name in OURS for spelling in sorted(spellings(name))]
    taken_away = [("Connection", ", ".join(["X-Forwarded-For", *OURS]))]
    for headers in (spoofed, [*spoofed, *taken_away], taken_away):
        with Wire(shared.http) as wire:
            wire.send(request("GET", "/u/42", site.host, headers))
            assert wire.receive().status == 200
        seen = backend.seen
        assert "spoofed" not in [value for _, value in seen.headers]
        for name in [*OURS, "X-Forwarded-For"]:
            alike = [key for key, _ in seen.headers if key.lower().replace("_", "-") == name.lower()]
            assert len(alike) == 1, name
        assert (seen.header("x-constant"), seen.header("x-user"), seen.header("x-real-ip")) == ("ours", "42", "127.0.0.1")


def test_an_alias_of_the_chain_is_no_chain(shared, backend):
    site = Site(shared, backend)
    site.api(path="/", to="/")
    site.release()
    with Wire(shared.http) as wire:
        wire.send(request("GET", "/", site.host, [("X_Forwarded_For", "198.51.100.7"), ("X_Own_Thing", "kept")]))
        assert wire.receive().status == 200
    assert backend.seen.all("x-forwarded-for") == ["127.0.0.1"]
    assert backend.seen.all("x_forwarded_for") == []
    assert backend.seen.all("x_own_thing") == ["kept"], "what the gateway does not set is the caller's"


def test_connection_takes_no_signature_away(shared, backend):
    """Naming a signed header in `Connection` keeps it from the backend, and from nobody else."""
    site = Site(shared, backend)
    site.api(path="/", to="/", AuthType="SECRET")
    site.release()
    key, secret = site.key()
    site.plan(key)
    signed = date_source(key, secret)
    with Wire(shared.http) as wire:
        wire.send(request("GET", "/", site.host, [*signed, ("Connection", "Source, Authorization, Date")]))
        assert wire.receive().status == 200
        wire.send(request("GET", "/", site.host, [("Connection", "Authorization")]))
        assert wire.receive().status == 401
    assert backend.requests[-1].header("authorization") is None
