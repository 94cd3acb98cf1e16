"""A side that does not read holds the other side up: the gateway passes a body on, it does not hoard it."""

import socket
import threading
import time

import pytest

from stand.backend import read_head
from stand.patience import until
from stand.site import Site
from stand.wire import Wire, request

BODY = 128 * 1024 * 1024
BLOCK = b"x" * 65536


class Flood:
    """A backend that sends a large body as fast as it is taken, or reads nothing of the request's body."""

    def __init__(self, sends):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.sent = 0
        self.sends = sends
        self.over = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        connection, _ = self.listener.accept()
        reader = connection.makefile("rb")
        read_head(reader)
        if self.sends:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % BODY)
            while self.sent < BODY:
                self.sent += connection.send(BLOCK)
        self.over.wait(60)
        connection.close()


def stalls(progress):
    """Waits until `progress()` stands still for a second, or the whole body has gone; gives the last value."""
    last, since = progress(), time.monotonic()

    def still():
        nonlocal last, since
        now = progress()
        if now != last:
            last, since = now, time.monotonic()
        return now >= BODY or time.monotonic() - since > 1

    until(still, "the stream stands still")
    return last


def memory(gateway):
    """The most memory that the process ever had resident, in bytes."""
    with open(f"/proc/{gateway.process.pid}/status", encoding="ascii") as status:
        peak = next(line for line in status if line.startswith("VmHWM:"))
    return int(peak.split()[1]) * 1024


@pytest.fixture
def flooded(gateways):
    """Makes a gateway in front of a flood."""
    floods = []

    def make(sends):
        gateway = gateways("--body-size", "0")
        flood = Flood(sends)
        floods.append(flood)
        site = Site(gateway, flood)
        site.api(path="/", to="/")
        site.release()
        return gateway, flood, site

    yield make
    for flood in floods:
        flood.over.set()


def test_a_caller_that_does_not_read_holds_the_backend_up(flooded):
    gateway, flood, site = flooded(sends=True)
    before = memory(gateway)
    with Wire(gateway.http) as wire:
        wire.send(request("GET", "/", site.host))
        assert stalls(lambda: flood.sent) < BODY / 2
        assert memory(gateway) - before < 32 * 1024 * 1024
        assert wire.head().status == 200
        taken = len(wire.buffer)
        while block := wire.socket.recv(1 << 20) if taken < BODY else b"":
            taken += len(block)
    assert taken == BODY
    assert memory(gateway) - before < 32 * 1024 * 1024


def test_a_backend_that_does_not_read_holds_the_caller_up(flooded):
    gateway, flood, site = flooded(sends=False)
    before = memory(gateway)
    sent = 0

    def push():
        nonlocal sent
        try:
            sent += wire.socket.send(BLOCK)
        except BlockingIOError:
            time.sleep(0.01)
        return sent

    with Wire(gateway.http) as wire:
        wire.send(f"POST / HTTP/1.1\r\nHost: {site.host}\r\nContent-Length: {BODY}\r\n\r\n")
        wire.socket.setblocking(False)
        assert stalls(push) < BODY / 2
    assert memory(gateway) - before < 32 * 1024 * 1024


def test_idle_connections_cost_little(gateway):
    wires = [Wire(gateway.http) for _ in range(100)]
    before = memory(gateway)
    for _ in range(400):
        wires.append(Wire(gateway.http))
        wires[-1].send("GET / HTTP/1.1\r\nHost: nobody.example\r\n\r\n")
        assert wires[-1].receive().status == 404
    assert memory(gateway) - before < 400 * 32 * 1024
    for wire in wires:
        wire.socket.close()
