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
