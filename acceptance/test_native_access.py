"""Plugins, applications, IP strategies and API documents through the native API, as callers meet them."""

import os
import subprocess
import tempfile
from pathlib import Path

import pytest
import requests

from stand.applications import documented
from stand.native import Native, refused

MOCK = {"type": "mock", "body": "hello"}
WHITE = {"says": "white", "addresses": "10.0.0.0/8"}


@pytest.fixture
def native(gateway):
    """A client with a session, on a gateway of its own."""
    client = Native(gateway.admin, key=None)
    client.log_in()
    return client


@pytest.fixture
def service(native):
    """A service with an open API and one for applications, both released."""
    service = native.post("/services", {"name": "access"})
    for name, auth in (("open", "none"), ("apps", "application")):
        body = {"name": name, "path": f"/{name}", "method": "GET", "auth": auth, "backend": MOCK}
        service[name] = native.post(f"/services/{service['id']}/apis", body)["id"]
    native.post(f"/services/{service['id']}/releases", {"environment": "release"})
    return service


def status(gateway, service, path, headers=None):
    """What a call to the released service ends with."""
    gateway.settle()
    headers = {"Host": gateway.host(service["id"]), **(headers or {})}
    return requests.get(f"http://127.0.0.1:{gateway.http[1]}{path}", headers=headers, timeout=60).status_code


def pointers(problem):
    """Where something is wrong."""
    return [error["pointer"] for error in problem.body["errors"]]


def test_a_plugin_is_made_changed_put_on_an_api_taken_off_and_deleted(gateway, native, service):
    made = native.post("/plugins", {"name": "office", "type": "address_access", "data": WHITE})
    assert (made["type"], made["data"], made["attachments"]) == ("address_access", {**WHITE, "notes": {}}, 0)
    base = f"/plugins/{made['id']}"
    assert status(gateway, service, "/open") == 200
    native.post(f"{base}/attachments", {"service": service["id"], "environment": "release", "apis": [service["open"]]})
    assert status(gateway, service, "/open") == 403
    (on,) = native.every(f"{base}/attachments")
    assert (on["service_name"], on["environment"], on["api_name"]) == ("access", "release", "open")
    assert native.every(f"/services/{service['id']}/plugins", api=service["open"]) == [on]
    assert native.every(f"/services/{service['id']}/plugins", environment="test") == []

    values = {"name": "everybody", "type": "address_access", "data": {"says": "black", "addresses": "10.0.0.0/8"}}
    assert native.change("PUT", base, values)["attachments"] == 1
    assert status(gateway, service, "/open") == 200
    gone = f"{base}/attachments/{service['id']}/release/{service['open']}"
    native.ask("DELETE", gone)
    assert refused(native.ask, "DELETE", gone).body["type"] == "urn:tollgate:problem:conflict"
    native.change("DELETE", base)
    assert refused(native.get, base).status == 404


@pytest.mark.parametrize(("kind", "data", "place"), [
    ("address_access", {"says": "white"}, "/data"),
    ("address_access", {"says": "white", "addresses": "nowhere"}, "/data/addresses"),
    ("address_access", {**WHITE, "more": 1}, "/data/more"),
    ("replay_guard", {"memory": 0}, "/data/memory"),
    ("call_limit", {"window": {"unit": "second", "length": 0}, "api": 1}, "/data/window"),
    ("call_limit", {"window": {"unit": "second", "length": 1}, "api": 0}, "/data/api"),
    ("parameter_limit", {"strategies": []}, "/data/strategies"),
    ("routing", {"routes": []}, "/data/routes"),
    ("nothing", {}, "/type"),
])  # fmt: skip
def test_data_that_cannot_be_are_refused_where_they_stand(native, kind, data, place):
    problem = refused(native.post, "/plugins", {"name": "x", "type": kind, "data": data})
    assert problem.status == 422 and pointers(problem)[0].startswith(place), problem.body
    assert native.get("/plugins")["total"] == 0


def test_a_plugin_keeps_its_type_and_is_listed_by_it(native, service):
    guard = native.post("/plugins", {"name": "once", "type": "replay_guard", "data": {}})
    office = native.post("/plugins", {"name": "Office", "type": "address_access", "data": WHITE, "description": "d"})
    assert guard["data"] == {"required": False, "memory": 900}
    wrong = refused(native.change, "PUT", f"/plugins/{guard['id']}", {"name": "x", "type": "address_access", "data": WHITE})
    assert pointers(wrong) == ["/type"]
    assert [plugin["name"] for plugin in native.every("/plugins", limit=1)] == ["Office", "once"]
    assert [plugin["name"] for plugin in native.every("/plugins", limit=1, sort="name")] == ["Office", "once"]
    assert [plugin["name"] for plugin in native.every("/plugins", type="replay_guard")] == ["once"]
    assert [plugin["id"] for plugin in native.every("/plugins", q="OFF")] == [office["id"]]
    assert refused(native.get, "/plugins", type="other").status == 400
    stale = native.send("PUT", f"/plugins/{guard['id']}", {"name": "x", "type": "replay_guard", "data": {}},
                        {"If-Match": '"0"'})  # fmt: skip
    assert stale.status_code == 412
    where = {"service": service["id"], "environment": "test", "apis": [service["open"]]}
    assert "not released" in refused(native.post, f"/plugins/{guard['id']}/attachments", where).body["detail"]


def test_what_is_rehearsed_or_repeated_makes_one_plugin_at_most(native):
    body = {"name": "once", "type": "replay_guard", "data": {}}
    assert native.post("/plugins", body, dry_run="true")["name"] == "once"
    assert native.get("/plugins")["total"] == 0
    first = native.ask("POST", "/plugins", body, {"Idempotency-Key": "a"})
    assert native.ask("POST", "/plugins", body, {"Idempotency-Key": "a"}) == first
    assert [plugin["id"] for plugin in native.every("/plugins")] == [first["id"]]
    told = native.every("/audit", action="plugin.create")
    assert [entry["subject"] for entry in told] == [first["id"]]


def test_an_application_calls_what_it_is_bound_to_with_the_pair_that_it_has(gateway, native, service):
    made = native.post("/applications", {"name": "mobile", "description": "the app"})
    base = f"/applications/{made['id']}"
    shown = native.get(base)
    assert (shown["name"], shown["key"], shown["bindings"]) == ("mobile", made["key"], 0)
    assert "secret" not in shown
    assert native.post(f"{base}/reveal")["secret"] == made["secret"]

    def call(pair):
        accepted = [("Accept", "application/json")]
        headers, _, _ = documented((pair["key"], pair["secret"]), "GET", "/apps", headers=accepted)
        return status(gateway, service, "/apps", headers)

    assert call(made) in (401, 403)
    where = {"service": service["id"], "environment": "release", "apis": [service["apps"]]}
    native.post(f"{base}/bindings", where)
    assert call(made) == 200
    assert refused(native.post, f"{base}/bindings", where).body["type"] == "urn:tollgate:problem:conflict"
    (bound,) = native.every(f"{base}/bindings")
    assert (bound["application_name"], bound["api_name"], bound["environment"]) == ("mobile", "apps", "release")
    assert native.every(f"/services/{service['id']}/applications") == [bound]

    fresh = native.post(f"{base}/rotate", {})
    assert fresh["key"] == made["key"] and fresh["secret"] != made["secret"]
    assert call(made) in (401, 403) and call(fresh) == 200
    chosen = native.post(f"{base}/rotate", {"key": "my-own", "secret": "my-own-secret"})
    assert (chosen["key"], chosen["secret"]) == ("my-own", "my-own-secret") and call(chosen) == 200
    other = native.post("/applications", {"name": "other"})
    assert pointers(refused(native.post, f"/applications/{other['id']}/rotate", {"key": "my-own"})) == ["/key"]

    assert refused(native.change, "DELETE", base).body["type"] == "urn:tollgate:problem:in-use"
    native.ask("DELETE", f"{base}/bindings/{service['id']}/release/{service['apps']}")
    assert call(chosen) in (401, 403)
    assert native.change("PATCH", base, {"name": "old"})["name"] == "old"
    assert [found["name"] for found in native.every("/applications", sort="name")] == ["old", "other"]
    assert [found["id"] for found in native.every("/applications", q="my-own")] == [made["id"]]
    native.change("DELETE", base)
    assert refused(native.get, base).status == 404


@pytest.mark.parametrize("language", ["curl", "python", "node"])
def test_a_debug_call_is_signed_as_an_application(native, service, language):
    made = native.post("/applications", {"name": "mobile"})
    where = {"service": service["id"], "environment": "release"}
    native.post(f"/applications/{made['id']}/bindings", {**where, "apis": [service["apps"]]})
    wish = {**where, "api": service["apps"], "parameters": [{"location": "query", "name": "q", "value": "a b"}]}
    assert native.post("/debug", wish)["answer"]["status"] == 401
    called = native.post("/debug", {**wish, "application": made["id"]})
    assert called["answer"]["status"] == 200, called["answer"]
    assert called["string_to_sign"].endswith("GET\napplication/json\n\n\n/apps?q=a b")
    (command,) = [command for command in called["commands"] if command["language"] == language]
    env = {**os.environ, "TOLLGATE_SECRET_KEY": made["secret"]}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / command["file"]).write_text(command["code"])
        line = command["run"].split()
        done = subprocess.run(line, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert "200" in done.stdout and "hello" in done.stdout, done.stdout + done.stderr
    both = refused(native.post, "/debug", {**wish, "application": made["id"], "key": "any"})
    assert pointers(both) == ["/application"]


def test_an_ip_strategy_decides_who_may_call(gateway, native, service):
    base = f"/services/{service['id']}/ip-strategies"
    made = native.post(base, {"name": "office", "kind": "white", "addresses": "10.0.0.0/8"})
    path = f"{base}/{made['id']}"
    native.post(f"{path}/bindings", {"environment": "release", "apis": [service["open"]]})
    assert status(gateway, service, "/open") == 403
    (bound,) = native.every(f"{path}/bindings")
    assert (bound["environment"], bound["api_name"]) == ("release", "open")
    values = {"name": "all", "kind": "white", "addresses": "127.0.0.0/8\n::1"}
    assert native.change("PUT", path, values)["bindings"] == 1
    assert status(gateway, service, "/open") == 200
    wrong = refused(native.post, base, {"name": "x", "kind": "white", "addresses": "nowhere"})
    assert pointers(wrong) == ["/addresses"]
    assert [found["name"] for found in native.every(base, q="127.0")] == ["all"]
    native.ask("DELETE", f"{path}/bindings/release/{service['open']}")
    assert native.get(path)["bindings"] == 0
    native.change("DELETE", path)
    assert refused(native.get, path).status == 404


def test_an_api_document_is_read_with_its_password_until_that_is_another(native, service):
    values = {"name": "guide", "service": service["id"], "environment": "release", "apis": [service["open"]]}
    made = native.post("/api-documents", values)
    base = f"/api-documents/{made['id']}"

    def enters(password):
        answer = requests.post(made["address"], data={"password": password}, timeout=60)
        return answer.status_code == 200 and "open" in answer.text

    assert enters(made["password"])
    shown = native.get(base)
    assert (shown["name"], shown["service_name"], shown["builds"], shown["address"]) == (
        "guide", "access", 1, made["address"],
    )  # fmt: skip
    assert "password" not in shown
    assert native.post(f"{base}/reveal")["password"] == made["password"]
    reset = native.post(f"{base}/reset-password")
    assert reset["password"] != made["password"]
    assert enters(reset["password"]) and not enters(made["password"])
    assert native.post(f"{base}/build")["builds"] == 2
    assert native.change("PUT", base, {**values, "name": "book", "apis": [service["apps"]]})["apis"] == [service["apps"]]
    empty = refused(native.change, "PUT", base, {**values, "apis": []})
    assert pointers(empty) == ["/apis"]
    assert [found["name"] for found in native.every("/api-documents", service=service["id"])] == ["book"]
    assert native.every("/api-documents", q="nothing") == []
    native.change("DELETE", base)
    assert refused(native.get, base).status == 404


def test_a_plan_of_an_environment_becomes_one_of_each_api(native, service):
    plan = native.post("/usage-plans", {"name": "gold"})
    base = f"/usage-plans/{plan['id']}/bindings"
    native.post(base, {"service": service["id"], "environment": "release"})
    native.post(f"{base}/{service['id']}/release/demote")
    assert {bound["api_name"] for bound in native.every(base)} == {"open", "apps"}
    again = refused(native.post, f"{base}/{service['id']}/release/demote")
    assert again.body["type"] == "urn:tollgate:problem:conflict"


def test_who_only_looks_changes_nothing_and_sees_no_secret(gateway, native, service):
    native.post("/operators", {"name": "viewer", "password": "correct horse", "role": "viewer"})
    application = native.post("/applications", {"name": "mobile"})
    values = {"name": "guide", "service": service["id"], "environment": "release", "apis": [service["open"]]}
    document = native.post("/api-documents", values)
    viewer = Native(gateway.admin, key=None)
    viewer.log_in("viewer", "correct horse")
    assert viewer.get("/applications")["total"] == viewer.get("/api-documents")["total"] == 1
    for path, body in (
        (f"/applications/{application['id']}/reveal", None),
        (f"/api-documents/{document['id']}/reveal", None),
        ("/plugins", {"name": "x", "type": "replay_guard", "data": {}}),
    ):
        assert refused(viewer.post, path, body).status == 403
