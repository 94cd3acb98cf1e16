"""The bounds on callers' connections: how many there may be, and how long a handshake may take."""

import contextlib
import select
import ssl

import pytest

from stand.metrics import sample
from stand.patience import until
from stand.secure import Secure, unverified
from stand.site import Site
from stand.wire import Wire, request

# Nothing but the bound in question ends a connection within the test's patience.
PATIENT = ["--head-timeout", "600", "--idle-timeout", "600"]


def open_now(gateway):
    """How many callers are connected."""
    return sample(gateway.get("/metrics")[2], "tollgate_connections")


def made(gateway):
    """A service that answers everything itself."""
    site = Site(gateway, None)
    site.api(path="/", mock="here")
    site.release()
    return site


def ask(wire, site):
    """One call on a connection."""
    wire.send(request("GET", "/", site.host))
    assert wire.receive().text == "here"


def has_word(wire):
    """Whether anything has come, without waiting for it."""
    return bool(select.select([wire.socket], [], [], 0)[0])


def still_waits(waiting, served, site, most):
    """Fails when who waits is served beside those who have all places.

    One thread serves them all: it would have seen who waits long before the last of these calls.
    """
    for _ in range(20):
        for wire in served:
            ask(wire, site)
    assert open_now(site.gateway) == most
    assert not has_word(waiting)


def test_more_callers_than_allowed_wait_until_one_leaves(gateways):
    site = made(gateways("--workers", "1", "--connections", "2", *PATIENT))
    address = site.gateway.http
    first, second = Wire(address), Wire(address)
    for wire in (first, second):
        ask(wire, site)
    # The system takes the connection in; the gateway does not.
    third, fourth = Wire(address), Wire(address)
    for wire in (third, fourth):
        wire.send(request("GET", "/", site.host))
    still_waits(third, [first, second], site, 2)
    first.socket.close()
    assert third.receive().text == "here"
    still_waits(fourth, [second, third], site, 2)
    third.socket.close()
    assert fourth.receive().text == "here"
    for wire in (second, fourth):
        wire.socket.close()
    until(lambda: open_now(site.gateway) == 0, "all have left")
    assert sample(site.gateway.get("/metrics")[2], "tollgate_connections_accepted_total") == 4


def test_callers_over_http_and_https_share_their_places(gateways):
    site = made(gateways("--workers", "1", "--connections", "2", *PATIENT))
    gateway = site.gateway
    with Wire(gateway.http) as plain, Secure(gateway.https, unverified(), site.host) as secure:
        for wire in (plain, secure):
            ask(wire, site)
        with Wire(gateway.http) as third:
            third.send(request("GET", "/", site.host))
            still_waits(third, [plain, secure], site, 2)
            secure.socket.close()
            assert third.receive().text == "here"


class Shaking:
    """A TLS handshake that its caller carries on as it pleases."""

    def __init__(self, address, name):
        self.wire = Wire(address)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = unverified().wrap_bio(self.incoming, self.outgoing, server_hostname=name)
        with contextlib.suppress(ssl.SSLWantReadError):
            self.tls.do_handshake()
        self.hello = self.outgoing.read()

    def send(self, part):
        """A part of the first message."""
        self.wire.send(part)

    def hears_the_end(self):
        """Returns when the gateway has ended the connection, whatever it said before."""
        self.wire.rest()

    def carried_out(self, step, *arguments):
        """What a step gives, after all messages that it takes."""
        while True:
            try:
                return step(*arguments)
            except ssl.SSLWantReadError:
                self.wire.send(self.outgoing.read())
                data = self.wire.socket.recv(65536)
                assert data, "the gateway has hung up"
                self.incoming.write(data)

    def ask(self, site):
        """Ends the handshake and calls."""
        self.carried_out(self.tls.do_handshake)
        self.tls.write(request("GET", "/", site.host))
        self.wire.send(self.outgoing.read())
        return self.carried_out(self.tls.read, 65536)


def shaken(site):
    """A connection whose handshake is done; None where it was not done in time."""
    with contextlib.suppress(OSError):
        return Secure(site.gateway.https, unverified(), site.host)
    return None


@pytest.fixture
def stack():
    """Closes what is opened."""
    with contextlib.ExitStack() as stack:
        yield stack


def test_who_begins_a_handshake_and_stops_is_hung_up_on(gateways, stack):
    """Beside a gateway that is patient: there, the same callers still get through when the hasty one has hung up."""
    patient, hasty = (
        made(gateways("--workers", "1", "--handshake-timeout", seconds, *PATIENT)) for seconds in ("600", "2")
    )

    def begun(site, share):
        shaking = Shaking(site.gateway.https, site.host)
        stack.enter_context(shaking.wire)
        shaking.sent = int(len(shaking.hello) * share)
        if shaking.sent:
            shaking.send(shaking.hello[: shaking.sent])
        return shaking

    # Not a byte, a part of the first message, and the first message without what has to follow.
    waiting = [begun(patient, share) for share in (0, 0.5, 1)]
    stopped = [begun(hasty, share) for share in (0, 0.5, 1)]
    # A slow machine may need more than one attempt to be done in time.
    other = until(lambda: shaken(hasty), "another caller's handshake is carried out")
    stack.enter_context(other)
    ask(other, hasty)
    for shaking in stopped:
        shaking.hears_the_end()
    ask(other, hasty)
    other.socket.close()
    until(lambda: open_now(hasty.gateway) == 0, "nobody is connected any more")
    for shaking in waiting:
        shaking.send(shaking.hello[shaking.sent :])
        assert shaking.ask(patient).endswith(b"here")
