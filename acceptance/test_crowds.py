"""Crowds: callers that do nothing, callers that are slow, and a backend that hangs, beside another API's calls."""

import resource
import statistics
import threading
import time

import pytest

from stand.backend import Backend
from stand.hostile import Hostile, token, tokens
from stand.patience import until
from stand.site import Site
from stand.wire import Wire, request

IDLE = 10_000
SLOW = 1_000
HANGING = 200
CALLS = 400

# What this process needs besides: the interpreter's files, the backends', the gateway's log.
OTHERS = 500
NEEDED = IDLE + SLOW + 2 * HANGING + OTHERS


@pytest.fixture
def files():
    """As many open files as the system lets this process have, and the gateways that it starts; fewer are no crowd."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = min(hard, 65536) if hard != resource.RLIM_INFINITY else 65536
    if most < NEEDED:
        pytest.skip(f"{IDLE} idle callers need {NEEDED} open files, and the system allows {most} (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Slow:
    """Callers that send their heads byte by byte and are never done."""

    def __init__(self, gateway, host, count):
        self.over = threading.Event()
        self.rounds = 0
        self.wires = [Wire(gateway.http) for _ in range(count)]
        self.text = f"GET /slow HTTP/1.1\r\nHost: {host}\r\nX-Never: ".encode()
        threading.Thread(target=self._drip, daemon=True).start()

    def _drip(self):
        while not self.over.is_set():
            letter = self.text[self.rounds : self.rounds + 1] or b"x"
            for wire in self.wires:
                wire.send(letter)
            self.rounds += 1
            self.over.wait(0.2)


def measured(gateway, site):
    """The seconds that each of many calls took; each has to have its own answer."""
    times = []
    with Wire(gateway.http) as wire:
        for _ in range(CALLS):
            own = token()
            begun = time.perf_counter()
            wire.send(request("GET", f"/honest/{own}", site.host))
            answer = wire.receive()
            times.append(time.perf_counter() - begun)
            assert (answer.status, tokens(answer.body)) == (200, {own})
    return times


@pytest.mark.usefixtures("files")
def test_a_crowd_leaves_another_apis_calls_alone(gateways):
    """One worker has them all. What is compared is a ratio of medians: a slow machine slows both sides."""
    gateway = gateways("--workers", "1", "--head-timeout", "600", "--idle-timeout", "600")
    honest, hangs = Hostile(), Backend()
    site = Site(gateway, honest)
    site.api(path="/", to="/")
    site.release()
    stuck = Site(gateway, hangs)
    stuck.api(path="/", to="/", ServiceTimeout=600)
    stuck.release()
    before = measured(gateway, site)

    hangs.gate.clear()
    waiting = []
    for number in range(HANGING):
        waiting.append(Wire(gateway.http))
        waiting[-1].send(request("GET", f"/{number}", stuck.host))
    hangs.wait_for(HANGING)
    idle = [Wire(gateway.http) for _ in range(IDLE)]
    slow = Slow(gateway, site.host, SLOW)
    until(lambda: slow.rounds > 2, "the slow callers send")

    beside = measured(gateway, site)
    rounds = slow.rounds
    until(lambda: slow.rounds > rounds, "the slow callers still send")
    slow.over.set()
    after = measured(gateway, site)
    calm = max(statistics.median(before), statistics.median(after))
    print(f"{IDLE} idle, {SLOW} slow, {HANGING} hanging: {1e3 * calm:.2f} ms, beside them "
          f"{1e3 * statistics.median(beside):.2f} ms; p99 {1e3 * p99(before):.2f} ms, beside {1e3 * p99(beside):.2f} ms")
    assert statistics.median(beside) < 10 * max(calm, 0.001)

    hangs.gate.set()
    for number, wire in enumerate(waiting):
        answer = wire.receive()
        assert answer.status == 200 and f'"path": "/{number}"' in answer.text
    for wire in idle[::1000]:
        own = token()
        wire.send(request("GET", f"/honest/{own}", site.host))
        assert tokens(wire.receive().body) == {own}
    for wire in [*idle, *waiting, *slow.wires]:
        wire.socket.close()
    honest.close()
    hangs.close()


def p99(times):
    """The time that one call of a hundred exceeds."""
    return sorted(times)[len(times) * 99 // 100]
