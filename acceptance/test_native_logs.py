"""Calls as they were logged, told by the native API: searched, and watched as they are answered."""

import json
import re

import pytest
import requests

from stand.native import Native, refused
from stand.patience import until
from stand.signing import date_source
from stand.site import Site
from stand.wire import Wire, call, request


@pytest.fixture
def logged(gateways, backend):
    """A site of two APIs and a key, on a gateway of the test's own."""
    site = Site(gateways(), backend)
    site.api(path="/signed", name="signed", to="/signed", AuthType="SECRET")
    site.api(path="/mock", name="mock", mock="mocked")
    site.release()
    site.pair = site.key()
    site.plan_id = site.plan(site.pair[0])
    site.native = Native(site.gateway.admin)
    return site


def found(site, count, **filters):
    """The calls that a search finds, once there are so many."""

    def told():
        items = site.native.get("/logs", **filters)["items"]
        assert len(items) <= count
        return items if len(items) == count else None

    return until(told, f"{count} calls of {filters} are found")


def some(site):
    """Four calls, and their answers."""
    address = site.gateway.http
    return [
        call(address, "POST", "/signed?token=hidden", site.host, date_source(*site.pair), b"12345"),
        call(address, "GET", "/mock", site.host),
        call(address, "GET", "/signed", site.host),
        call(address, "GET", "/", "nobody.example"),
    ]


def test_a_call_is_found_with_everything_but_its_secrets(logged):
    answer, *_ = some(logged)
    (record,) = found(logged, 1, request_id=answer.header("X-Api-RequestId"))
    assert record == {
        **{name: record[name] for name in ("time", "caller", "duration_us", "connect_us", "backend_us", "backend_total_us")},
        "request_id": answer.header("X-Api-RequestId"),
        "service": logged.id,
        "environment": "release",
        "api": logged.apis["signed"],
        "key": logged.pair[0],
        "usage_plan": logged.plan_id,
        "method": "POST",
        "scheme": "http",
        "host": logged.host,
        "path": "/signed",
        "status": 200,
        "backend_status": 200,
        "backend": logged.backend.url.partition("://")[2],
        "bytes_in": 5,
        "bytes_out": len(answer.body),
        "refusal": None,
        "message": None,
    }
    assert re.fullmatch(r"127\.0\.0\.1:\d+", record["caller"])
    assert 0 < record["backend_us"] <= record["backend_total_us"] <= record["duration_us"]
    assert record["connect_us"] is not None, "the first call needed a connection"


def test_a_search_narrows_by_each_filter(logged):
    some(logged)
    everything = found(logged, 4)
    # Calls of one millisecond stand in any order.
    times = [record["time"] for record in everything]
    assert times == sorted(times, reverse=True), "the newest first"
    assert sorted(record["path"] for record in everything) == ["/", "/mock", "/signed", "/signed"]
    times = [record["time"] for record in found(logged, 4, sort="time")]
    assert times == sorted(times)
    for filters, statuses in (
        ({"service": logged.id}, [401, 200, 200]),
        ({"api": logged.apis["signed"]}, [401, 200]),
        ({"key": logged.pair[0]}, [200]),
        ({"environment": "release", "method": "post"}, [200]),
        ({"status": 401}, [401]),
        ({"status_min": 400, "status_max": 403}, [401]),
        ({"refused": "true"}, [404, 401]),
        ({"refused": "false", "path": "/mo"}, [200]),
        ({"refusal": "signature_missing"}, [401]),
        ({"q": "HMAC"}, [401]),
        ({"q": "nobody.EXAMPLE"}, [404]),
        ({"ip": "127.0.0.1", "duration_min_us": 0}, [404, 401, 200, 200]),
        ({"ip": "127.0.0.2"}, []),
        ({"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"}, []),
        ({"duration_max_us": 0}, []),
    ):
        told = [record["status"] for record in logged.native.get("/logs", **filters)["items"]]
        assert sorted(told) == sorted(statuses), filters


def test_pages_follow_one_another(logged):
    for number in range(7):
        call(logged.gateway.http, "GET", f"/mock?{number}", logged.host)
        call(logged.gateway.http, "GET", f"/mock/{number}", logged.host)
    found(logged, 14)
    for sort in ("time", "-time"):
        records, token = [], {}
        while token is not None:
            page = logged.native.get("/logs", limit=3, path="/mock/", sort=sort, **token)
            assert len(page["items"]) <= 3
            records += page["items"]
            token = page["next_page_token"] and {"page_token": page["next_page_token"]}
        assert sorted(record["path"] for record in records) == [f"/mock/{number}" for number in range(7)]
        times = [record["time"] for record in records]
        assert times == sorted(times, reverse=sort == "-time")


def test_the_log_survives_a_stop_and_a_crash(logged):
    some(logged)
    found(logged, 4)
    for end in (logged.gateway.stop, logged.gateway.kill):
        end()
        logged.gateway.start()
        logged.native = Native(logged.gateway.admin)
        assert len(found(logged, 4)) == 4


def test_what_comes_too_fast_is_counted_and_not_kept(gateways, backend):
    site = Site(gateways("--call-log-rate", "1"), backend)
    site.api(path="/mock", name="mock", mock="mocked")
    site.release()
    site.native = Native(site.gateway.admin)
    total = 60
    with Wire(site.gateway.http) as wire:
        for _ in range(total):
            wire.send(request("GET", "/mock", site.host))
            assert wire.receive().status == 200

    extra = 0

    def all_told():
        # What is left out is told with the next call that is kept; a refused one has a share of its own.
        nonlocal extra
        extra += 1
        call(site.gateway.http, "GET", "/", "nobody.example")
        page = site.native.get("/logs", limit=500)
        assert len(page["items"]) + page["not_kept"] <= total + extra
        return page if len(page["items"]) + page["not_kept"] >= total else None

    page = until(all_told, "every call is kept or counted", pause=0.3)
    assert page["not_kept"] > 0 and page["items"]


class Watcher:
    """Reads the events of a live tail."""

    def __init__(self, native, **filters):
        self.answer = native.http.get(f"{native.base}/api/v1/logs/live", params=filters, stream=True, timeout=60)
        assert self.answer.status_code == 200, self.answer.text
        assert self.answer.headers["Content-Type"] == "text/event-stream"
        self.lines = self.answer.iter_lines(chunk_size=1, decode_unicode=True)
        # The first block says that it has begun.
        while next(self.lines):
            pass

    def event(self):
        """The next event: its name and its data."""
        name, data = None, None
        while True:
            line = next(self.lines)
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                data = json.loads(line[6:])
            elif not line and name:
                return name, data

    def close(self):
        self.answer.close()


def test_calls_are_watched_as_they_are_answered(logged):
    watcher = Watcher(logged.native, api=logged.apis["mock"])
    some(logged)
    answer = call(logged.gateway.http, "GET", "/mock", logged.host)
    events = [watcher.event() for _ in range(2)]
    assert [name for name, _ in events] == ["call", "call"]
    assert {record["api"] for _, record in events} == {logged.apis["mock"]}
    # Workers tell of their calls each on its own.
    (seen,) = [record for _, record in events if record["request_id"] == answer.header("X-Api-RequestId")]
    (kept,) = found(logged, 1, request_id=answer.header("X-Api-RequestId"))
    assert seen == kept
    watcher.close()


def test_who_watches_is_told_what_was_left_out(logged):
    watcher = Watcher(logged.native, per_second=1)
    with Wire(logged.gateway.http) as wire:
        for _ in range(200):
            wire.send(request("GET", "/mock", logged.host))
            assert wire.receive().status == 200
    shown = skipped = 0
    while shown + skipped < 200:
        name, data = watcher.event()
        if name == "call":
            shown += 1
        else:
            assert name == "skipped" and data["calls"] > skipped
            skipped = data["calls"]
    assert shown >= 1 and skipped >= 1
    watcher.close()


def test_a_tail_ends_with_the_process_and_tails_are_bounded(logged):
    watchers = [Watcher(logged.native) for _ in range(32)]
    problem = refused(logged.native.get, "/logs/live")
    assert (problem.status, problem.body["type"]) == (503, "urn:tollgate:problem:too-many-watch")
    watchers.pop().close()

    def is_free():
        try:
            return Watcher(logged.native)
        except AssertionError:
            return None

    watchers.append(until(is_free, "a place is free", pause=0.5))
    logged.gateway.stop()
    for watcher in watchers:
        with pytest.raises((StopIteration, requests.RequestException)):
            while True:
                next(watcher.lines)


@pytest.mark.parametrize(
    "query, named",
    [
        ({"ip": "localhost"}, "ip"),
        ({"status": 99}, "status"),
        ({"limit": 501}, "limit"),
        ({"page_token": "nonsense"}, "page_token"),
        ({"sort": "status"}, "sort"),
        ({"q": ""}, "q"),
        ({"nothing": "1"}, "nothing"),
    ],
)
def test_what_cannot_be_searched_is_named(shared, query, named):
    problem = refused(Native(shared.admin).get, "/logs", **query)
    assert problem.status == 400
    assert [error["parameter"] for error in problem.body["errors"]] == [named]
