"""Which API answers, and what its path variables take."""

import pytest

from stand.expect import fill
from stand.site import Site
from stand.tags import UNCERTAIN, scenarios
from stand.wire import Wire, call, request

ALL = scenarios("routing")


@pytest.mark.parametrize("scenario", [pytest.param(case, id=title) for title, case in ALL if "routes" in case])
def test_routes(scenario, shared):
    site = Site(shared, None)
    for name, (method, path) in scenario["apis"].items():
        site.api(name=name, path=path, method=method, mock=name)
    site.release()
    wrong = []
    with Wire(shared.http) as wire:
        for method, path, expected in scenario["routes"]:
            wire.send(request(method, path, site.host))
            answer = wire.receive(method)
            if (answer.status, answer.text) != told(expected, path, site.host):
                wrong.append(f"{method} {path}: expected {expected}, came {answer.status} {answer.text}")
    assert not wrong, "\n  ".join(["routes:", *wrong])


def told(expected, path, host):
    """Status and body of a row's outcome."""
    refusals = {"nothing": "no_api", "wrong method": "wrong_method"}
    if expected not in refusals:
        return 200, expected
    text = fill(UNCERTAIN[refusals[expected]], {"path": path, "host": host})
    return 404, '{"message":"%s"}' % text.replace("/", "\\/")


@pytest.mark.parametrize("scenario", [pytest.param(case, id=title) for title, case in ALL if "rows" in case])
def test_captures(scenario, shared, backend):
    for row in scenario["rows"]:
        site = Site(shared, backend)
        names = list(row["takes"])
        position = {"Position": "PATH", "Type": "String", "Required": True}
        relevant = "RelevantRequestParameterName"
        site.api(
            path=row["path"],
            method="GET",
            to="/",
            RequestParameters=[{"Name": name, **position} for name in names],
            ServiceParameters=[
                {"Name": f"X-{name}", "Position": "HEADER", relevant: name, "RelevantRequestParameterPosition": "PATH"}
                for name in names
            ],
        )
        site.release()
        assert call(shared.http, "GET", row["call"], site.host).status == 200, row
        assert {name: backend.seen.header(f"X-{name}") for name in names} == row["takes"], row


def test_no_path_makes_the_matcher_slow(shared):
    site = Site(shared, None)
    for number in range(20):
        variables = "/".join(f"{{v{variable}}}" for variable in range(number % 10 + 3))
        site.api(path=f"/{variables}/never{number}", method="GET", mock="x")
    for number in range(5):
        site.api(path=f"/(a*)*(b*)*(a|aa)+/never{number}", method="GET", mock="x")
    site.release()
    for path in ("/" * 4000, "/a" * 2000, "/" + "a" * 4000, "/never" * 800, "/ab" * 1500):
        assert call(shared.http, "GET", path, site.host).status == 404


def test_a_thousand_apis_are_told_apart(gateways):
    site = Site(gateways("--max-apis-per-service", "1000"), None)
    for number in range(1000):
        site.api(path=f"/v{number}/things/{{id}}", method="GET", mock=str(number))
    site.release()
    with Wire(site.gateway.http) as wire:
        for number in range(0, 1000, 37):
            wire.send(request("GET", f"/v{number}/things/17", site.host))
            assert wire.receive().text == str(number)
