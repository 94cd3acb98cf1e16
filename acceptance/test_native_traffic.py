"""How much is called, told by the native API: sums, series, the busiest; and what is left of it after a restart."""

import datetime
import re

import pytest

from stand.native import Native, refused
from stand.patience import until
from stand.signing import date_source
from stand.site import Site
from stand.wire import call


@pytest.fixture
def called(gateways, backend):
    """A site of two APIs and a key, where something was called: a gateway of the test's own, so that all is known."""
    site = Site(gateways(), backend)
    site.api(path="/signed", name="signed", to="/signed", AuthType="SECRET")
    site.api(path="/mock", name="mock", mock="mocked")
    site.release()
    site.release(environment="test")
    site.pair = site.key()
    site.plan(site.pair[0])
    address = site.gateway.http
    for _ in range(5):
        assert call(address, "POST", "/signed", site.host, date_source(*site.pair), b"12345").status == 200
    for _ in range(3):
        assert call(address, "GET", "/mock", site.host).status == 200
    assert call(address, "GET", "/test/mock", site.host).status == 200
    assert call(address, "GET", "/signed", site.host).status == 401
    assert call(address, "GET", "/nowhere", site.host).status == 404
    assert call(address, "GET", "/", "nobody.example").status == 404
    site.native = Native(site.gateway.admin)
    return site


TOTAL = 12


def counted(site, calls=TOTAL, **scope):
    """The sum over a scope, once it is so many calls."""

    def told():
        counts = site.native.get("/traffic", **scope)["counts"]
        assert counts["calls"] <= calls
        return counts if counts["calls"] == calls else None

    return until(told, f"{calls} calls of {scope} are counted")


def test_calls_are_counted_by_service_environment_api_and_key(called):
    everything = counted(called)
    assert everything["statuses"] == {"1xx": 0, "2xx": 9, "3xx": 0, "4xx": 3, "5xx": 0}
    assert everything["refused"] == 3
    reasons = {(each["reason"], each["calls"]) for each in everything["refusals"]}
    assert reasons == {("signature_missing", 1), ("no_api", 1), ("unknown_host", 1)}
    assert (everything["backend_calls"], everything["bytes_in"]) == (5, 25)
    for name in ("latency", "backend_latency"):
        latency = everything[name]
        assert 0 < latency["p50_us"] <= latency["p95_us"] <= latency["p99_us"]
    counted(called, 11, service=called.id)
    counted(called, 10, service=called.id, environment="release")
    counted(called, 1, environment="test")
    counted(called, 6, api=called.apis["signed"])
    counted(called, 3, api=called.apis["mock"], environment="release")
    assert counted(called, 5, key=called.pair[0])["refused"] == 0
    counted(called, 0, service="service-nobody00")


def test_a_series_adds_up_to_the_sum(called):
    counted(called)
    for query, step in (({}, 60), ({"step": 300}, 300)):
        series = called.native.get("/traffic/series", **query)
        assert series["step_seconds"] == step
        starts = [datetime.datetime.fromisoformat(point["start"]) for point in series["points"]]
        assert all(b - a == datetime.timedelta(seconds=step) for a, b in zip(starts, starts[1:]))
        assert 3600 // step <= len(starts) <= 3600 // step + 1
        assert sum(point["counts"]["calls"] for point in series["points"]) == TOTAL
        assert series["points"][0]["counts"]["calls"] == 0
    month = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=30)
    series = called.native.get("/traffic/series", **{"from": month.isoformat()})
    assert (series["step_seconds"], len(series["points"])) in [(21600, 120), (21600, 121)]
    assert sum(point["counts"]["calls"] for point in series["points"]) == TOTAL


def test_the_busiest_come_first_with_their_names(called):
    counted(called)
    apis = called.native.get("/traffic/top")
    assert [(row["api_name"], row["environment"], row["counts"]["calls"]) for row in apis["items"]] == [
        ("signed", "release", 6),
        ("mock", "release", 3),
        ("mock", "test", 1),
    ]
    assert apis["rest"]["calls"] == 2, "one to no API and one to no service"
    (first,) = called.native.get("/traffic/top", limit=1)["items"]
    assert (first["api"], first["service"], first["service_name"]) == (called.apis["signed"], called.id, "acceptance")
    (key,) = called.native.get("/traffic/top", of="key", service=called.id)["items"]
    assert (key["key"], key["key_name"], key["counts"]["calls"]) == (called.pair[0], "caller", 5)
    (service,) = called.native.get("/traffic/top", of="service")["items"]
    assert (service["service"], service["counts"]["calls"], service["environment"]) == (called.id, 11, None)
    environments = called.native.get("/traffic/top", of="environment")["items"]
    assert [(row["environment"], row["counts"]["calls"]) for row in environments] == [("release", 10), ("test", 1)]


def test_series_survive_a_stop_and_a_crash(called):
    counted(called)
    called.gateway.stop()
    called.gateway.start()
    called.native = Native(called.gateway.admin)
    assert counted(called)["bytes_in"] == 25
    assert call(called.gateway.http, "GET", "/mock", called.host).status == 200
    counted(called, TOTAL + 1)
    called.gateway.kill()
    called.gateway.start()
    called.native = Native(called.gateway.admin)
    counted(called, TOTAL + 1)
    counted(called, 4, api=called.apis["mock"], environment="release")


@pytest.mark.parametrize(
    "path, query, named",
    [
        ("/traffic", {"from": "yesterday"}, "from"),
        ("/traffic", {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "from"),
        ("/traffic", {"api": "api-aaaaaaaa", "key": "AKIDaaaaaaaaa"}, "key"),
        ("/traffic", {"environment": "nowhere"}, "environment"),
        ("/traffic/series", {"step": 90}, "step"),
        ("/traffic/series", {"step": 60, "from": "2026-01-01T00:00:00Z"}, "step"),
        ("/traffic/top", {"of": "plan"}, "of"),
        ("/traffic/top", {"limit": 101}, "limit"),
        ("/traffic/top", {"of": "service", "key": "AKIDaaaaaaaaa"}, "of"),
    ],
)
def test_what_cannot_be_asked_is_named(shared, path, query, named):
    problem = refused(Native(shared.admin).get, path, **query)
    assert problem.status == 400
    assert [error["parameter"] for error in problem.body["errors"]] == [named]


def test_what_is_switched_off_says_so(gateways):
    gateway = gateways("--traffic-days", "0", "--call-log-size", "0")
    native = Native(gateway.admin)
    for path, setting in (("/traffic", "traffic_days"), ("/traffic/top", "traffic_days"), ("/logs", "call_log_size")):
        problem = refused(native.get, path)
        assert problem.body["type"] == "urn:tollgate:problem:switched-off"
        assert setting in problem.body["detail"]
    files = {path.name for path in gateway.data.iterdir()}
    assert not [name for name in files if re.match(r"traffic|calls", name)]
