"""Keys, usage plans, throttles, operators and the audit trail, through the native API and as callers meet them."""

import pytest

from stand.cloud import Cloud, Refused
from stand.gateway import SECRET_ID
from stand.native import Native, refused

MOCK = {"type": "mock", "body": "hello"}


@pytest.fixture
def native(gateway):
    """A client with a session, on a gateway of its own."""
    client = Native(gateway.admin, key=None)
    client.log_in()
    return client


@pytest.fixture
def service(native):
    """A service with one released API that callers must sign for."""
    service = native.post("/services", {"name": "nouns"})
    body = {"name": "hello", "path": "/hello", "method": "GET", "auth": "key_pair", "backend": MOCK}
    service["api"] = native.post(f"/services/{service['id']}/apis", body)["id"]
    native.post(f"/services/{service['id']}/releases", {"environment": "release"})
    return service


def test_a_key_is_made_shown_rotated_switched_off_and_deleted(native):
    made = native.post("/keys", {"name": "mobile"})
    assert made["id"].startswith("AKID") and len(made["secret"]) == 40
    path = f"/keys/{made['id']}"
    shown = native.get(path)
    assert (shown["name"], shown["origin"], shown["enabled"], shown["plans"]) == ("mobile", "auto", True, [])
    assert "secret" not in shown
    assert native.post(f"{path}/reveal")["secret"] == made["secret"]
    rotated = native.post(f"{path}/rotate", {})
    assert rotated["secret"] != made["secret"]
    assert native.post(f"{path}/reveal")["secret"] == rotated["secret"]
    assert refused(native.change, "DELETE", path).body["type"] == "urn:tollgate:problem:in-use"
    assert native.change("PATCH", path, {"enabled": False, "name": "old"})["name"] == "old"
    native.change("DELETE", path)
    assert refused(native.get, path).status == 404


def test_a_pair_may_be_chosen_by_hand(native):
    given = {"name": "chosen", "id": "my-own-key", "secret": "my-own-secret"}
    assert native.post("/keys", given)["secret"] == "my-own-secret"
    assert native.get("/keys/my-own-key")["origin"] == "manual"
    assert refused(native.post, "/keys", given).body["errors"][0]["pointer"] == "/id"
    assert refused(native.post, "/keys", {"name": "x", "id": "half"}).body["errors"][0]["pointer"] == "/secret"
    assert refused(native.post, "/keys", {"name": "x", "secret": "half"}).body["errors"][0]["pointer"] == "/id"
    assert refused(native.post, "/keys/my-own-key/rotate", {}).body["errors"][0]["pointer"] == "/secret"


def test_a_plan_lets_its_keys_call_what_it_rules(gateway, native, service):
    plan = native.post("/usage-plans", {"name": "gold", "rate": 10, "quota": 3})
    base = f"/usage-plans/{plan['id']}"
    assert (plan["rate"], plan["quota"], plan["used"], plan["keys"], plan["bindings"]) == (10, 3, 0, 0, 0)
    keys = [native.post("/keys", {"name": name})["id"] for name in ("beta", "alpha")]
    native.post(f"{base}/keys", {"keys": keys})
    assert [key["name"] for key in native.every(f"{base}/keys")] == ["alpha", "beta"]
    assert [plan["name"] for plan in native.get(f"/keys/{keys[0]}")["plans"]] == ["gold"]
    native.post(f"{base}/bindings", {"service": service["id"], "environment": "release"})
    (bound,) = native.every(f"{base}/bindings")
    assert (bound["service_name"], bound["environment"], bound["api"]) == ("nouns", "release", None)
    assert native.every(f"/services/{service['id']}/bindings") == [bound]
    assert native.every(f"/services/{service['id']}/bindings", environment="test") == []
    clash = refused(native.post, f"{base}/bindings", {
        "service": service["id"], "environment": "release", "apis": [service["api"]],
    })
    assert clash.body["type"] == "urn:tollgate:problem:conflict"
    assert refused(native.change, "DELETE", base).body["type"] == "urn:tollgate:problem:in-use"

    native.change("PATCH", base, {"quota": None}, at=base)
    assert native.get(base)["quota"] is None and native.get(base)["rate"] == 10
    wrong = refused(native.change, "PATCH", base, {"rate": 10**6}, at=base)
    assert wrong.body["errors"][0]["pointer"] == "/rate"

    native.ask("DELETE", f"{base}/bindings/{service['id']}/release")
    native.post(f"{base}/bindings", {"service": service["id"], "environment": "test", "apis": [service["api"]]})
    (bound,) = native.every(f"{base}/bindings")
    assert (bound["environment"], bound["api_name"]) == ("test", "hello")
    native.ask("DELETE", f"{base}/bindings/{service['id']}/test/{service['api']}")
    for key in keys:
        native.ask("DELETE", f"{base}/keys/{key}")
    native.change("DELETE", base)


def test_throttles_are_set_for_an_environment_and_for_an_api(native, service):
    environment = f"/services/{service['id']}/environments/release"
    assert native.get(environment)["rate_is_own"] is False
    changed = native.change("PUT", f"{environment}/throttle", {"rate": 7}, at=environment)
    assert (changed["rate"], changed["rate_is_own"]) == (7, True)
    high = refused(native.change, "PUT", f"{environment}/throttle", {"rate": 10**6}, at=environment)
    assert high.body["errors"][0]["pointer"] == "/rate"
    bound = f"{environment}/throttles/{service['api']}"
    assert native.get(bound)["rate"] is None
    assert native.change("PUT", bound, {"rate": 3})["rate"] == 3
    assert [api["rate"] for api in native.every(f"{environment}/throttles", bounded="true")] == [3]
    assert native.change("PUT", bound, {"rate": None})["rate"] is None
    assert native.every(f"{environment}/throttles", bounded="true") == []


def test_roles_bound_what_operators_may_do(gateway, native):
    for role in ("viewer", "editor"):
        native.post("/operators", {"name": role, "password": "correct horse", "role": role})
    taken = refused(native.post, "/operators", {"name": "viewer", "password": "correct horse", "role": "viewer"})
    assert (taken.status, taken.body["errors"][0]["pointer"]) == (409, "/name")
    viewer, editor = Native(gateway.admin, key=None), Native(gateway.admin, key=None)
    viewer.log_in("viewer", "correct horse")
    editor.log_in("editor", "correct horse")
    assert viewer.get("/services")["total"] == 0
    for attempt in (
        lambda: viewer.post("/services", {"name": "no"}),
        lambda: editor.post("/operators", {"name": "x", "password": "correct horse", "role": "admin"}),
        lambda: editor.change("PATCH", f"/operators/{editor.get('/session')['operator']['id']}", {"role": "admin"}),
    ):
        problem = refused(attempt)
        assert (problem.status, problem.body["type"]) == (403, "urn:tollgate:problem:forbidden")
    key = editor.post("/keys", {"name": "secret"})
    assert refused(viewer.post, f"/keys/{key['id']}/reveal").status == 403
    assert editor.post("/services", {"name": "yes"})["name"] == "yes"


def test_a_disabled_operator_is_out_at_once_and_an_admin_stays(gateway, native):
    made = native.post("/operators", {"name": "ann", "password": "correct horse", "role": "admin"})
    ann = Native(gateway.admin, key=None)
    ann.log_in("ann", "correct horse")
    path = f"/operators/{made['id']}"
    native.change("PATCH", path, {"enabled": False})
    assert ann.send("GET", "/session").status_code == 401
    native.change("PATCH", path, {"enabled": True, "password": "battery staple"})
    ann.log_in("ann", "battery staple")
    me = f"/operators/{native.get('/session')['operator']['id']}"
    native.change("DELETE", path)
    for change in (("DELETE", me), ("PATCH", me, {"role": "editor"}), ("PATCH", me, {"enabled": False})):
        problem = refused(native.change, *change)
        assert (problem.status, problem.body["type"]) == (409, "urn:tollgate:problem:conflict")
    assert ann.send("GET", "/session").status_code == 401


def test_access_keys_come_in_by_both_dialects_until_they_are_revoked(gateway, native):
    path = f"/operators/{native.get('/session')['operator']['id']}/access-keys"
    made = native.post(path, {"description": "for scripts"})
    pair = (made["id"], made["secret"])
    assert {key["id"] for key in native.every(path)} == {SECRET_ID, made["id"]}
    assert Native(gateway.admin, key=pair).get("/session")["operator"]["name"] == "admin"
    cloud = Cloud(gateway.admin, secret_id=pair[0], secret_key=pair[1])
    assert cloud.DescribeServicesStatus()["Result"]["TotalCount"] == 0
    native.ask("DELETE", f"{path}/{made['id']}")
    assert Native(gateway.admin, key=pair).send("GET", "/session").status_code == 401
    with pytest.raises(Refused, match="AuthFailure"):
        cloud.DescribeServicesStatus()
    native.ask("DELETE", f"{path}/{SECRET_ID}")
    assert Native(gateway.admin).send("GET", "/session").status_code == 401
    assert native.every(path) == []
    assert refused(native.ask, "DELETE", f"{path}/{SECRET_ID}").status == 404


def test_every_write_stands_in_the_audit_trail_by_whichever_dialect(gateway, native):
    service = native.post("/services", {"name": "one"})
    made = Cloud(gateway.admin).CreateService(ServiceName="two", Protocol="http")["ServiceId"]
    key = native.post("/keys", {"name": "k"})["id"]
    native.post(f"/keys/{key}/reveal")
    trail = lambda **query: [(entry["action"], entry["subject"]) for entry in native.every("/audit", **query)]
    assert trail(limit=2)[:4] == [
        ("credential.reveal", key),
        ("credential.create", key),
        ("service.create", made),
        ("service.create", service["id"]),
    ]
    assert trail(action="service") == [("service.create", made), ("service.create", service["id"])]
    assert trail(action="service.create", dialect="native", limit=1) == [("service.create", service["id"])]
    assert trail(subject=key, sort="time") == [("credential.create", key), ("credential.reveal", key)]
    assert trail(actor="nobody") == []
    assert trail(to="2020-01-01T00:00:00Z") == []
    assert len(trail(**{"from": "2020-01-01T00:00:00Z"})) == native.get("/audit")["total"]
    assert refused(native.get, "/audit", **{"from": "yesterday"}).body["errors"][0]["parameter"] == "from"



def test_a_request_with_a_name_happens_once(native):
    named = {"Idempotency-Key": "0b0f4f7e"}
    first = native.send("POST", "/services", {"name": "once"}, named)
    again = native.send("POST", "/services", {"name": "once"}, named)
    assert first.status_code == again.status_code == 201
    assert (again.json(), again.headers["Location"]) == (first.json(), first.headers["Location"])
    assert again.headers["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first.headers
    assert native.get("/services")["total"] == 1
    other = native.send("POST", "/services", {"name": "twice"}, named)
    assert (other.status_code, other.json()["type"]) == (422, "urn:tollgate:problem:idempotency-key-reused")
    assert native.send("POST", "/services", {"name": "once"}, {"Idempotency-Key": "x" * 256}).status_code == 400
    refusal = {"Idempotency-Key": "refused"}
    assert native.send("POST", "/services", {"name": ""}, refusal).status_code == 422
    assert native.send("POST", "/services", {"name": ""}, refusal).headers.get("Idempotent-Replayed") is None
