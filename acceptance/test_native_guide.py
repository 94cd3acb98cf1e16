"""The guide of the compatible service, walked through the native API: from a login to a rollback and away again."""

import json
import re

import pytest

from stand.native import DOCUMENT, Native, refused
from stand.wire import Wire

MOCK = {"type": "mock", "body": "hello", "headers": [["Content-Type", "text/plain"]]}


def definition(name="hello", path="/hello", **more):
    """The least that an API is."""
    return {"name": name, "path": path, "method": "GET", "auth": "none", "backend": MOCK, **more}


@pytest.fixture
def native(shared):
    """A client with a session."""
    client = Native(shared.admin, key=None)
    client.log_in()
    return client


@pytest.fixture
def service(native):
    """A service of the test's own."""
    return native.post("/services", {"name": "guide"})


def answered(gateway, service, path="/hello"):
    """Status and text of a call."""
    with Wire(gateway.http) as wire:
        wire.send(f"GET {path} HTTP/1.1\r\nHost: {service['default_host']}\r\nConnection: close\r\n\r\n")
        answer = wire.receive()
    return answer.status, answer.text


def test_the_guide_from_a_service_to_a_rollback_and_away_again(shared, native, service):
    base = f"/services/{service['id']}"
    api = native.post(f"{base}/apis", definition())
    first = native.post(f"{base}/releases", {"environment": "release", "description": "first"})
    assert answered(shared, service) == (200, "hello")

    changed = {**definition(), "backend": {**MOCK, "body": "changed"}}
    native.change("PUT", f"{base}/apis/{api['id']}", changed)
    assert answered(shared, service) == (200, "hello"), "an edit waits for a release"
    diff = native.get(f"{base}/diff", **{"from": "environment:release", "to": "working"})
    assert [api["change"] for api in diff["apis"]] == ["changed"]
    field = {"field": "/backend/body", "before": "hello", "after": "changed"}
    assert diff["apis"][0]["fields"] == [field]

    second = native.post(f"{base}/releases", {"environment": "release", "description": "second"})
    assert answered(shared, service) == (200, "changed")
    assert [release["version"] for release in native.every(f"{base}/releases")] == [second["version"], first["version"]]
    between = native.get(f"{base}/diff", **{"from": f"version:{second['version']}", "to": f"version:{first['version']}"})
    assert between["apis"][0]["fields"] == [{"field": "/backend/body", "before": "changed", "after": "hello"}]

    environment = f"{base}/environments/release"
    native.change("PUT", f"{environment}/release", {"version": first["version"]}, at=environment)
    assert answered(shared, service) == (200, "hello")
    history = native.every(f"{base}/history", environment="release")
    assert [(event["version"], event["released"]) for event in history] == [
        (first["version"], False),
        (second["version"], True),
        (first["version"], True),
    ]

    problem = refused(native.change, "DELETE", base)
    assert problem.body["type"] == "urn:tollgate:problem:in-use"
    offline = native.change("DELETE", f"{environment}/release", at=environment)
    assert offline["running"] is None
    assert answered(shared, service)[0] == 404
    native.change("DELETE", f"{base}/apis/{api['id']}")
    native.change("DELETE", base)
    assert refused(native.get, base).status == 404


def test_a_service_with_tags_can_be_freed_of_them_and_deleted(native, service):
    base = f"/services/{service['id']}"
    tagged = native.change("PATCH", base, {"tags": [{"key": "team", "value": "a"}]})
    assert tagged["tags"] == [{"key": "team", "value": "a"}]
    assert "tag" in refused(native.change, "DELETE", base).body["detail"]
    native.change("PATCH", base, {"tags": []})
    native.change("DELETE", base)


def test_whoever_read_an_older_state_loses_no_update(native, service):
    base = f"/services/{service['id']}"
    mark = native.send("GET", base).headers["ETag"]
    native.ask("PATCH", base, {"description": "one"}, {"If-Match": mark})
    lost = native.send("PATCH", base, {"description": "two"}, {"If-Match": mark})
    assert (lost.status_code, lost.json()["type"]) == (412, "urn:tollgate:problem:changed")
    assert native.get(base)["description"] == "one"
    blind = native.send("PATCH", base, {"description": "two"})
    assert blind.status_code == 428
    native.ask("PATCH", base, {"description": "three"}, {"If-Match": "*"})
    assert native.get(base)["description"] == "three"


def test_a_rehearsal_answers_what_would_be_and_stores_nothing(native, service):
    base = f"/services/{service['id']}"
    before = native.get("/about")["revision"]
    would = native.send("POST", f"{base}/apis?dry_run=true", definition())
    assert (would.status_code, would.headers["X-Dry-Run"]) == (201, "true")
    assert would.json()["definition"]["path"] == "/hello"
    renamed = native.change("PATCH", base, {"name": "other"}, dry_run="true")
    assert renamed["name"] == "other"
    assert refused(native.post, f"{base}/releases", {"environment": "test"}, dry_run="true").status == 409
    assert native.get(f"{base}/apis")["total"] == 0
    assert native.get(base)["name"] == "guide"
    assert native.get("/about")["revision"] == before


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"nam": "x"}, "/nam"),
        ({"path": "hello"}, "/path"),
        ({"path": "/{a}{b}"}, "/path"),
        ({"timeout": 0}, "/timeout"),
        ({"method": "get"}, "/method"),
        ({"auth": "magic"}, "/auth"),
        ({"backend": {"type": "ftp"}}, "/backend/type"),
        ({"backend": {"type": "http"}}, "/backend/origin"),
        ({"backend": {"type": "http", "origin": "nowhere.example"}}, "/backend/origin"),
        ({"backend": {"type": "http", "origin": "http://a", "patch": "/"}}, "/backend/patch"),
        ({"backend": {"type": "mock", "status": 99}}, "/backend/status"),
        ({"parameters": [{"name": "a"}]}, "/parameters/0/location"),
        ({"parameters": [{"name": "a", "location": "moon"}]}, "/parameters/0/location"),
        ({"path": "/{id}"}, "/parameters"),
        ({"mappings": [{"name": "a", "location": "query", "source_name": "b", "source_location": "query"}]}, "/mappings"),
        ({"constants": [{"name": "a", "location": "body", "value": "b"}]}, "/constants"),
    ],
    ids=lambda value: value if isinstance(value, str) else re.sub(r"\W+", " ", str(value)).strip(),
)
def test_what_is_wrong_with_a_definition_is_told_at_its_field(native, service, change, pointer):
    problem = refused(native.post, f"/services/{service['id']}/apis", {**definition(), **change})
    assert (problem.status, problem.body["type"]) == (422, "urn:tollgate:problem:invalid-input")
    assert pointer in [error["pointer"] for error in problem.body["errors"]], problem.body


def test_all_faults_are_told_at_once(native, service):
    problem = refused(native.post, f"/services/{service['id']}/apis", {"name": "", "oops": 1, "method": "X"})
    assert {error["pointer"] for error in problem.body["errors"]} == {
        "/name", "/oops", "/method", "/path", "/auth", "/backend",
    }


def test_a_taken_name_and_a_taken_path_are_told_at_their_fields(native, service):
    base = f"/services/{service['id']}/apis"
    native.post(base, definition())
    taken = refused(native.post, base, definition(path="/other"))
    assert (taken.status, taken.body["errors"][0]["pointer"]) == (409, "/name")
    taken = refused(native.post, base, definition(name="other"))
    assert (taken.status, taken.body["errors"][0]["pointer"]) == (409, "/path")


def test_lists_come_in_pages_filtered_and_sorted(native, service):
    base = f"/services/{service['id']}/apis"
    for name in ("cherry", "apple", "banana"):
        native.post(base, definition(name, f"/{name}", method="ANY" if name == "apple" else "GET"))
    names = lambda **query: [api["name"] for api in native.every(base, **query)]
    assert names() == ["cherry", "apple", "banana"]
    assert names(sort="name") == ["apple", "banana", "cherry"]
    assert names(sort="-name") == ["cherry", "banana", "apple"]
    assert names(q="AN") == ["banana"]
    assert names(method="ANY") == ["apple"]
    for query in ({"sort": "color"}, {"limit": 0}, {"limit": "x"}, {"colour": "red"}, {"page_token": "x"}):
        problem = refused(native.get, base, **query)
        assert (problem.status, problem.body["errors"][0]["parameter"]) == (400, next(iter(query)))


def test_the_document_is_served_as_it_is_committed(shared):
    status, headers, text = shared.get("/openapi.json")
    assert (status, headers["Content-Type"]) == (200, "application/json")
    assert json.loads(text) == DOCUMENT
