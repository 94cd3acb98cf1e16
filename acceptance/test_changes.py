"""Changes under load, and what a crash leaves."""

import itertools
import os
import sqlite3
import threading
import time
from contextlib import closing

import pytest

from stand.backend import Answer, Backend
from stand.cloud import Cloud, Refused
from stand.patience import until
from stand.site import Site
from stand.wire import Wire, call, request

CHANGES = 200
CALLERS = 4

# Changes of many kinds; a long run sets the variable: TOLLGATE_CHANGES=10000 acceptance/run test_changes.py -k many
MANY = int(os.environ.get("TOLLGATE_CHANGES", "150"))

# What the process may have grown by when the last change was made, beside what it had after the first third of them: bytes.
LEVEL = 24 * 1024 * 1024


class Load:
    """Callers that call until they are told to stop; what they got is kept."""

    def __init__(self, site, path):
        self.site = site
        self.path = path
        self.stop = threading.Event()
        self.answers = [[] for _ in range(CALLERS)]
        self.threads = [threading.Thread(target=self._call, args=(answers,)) for answers in self.answers]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        until(lambda: all(self.answers), "every caller calls")
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def _call(self, answers):
        with Wire(self.site.gateway.http) as wire:
            while not self.stop.is_set():
                wire.send(request("GET", self.path, self.site.host))
                try:
                    answer = wire.receive()
                except Exception as fault:  # whatever it was: a dropped call
                    answers.append(repr(fault))
                    return
                answers.append((answer.status, answer.text))
                time.sleep(0.001)  # together below the throttle that every service has

    def kinds(self):
        """The different answers that came."""
        return {answer for answers in self.answers for answer in answers}


def test_no_call_is_dropped_during_changes(gateway):
    site = Site(gateway, None)
    site.api(path="/version", name="version", mock="first")
    first = site.release()
    site.change("version", ServiceMockReturnMessage="second")
    second = site.release()
    with Load(site, "/version") as load:
        for number in range(CHANGES):
            version, told = [(first, "first"), (second, "second")][number % 2]
            site.cloud.UpdateService(
                ServiceId=site.id, EnvironmentName="release", VersionName=version, UpdateDesc="change"
            )
            until(lambda: call(gateway.http, "GET", "/version", site.host).text == told, "the change is visible")
    assert load.kinds() == {(200, "first"), (200, "second")}


def test_changes_elsewhere_do_not_touch_a_call(gateway, backend):
    site = Site(gateway, backend)
    site.api(path="/steady", to="/")
    site.release()
    backend.answer = None
    other = Site(gateway, None)
    other.api(path="/x", name="x", mock="0")
    with Load(site, "/steady") as load:
        for number in range(CHANGES // 2):
            other.change("x", ServiceMockReturnMessage=str(number))
            other.release()
    assert {kind[0] for kind in load.kinds()} == {200}


def resident(gateway):
    """The memory of the process in bytes."""
    with open(f"/proc/{gateway.process.pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_many_changes_of_every_kind_under_load(gateway):
    """Nodes, weights, keys, throttles, versions: whatever changes, calls that it does not forbid are answered."""
    backends = [Backend(), Backend()]
    for backend in backends:
        backend.answer = Answer(body="fixed")
    cloud = Cloud(gateway.admin)
    nodes = [{"Host": "127.0.0.1", "Port": backend.port, "Weight": 10} for backend in backends]
    upstream = cloud.raw("CreateUpstream", {
        "Scheme": "HTTP", "Algorithm": "ROUND-ROBIN", "UniqVpcId": "vpc-12345678", "Nodes": nodes,
    })["UpstreamId"]
    site = Site(gateway, None)
    config = {"UpstreamId": upstream, "Path": "/", "Method": "ANY"}
    site.api(path="/", name="all", ServiceType="UPSTREAM", ServiceConfig=config)
    first = site.release()
    second = site.release()
    key, _ = site.key()
    switches = {True: cloud.EnableApiKey, False: cloud.DisableApiKey}
    kinds = [
        lambda odd: cloud.raw("ModifyUpstream", {"UpstreamId": upstream, "Nodes": nodes[odd:]}),
        lambda odd: cloud.ModifyServiceEnvironmentStrategy(
            ServiceId=site.id, EnvironmentNames=["release"], Strategy=5000 - odd
        ),
        lambda odd: cloud.UpdateService(
            ServiceId=site.id, EnvironmentName="release", VersionName=second if odd else first, UpdateDesc="change"
        ),
        lambda odd: switches[odd](AccessKeyId=key),
        lambda odd: cloud.raw("ModifyUpstream", {"UpstreamId": upstream, "Nodes": [{**nodes[0], "Weight": 1 + odd}]}),
    ]
    early = None
    with Load(site, "/") as load:
        for number in range(MANY):
            kinds[number % len(kinds)](bool(number // len(kinds) % 2))
            if number == MANY // 3:
                early = resident(gateway)
            if number % 1000 == 0:
                for backend in backends:
                    backend.requests.clear()
    assert load.kinds() == {(200, "fixed")}
    grown = resident(gateway) - early
    print(f"{MANY} changes, grown by {grown / 1024:.0f} KiB")
    assert grown < LEVEL
    for backend in backends:
        backend.close()


def test_a_call_in_flight_keeps_the_plan_that_it_began_with(gateway, backend):
    site = Site(gateway, backend)
    site.api(path="/slow", name="slow", to="/slow")
    site.release()
    backend.gate.clear()
    with Wire(gateway.http) as wire:
        wire.send(request("GET", "/slow", site.host))
        backend.wait_for(1)
        site.cloud.UnReleaseService(ServiceId=site.id, EnvironmentName="release")
        until(lambda: call(gateway.http, "GET", "/slow", site.host).status == 404, "the environment is offline")
        backend.gate.set()
        assert wire.receive().status == 200


def at_once(gateway, *changes, pause):
    """What becomes of changes that come in while the store takes none: the code that each is refused with, or None."""
    codes = [None] * len(changes)

    def ask(number, action, fields):
        try:
            Cloud(gateway.admin).call(action, fields)
        except Refused as refused:
            codes[number] = refused.code

    threads = [threading.Thread(target=ask, args=(number, *change)) for number, change in enumerate(changes)]
    with closing(sqlite3.connect(gateway.data / "tollgate.db", timeout=60, isolation_level=None)) as store:
        store.execute("BEGIN IMMEDIATE")
        for thread in threads:
            thread.start()
        # Nobody tells when both are in; where they were not, it is tried again.
        time.sleep(pause)
        store.execute("ROLLBACK")
    for thread in threads:
        thread.join()
    return codes


def an_api(site):
    """An API: how a change of it begins, what looks at it, and two fields that stay where they are not sent."""
    known = site.definition(path="/a", mock="here")
    del known["ApiName"], known["ServiceTimeout"]
    known["ApiId"] = site.api(path="/a", mock="here")
    look = lambda: site.cloud.DescribeApi(ServiceId=site.id, ApiId=known["ApiId"])["Result"]
    return "ModifyApi", known, look, lambda number: {"ApiName": f"name_{number}", "ServiceTimeout": 20 + number}


def an_upstream(site):
    """The same of an upstream."""
    made = {"Scheme": "HTTP", "Algorithm": "ROUND-ROBIN", "UniqVpcId": "vpc-12345678", "Nodes": []}
    known = {"UpstreamId": site.cloud.raw("CreateUpstream", made)["UpstreamId"]}
    look = lambda: site.cloud.DescribeUpstreams(Limit=10, Offset=0)["Result"]["UpstreamSet"][0]
    return "ModifyUpstream", known, look, lambda number: {"UpstreamName": f"name_{number}", "Retries": 20 + number}


@pytest.mark.parametrize("noun", [an_api, an_upstream])
def test_of_two_changes_at_once_the_second_takes_nothing_back(gateway, noun):
    """Each sends one field; the other is to stay as it was when the change came in."""
    site = Site(gateway, None)
    action, known, look, fields = noun(site)
    rounds = itertools.count(1)

    def refused():
        """The code of each and what was sent, once one is refused; where they do not meet both are carried out."""
        number = next(rounds)
        sent, before = fields(number), look()
        changes = [(action, {**known, field: value}) for field, value in sent.items()]
        codes = at_once(gateway, *changes, pause=min(0.1 * 2**number, 3))
        now = look()
        for (field, value), code in zip(sent.items(), codes, strict=True):
            assert now[field] == (before[field] if code else value)
        assert None in codes, "one of them came first"
        return any(codes) and (codes, sent)

    codes, sent = until(refused, "one of two changes is refused")
    assert set(codes) == {None, "FailedOperation.ServiceInOperation"}
    # Whoever was refused asks again.
    field = list(sent)[1 - codes.index(None)]
    site.cloud.call(action, {**known, field: sent[field]})
    assert {field: look()[field] for field in sent} == sent


def test_every_acknowledged_change_survives_a_crash(gateway):
    site = Site(gateway, None)
    acknowledged = []
    for number in range(30):
        acknowledged.append(site.api(path=f"/{number}", mock="x"))
        if number % 10 == 9:
            gateway.kill()
            gateway.start()
            site.cloud = Cloud(gateway.admin)
            told = site.cloud.DescribeApisStatus(ServiceId=site.id, Limit=100)["Result"]
            assert {api["ApiId"] for api in told["ApiIdStatusSet"]} == set(acknowledged)


def test_a_crash_in_the_middle_of_changes_loses_nothing_acknowledged(gateway):
    site = Site(gateway, None)
    acknowledged = []

    def change():
        try:
            for number in range(10_000):
                acknowledged.append(site.api(path=f"/{number}", mock="x"))
        except Exception:
            pass  # the gateway was killed under this change, which was therefore not acknowledged

    changes = threading.Thread(target=change)
    changes.start()
    until(lambda: len(acknowledged) >= 20, "changes run")
    gateway.kill()
    changes.join()
    gateway.start()
    stored = set()
    for offset in range(0, 200, 100):
        told = Cloud(gateway.admin).DescribeApisStatus(ServiceId=site.id, Limit=100, Offset=offset)["Result"]
        stored |= {api["ApiId"] for api in told["ApiIdStatusSet"]}
    assert set(acknowledged) <= stored
    assert len(stored) <= len(acknowledged) + 1


def test_what_is_released_answers_at_once_after_a_crash(gateway):
    site = Site(gateway, None)
    site.api(path="/here", mock="here")
    site.release()
    gateway.kill()
    gateway.start()
    assert call(gateway.http, "GET", "/here", site.host).text == "here"
