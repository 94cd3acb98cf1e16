"""Backends that fail in every way: each failure has its answer or a clean cut, and none reaches another call.

Every call has a token of its own, and every answer carries the token of the call that it was made for: an answer with a
foreign token would be another caller's. The gateways here have one worker, which no failure may hold.
"""

import itertools
import random
import ssl
import threading
import time
from pathlib import Path

import pytest

from stand.caller import Caller
from stand.hostile import HONEST, Hostile, token
from stand.patience import until
from stand.site import Site
from stand.tags import SCENARIOS, load
from stand.wire import Closed

CERTIFICATES = Path(__file__).parent / "stand" / "certificates"


def cases(file):
    """The scenarios of a file."""
    return load(SCENARIOS / "faults" / f"{file}.yaml")


def titled(file):
    """The scenarios of a file, for a test each."""
    return [pytest.param(case, id=case["name"]) for case in cases(file)]


class Field:
    """A gateway with one worker, a hostile backend, and services in front of it."""

    def __init__(self, gateway, hostile, through="server"):
        self.gateway = gateway
        self.hostile = hostile
        self.through = through
        self.site = self.service(15)

    def service(self, timeout, backend=None):
        """An open service whose calls have so many seconds."""
        site = Site(self.gateway, backend or self.hostile)
        fields = {"server": dict, "upstream": lambda: self._upstream(site), "function": self._function}[self.through]
        site.api(path="/", ServiceTimeout=timeout, **fields())
        site.release()
        return site

    def _upstream(self, site):
        """What makes the backend the only node of an upstream."""
        made = {"Scheme": "HTTP", "Algorithm": "ROUND-ROBIN", "UniqVpcId": "vpc-12345678"}
        nodes = [{"Host": "127.0.0.1", "Port": site.backend.port, "Weight": 1}]
        upstream = site.cloud.raw("CreateUpstream", {**made, "Nodes": nodes})["UpstreamId"]
        return {"ServiceType": "UPSTREAM", "ServiceConfig": {"UpstreamId": upstream, "Path": "/", "Method": "ANY"}}

    def _function(self):
        """What makes the backend the runtime of an event function."""
        return {"ServiceType": "SCF", "ServiceScfFunctionName": "any", "ServiceConfig": None}

    def after(self, caller):
        """What must be so after every failure: the caller's connection, and all others, serve the next call well."""
        self.said()
        for one in (caller, self.caller()):
            try:
                one.honest()
            except (Closed, OSError):
                assert one is caller, "a new connection was not served"
        assert self.hostile.reused == [], "a spoilt connection was used again"

    def said(self):
        """Waits until the backend has sent all that its scripts have it send."""
        until(lambda: all(one.sent or one.ended for one in self.hostile.played), "the backend has said everything")

    def caller(self, site=None):
        """A new caller."""
        return Caller(self, site)


@pytest.fixture
def fields(gateways):
    """Makes fields: with the hostile backend as a server, as the node of an upstream, or as the runtime of a function."""
    made = []

    def make(through="server"):
        hostile = Hostile()
        made.append(hostile)
        gateway = gateways("--workers", "1", "--function-endpoint", hostile.url + "/event")
        return Field(gateway, hostile, through)

    yield make
    for hostile in made:
        hostile.close()


@pytest.fixture
def field(fields):
    """A field of the test's own."""
    return fields()


def play(field, case, caller, cut="cut"):
    """Plays a scenario and compares the outcome; `cut` is what a caller gets for an answer that breaks off."""
    wanted = case["gets"] if isinstance(case["gets"], list) else [case["gets"]]
    wanted = [cut if one == "cut" else one for one in wanted]
    body = b"x" * case["body"] if "body" in case else None
    got = caller.call(case["name"].replace(" ", "-"), case.get("method", "GET"), body)
    assert got in wanted, (case["name"], caller.raw)


def learn(field, file):
    """Teaches the backend the scenarios of a file."""
    found = cases(file)
    field.hostile.scripts |= {case["name"].replace(" ", "-"): case["answer"] for case in found}
    return found


@pytest.mark.parametrize("through", ["server", "upstream", "function"])
@pytest.mark.parametrize("file", ["answers", "floods"])
@pytest.mark.parametrize("reused", [False, True], ids=["on a fresh connection", "on a used connection"])
def test_an_answer_that_is_none(fields, file, reused, through):
    field = fields(through)
    for case in playable(field, file):
        caller = field.caller()
        if reused:
            caller.honest()
        play(field, case, caller, CUT[through])
        field.after(caller)
    ended = lambda: all(one.ended for one in field.hostile.played if last(field, one) != "keep")
    until(ended, "the gateway lets go of every spoilt connection")


# The result of a function is taken whole before it is answered: what breaks off is no result.
CUT = {"server": "cut", "upstream": "cut", "function": 502}


def playable(field, file):
    """The scenarios of a file that fit the backend's role: a function is told of every call by POST, as an event that it
    reads, and its status is its own."""
    found = learn(field, file)
    if field.through != "function":
        return found
    return [case for case in found if "unread" not in case["answer"] and case["gets"] != 204 and "method" not in case]


def last(field, played):
    """The last step of what was played."""
    return field.hostile.scripts[played.script][-1]


@pytest.mark.parametrize("through", ["server", "upstream", "function"])
def test_stalls_end_with_the_calls_time_and_hold_nobody_up(fields, through):
    """All at the same time, through one worker: meanwhile other calls are answered, many of them."""
    field = fields(through)
    hasty = field.service(1)
    outcomes = {}

    def suffer(case):
        try:
            caller = field.caller(hasty)
            play(field, case, caller, 504 if through == "function" else "cut")
            outcomes[case["name"]] = None
        except BaseException as fault:
            outcomes[case["name"]] = fault

    found = playable(field, "stalls")
    threads = [threading.Thread(target=suffer, args=(case,)) for case in found]
    for thread in threads:
        thread.start()
    until(lambda: len(field.hostile.played) == len(found), "every stall has begun")
    other = field.caller()
    for _ in range(20):
        other.honest()
    assert outcomes == {} or len(outcomes) < len(found), "the stalls ended before the other calls"
    while any(thread.is_alive() for thread in threads):
        other.honest()
        # The environment's rate is 5,000 calls a second, which a caller alone comes to.
        time.sleep(0.001)
    assert outcomes == {case["name"]: None for case in found}
    until(lambda: all(one.ended for one in field.hostile.played), "the gateway lets go of every stalled connection")
    field.after(other)


@pytest.mark.parametrize("ending", ["close", "reset"])
@pytest.mark.parametrize("case", titled("whole"))
def test_an_answer_is_cut_off_at_every_byte(field, case, ending):
    text = case["answer"]
    size = len(text.replace("${token}", token()))
    final = text.rindex("HTTP/1.1")
    head = len(text[: text.index("\r\n\r\n", final) + 4].replace("${token}", token()))
    caller = field.caller()
    for cut in range(size + 1):
        own = token()
        data = text.replace("${token}", own).encode()[:cut]
        field.hostile.scripts["cut"] = [{"send": data}, ending] if data else [ending]
        status = int(text[final + 9 : final + 12])
        if case.get("until_close") and cut >= head:
            wanted = "cut" if ending == "reset" else status
        elif cut == size:
            wanted = status
        else:
            wanted = 502 if cut < head else "cut"
        assert caller.call("cut", own=own) == wanted, (cut, data, caller.raw)
        try:
            caller.honest()
        except (Closed, OSError):
            assert wanted == "cut", "the connection of a caller that got a whole answer stays"
            caller = field.caller()
            caller.honest()
    assert field.hostile.reused == []


def test_a_connection_that_ends_in_the_instant_of_its_reuse(field):
    """A call that may be repeated is; one that may not gets 502 and was made at most once."""
    steps = {"at-once": [], "when-it-is-used": ["used"]}
    for (when, between), ending in itertools.product(steps.items(), ["close", "reset"]):
        field.hostile.scripts["leaves"] = [{"send": HONEST}, *between, ending]
        caller = field.caller()
        for _ in range(50):
            assert caller.call("leaves") == 200
            caller.honest()
        for _ in range(50):
            assert caller.call("leaves") == 200
            own = token()
            status = caller.call("honest", "POST", b"pay", own)
            assert status in ([502] if between else [200, 502]), (when, ending, status)
            assert field.hostile.honest.count(own) == (status == 200)
    assert field.hostile.reused == []


def test_bytes_that_nobody_asked_for_are_nobodys_answer(field):
    """A second answer comes while the connection rests: the next call does not get it."""
    field.hostile.scripts["late"] = [{"send": HONEST}, "told", {"send": HONEST.replace("${token}", token())}, "keep"]
    for _ in range(50):
        field.hostile.tell.clear()
        caller = field.caller()
        assert caller.call("late") == 200
        field.hostile.tell.set()
        field.after(caller)


def test_a_storm_of_failures_reaches_no_other_call(field):
    """Callers of one worker mix failures and honest calls; each gets its own answer.

    Left out is a second answer that comes in a packet of its own: on a connection that is used again in that very
    instant nothing tells it from an early answer to the next call, in HTTP/1.1 and for every proxy of it.
    """
    found = [case for file in ("answers", "floods") for case in learn(field, file) if not {"body", "races"} & case.keys()]
    faults = []

    def weather(seed):
        chance = random.Random(seed)
        caller = field.caller()
        try:
            for _ in range(100):
                if chance.random() < 0.5:
                    play(field, chance.choice(found), caller)
                try:
                    caller.honest()
                except (Closed, OSError):
                    caller = field.caller()
                    caller.honest()
        except BaseException as fault:
            faults.append((seed, fault))

    threads = [threading.Thread(target=weather, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert field.hostile.reused == []


def test_handshakes_that_fail(field):
    backends = []
    for case in cases("handshakes"):
        backend = Hostile(greets=case["answer"])
        backends.append(backend)
        caller = field.caller(field.service(1 if case["gets"] == 504 else 15, backend))
        assert caller.call("any") == case["gets"], (case["name"], caller.raw)
        until(lambda: all(one.ended for one in backend.played), f"{case['name']}: the gateway lets go")
    field.after(field.caller())
    for backend in backends:
        backend.close()


def test_an_end_without_a_goodbye_is_no_end_under_tls(gateways):
    """Whoever cuts a TLS connection in between cannot make half a body look whole."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "backend.pem")
    hostile = Hostile(tls=context)
    field = Field(gateways("--workers", "1", environment={"SSL_CERT_FILE": str(CERTIFICATES / "root.pem")}), hostile)
    text = "HTTP/1.1 200 OK\r\n\r\n${token}"
    for ending, wanted in (("goodbye", 200), ("close", "cut"), ("reset", "cut")):
        hostile.scripts["end"] = [{"send": text}, ending]
        caller = field.caller()
        assert caller.call("end") == wanted, (ending, caller.raw)
        field.after(caller)
    for cut, ending in itertools.product(range(0, len(HONEST), 7), ("goodbye", "close", "reset")):
        own = token()
        hostile.scripts["end"] = [{"send": HONEST.replace("${token}", own).encode()[:cut]}, ending]
        caller = field.caller()
        wanted = 502 if cut < HONEST.replace("${token}", own).index("\r\n\r\n") + 4 else "cut"
        assert caller.call("end", own=own) == wanted, (cut, ending, caller.raw)
        field.after(caller)
    hostile.close()
