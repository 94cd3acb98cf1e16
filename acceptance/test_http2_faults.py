"""Backends that fail in every way that HTTP/2 has: each failure has its answer or a clean cut, and none reaches another
call.

Every call has a token of its own, as in `test_faults.py`; here calls share connections too. One worker serves them all,
and no failure may hold it.
"""

import itertools
import re
import threading
from pathlib import Path

import pytest

from stand.caller import Caller
from stand.cloud import foreign
from stand.gateway import Gateway
from stand.hostile import token, tokens
from stand.hostile_http2 import GREETING, Asked, HostileHttp2, spell
from stand.patience import until
from stand.site import Site
from stand.tags import SCENARIOS, load
from stand.wire import Closed

CERTIFICATES = Path(__file__).parent / "stand" / "certificates"
# So many callers whose answer has begun, and so many who wait for theirs.
NEIGHBOURS = 3
# The seconds of a call that stalls: enough for the stall to begin on the slowest machine.
SHORT = 4


def cases(*files):
    """The scenarios of files."""
    found = []
    for file in files:
        for case in load(SCENARIOS / "faults_http2" / f"{file}.yaml"):
            found.append({"file": file, "ends": file == "connections", **case})
    return found


def titled(*files):
    """The scenarios of files, for a test each."""
    return [pytest.param(case, id=f"{case['file']}: {case['name']}") for case in cases(*files)]


def word(case):
    """A scenario's name as a part of a path."""
    return re.sub("[^a-z0-9]+", "-", case["name"].lower())


class Nowhere:
    """In place of a connection, for what is spelled and not sent."""

    def __init__(self):
        self.finished = set()


class Field:
    """A hostile backend, and services in front of it: its connections are shared by all their calls."""

    def __init__(self, gateway, **backend):
        self.gateway = gateway
        self.hostile = HostileHttp2(CERTIFICATES / "backend.pem", **backend)
        self.site = self.service(30)

    def service(self, timeout):
        """An open service whose calls have so many seconds."""
        site = Site(self.gateway, self.hostile)
        site.api(path="/", ServiceTimeout=timeout)
        site.release()
        return site

    def learn(self, case):
        """Teaches the backend a scenario."""
        self.hostile.scripts[word(case)] = case["answer"]
        if case["ends"] is True:
            self.hostile.ends.add(word(case))

    def caller(self, site=None):
        """A new caller."""
        return Caller(self, site)

    def play(self, case, caller, method="GET"):
        """Plays a scenario and compares the outcome."""
        wanted = case["gets"] if isinstance(case["gets"], list) else [case["gets"]]
        own = token()
        body = b"x" * case.get("body", 0) if method == "POST" else None
        got = caller.call(word(case), method, body, own)
        assert got in wanted, (case["name"], method, got, caller.raw)
        times = [one.token for one in self.hostile.played].count(own)
        if method == "POST" and not case.get("declines"):
            assert times == 1, "what may have been done is not asked for again"
        assert 1 <= times <= 3

    def after(self, caller):
        """What must be so after every failure: the caller's connection, and all others, serve the next calls well."""
        until(lambda: all(one.sent or one.ended for one in self.hostile.played), "the backend has said everything")
        other = self.caller()
        for one in (caller, other):
            try:
                one.honest()
            except (Closed, OSError):
                assert one is caller, "a new connection was not served"
        assert other.honest("POST") == 200
        assert self.hostile.reused == [], "a spoilt connection was used again"
        return other

    def let_go(self):
        """Waits until nothing that went wrong is held any more."""
        until(lambda: all(one.ended for one in self.hostile.played), "the gateway lets go of every spoilt stream")
        spoilt = [one for one in self.hostile.connections if one.spoilt]
        until(lambda: all(one.ended for one in spoilt), "the gateway lets go of every spoilt connection")


@pytest.fixture(scope="module")
def trusting(tmp_path_factory):
    """A gateway with one worker, which trusts the test's certificates."""
    if foreign():
        pytest.skip("needs settings of its own")
    trusted = {"SSL_CERT_FILE": str(CERTIFICATES / "root.pem")}
    gateway = Gateway(tmp_path_factory.mktemp("faults"), ["--workers", "1", "--max-services", "1000"], trusted)
    yield gateway.start()
    gateway.close()


@pytest.fixture(scope="module")
def fields(trusting):
    """Makes fields."""
    made = []

    def make(**backend):
        made.append(Field(trusting, **backend))
        return made[-1]

    yield make
    for one in made:
        one.hostile.close()


@pytest.fixture(scope="module")
def shared(fields):
    """What `field` is made of."""
    return fields()


@pytest.fixture(scope="module")
def hasty(shared):
    """A service on the field whose calls have little time."""
    return shared.service(SHORT)


@pytest.fixture
def field(shared):
    """A field without connections, as if nothing had been."""
    yield shared
    shared.hostile.begin_anew()
    shared.hostile.greeting = GREETING


def methods(case):
    """The methods to play a scenario with, one after the other: first on a fresh connection."""
    if "method" in case or "body" in case:
        return [case.get("method", "POST")]
    return ["GET", "POST"]


@pytest.mark.parametrize("case", titled("streams", "connections", "floods"))
def test_an_answer_that_is_none(field, case):
    field.learn(case)
    caller = field.caller()
    for method in methods(case):
        field.play(case, caller, method)
        caller = field.after(caller)
    if case["ends"] is True:
        field.let_go()


@pytest.mark.parametrize("case", titled("streams", "connections", "floods"))
def test_what_goes_wrong_on_a_stream_is_not_its_neighbours(field, case):
    """Calls on one connection: theirs are their own bytes; where it ends with all of them, a refusal or a cut."""
    field.learn(case)
    # The connection that all of them share.
    field.caller().honest()
    outcomes = []

    def wait(script):
        caller, own = field.caller(), token()
        outcomes.append((script, caller.call(script, own=own), tokens(caller.raw) == {own}))

    threads = [threading.Thread(target=wait, args=(script,)) for script in ["begun", "waiting"] * NEIGHBOURS]
    for thread in threads:
        thread.start()
    until(lambda: len(field.hostile.waiting) == len(threads), "all neighbours are there")
    assert len({one.connection.number for one in field.hostile.waiting}) == 1, "the calls share a connection"
    caller = field.caller()
    field.play(case, caller, methods(case)[-1])
    until(lambda: all(one.sent or one.ended for one in field.hostile.played), "the backend has said everything")
    field.hostile.gate.set()
    for thread in threads:
        thread.join()
    for outcome in outcomes:
        if case["ends"]:
            refused = ("begun", "cut", True), ("waiting", 502, False)
            assert outcome in refused or outcome[1:] == (200, True), outcomes
        else:
            assert outcome[1:] == (200, True), outcomes
    field.after(caller)


class Stalls:
    """Every stall at the same time; meanwhile other calls are answered."""

    def __init__(self, fields):
        self.outcomes, self.served = {}, 0
        bystander = fields()
        staged = []
        for case in cases("stalls", "windows"):
            room = {"greeting": case["greeting"], "opens_windows": False} if "greeting" in case else {}
            field = fields(**room)
            field.learn(case)
            staged.append((case, field, field.service(SHORT)))
            # The connection is there, so the time of the call that stalls goes into nothing else.
            field.caller().honest()
        threads = [threading.Thread(target=self._suffer, args=one) for one in staged]
        other = bystander.caller()
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            other.honest()
            self.served += 1

    def _suffer(self, case, field, hasty):
        try:
            field.play(case, field.caller(hasty), methods(case)[0])
            if case["file"] == "stalls":
                field.after(field.caller())
                field.let_go()
            else:
                field.caller().honest()
            outcome = None
        except BaseException as fault:
            outcome = fault
        self.outcomes[case["file"], case["name"]] = outcome


@pytest.fixture(scope="module")
def stalls(fields):
    """What became of the stalls."""
    return Stalls(fields)


@pytest.mark.parametrize("case", titled("stalls", "windows"))
def test_a_stall_ends_with_the_calls_time_and_holds_nobody_up(stalls, case):
    assert stalls.served > 0
    if fault := stalls.outcomes[case["file"], case["name"]]:
        raise fault


@pytest.mark.parametrize("case", titled("beginnings"))
def test_a_connection_that_begins_badly(field, hasty, case):
    """Afterwards the backend has come to its senses, and so the next call is answered."""
    field.hostile.greeting = case["greeting"]
    wanted = case["gets"] if isinstance(case["gets"], list) else [case["gets"]]
    site = hasty if 504 in wanted else field.site
    caller = field.caller(site)
    assert caller.call("any") in wanted, caller.raw
    field.hostile.greeting = GREETING
    field.caller().honest()
    caller = field.caller()
    caller.honest("POST")
    bad = field.hostile.connections[0]
    until(lambda: bad.ended, "the gateway lets go")


@pytest.mark.parametrize("case", titled("whole"))
def test_an_answer_is_cut_off_at_every_byte(field, case):
    sizes = [len(spell(step, Asked("", token(), "GET", 1, Nowhere()))) for step in case["answer"]]
    final = next(at for at, step in enumerate(case["answer"]) if step.get("HEADERS", {}).get(":status", 0) >= 200)
    head = sum(sizes[: final + (1 if "flags" not in case["answer"][final] else 2)])
    field.hostile.ends.add("cut")
    caller = field.caller()
    for cut in range(sum(sizes) + 1):
        field.hostile.scripts["cut"] = [{"first": cut, "of": case["answer"]}, ["close", "reset"][cut % 2]]
        if cut == sum(sizes):
            wanted = {case["answer"][final]["HEADERS"][":status"]}
        else:
            wanted = {502 if cut < head else "cut"}
        if cut % 2 and cut >= head:
            # A reset takes with it what has come and has not been read.
            wanted |= {502, "cut"}
        got = caller.call("cut")
        assert got in wanted, (cut, caller.raw)
        if got == "cut":
            caller = field.caller()
        if cut % 8 == 0:
            caller.honest()
    assert field.hostile.reused == []
    field.let_go()


def test_settings_are_cut_off_at_every_byte(field):
    """The gateway asks before it has heard anything: half of what the backend begins with is no answer to it."""
    for ending, cut in itertools.product(["close", "reset"], range(16)):
        field.hostile.greeting = [{"first": cut, "of": [{"SETTINGS": {"MAX_CONCURRENT_STREAMS": 100}}]}, ending]
        caller = field.caller()
        assert caller.call("any") == 502, (ending, cut, caller.raw)
        field.hostile.greeting = GREETING
        caller.honest()
        field.hostile.begin_anew()
