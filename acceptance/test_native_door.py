"""Who comes in to the native API, and from where."""

import pytest
import requests

from stand.gateway import PASSWORD, SECRET_ID, SECRET_KEY, split
from stand.native import Native, refused
from stand.wire import Wire, request


@pytest.fixture
def native(shared):
    """A client with a session."""
    client = Native(shared.admin, key=None)
    client.log_in()
    return client


def test_nobody_comes_in_without_a_session_or_a_key(shared):
    stranger = Native(shared.admin, key=None)
    for path in ("/services", "/about", "/session", "/nothing"):
        answer = stranger.send("GET", path)
        assert (answer.status_code, answer.json()["type"]) == (401, "urn:tollgate:problem:unauthenticated"), path
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "value", ["Bearer x", "Bearer AKIDnobody:x", "Basic YWRtaW46YWRtaW4=", "Bearer", "Bearer AKIDacceptance:"]
)
def test_a_wrong_key_does_not_come_in(shared, value):
    client = Native(shared.admin, key=None)
    assert client.send("GET", "/services", headers={"Authorization": value}).status_code == 401


def test_a_session_begins_and_ends(shared):
    client = Native(shared.admin, key=None)
    answer = client.send("POST", "/session", {"name": "admin", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Secure" not in cookie
    assert answer.headers["Cache-Control"] == "no-store"
    client.http.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    assert client.get("/session")["operator"] == answer.json()["operator"]
    assert [session["current"] for session in client.get("/sessions")["items"]].count(True) == 1
    client.ask("DELETE", "/session")
    assert client.send("GET", "/session").status_code == 401


def test_a_change_needs_the_token_of_the_session(native):
    token = native.http.headers.pop("X-CSRF-Token")
    for sent in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": token[:-1]}):
        answer = native.send("POST", "/services", {"name": "x"}, headers=sent)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:tollgate:problem:csrf")
    assert native.get("/services")["total"] >= 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:9080"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_a_page_of_another_site_gets_nothing(native, headers):
    # A browser whose name for us was bent sends the cookie that it has for that name.
    cookie = "; ".join(f"{name}={value}" for name, value in native.http.cookies.items())
    native.http.cookies.clear()
    headers = {**headers, "Cookie": cookie}
    for method, path in (("GET", "/services"), ("POST", "/session")):
        answer = native.send(method, path, {"name": "x", "password": "y"} if method == "POST" else None, headers)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:tollgate:problem:foreign-origin")


def test_a_program_with_a_key_may_come_by_any_name(shared):
    assert Native(shared.admin).send("GET", "/services", headers={"Host": "gateway.internal"}).status_code == 200


def test_behind_https_the_cookie_is_bound_to_the_host(gateways):
    gateway = gateways("--admin-url", "https://gw.example")
    body = {"name": "admin", "password": PASSWORD}
    url = f"http://{gateway.admin}/api/v1/session"
    answer = requests.post(url, json=body, headers={"Host": "gw.example", "Origin": "https://gw.example"}, timeout=30)
    assert answer.status_code == 201
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-tollgate_session=") and "; Secure" in cookie
    other = requests.post(url, json=body, headers={"Host": "gw.example", "Origin": "http://gw.example"}, timeout=30)
    assert other.status_code == 403


def test_guessing_is_locked_out(gateway):
    client = Native(gateway.admin, key=None)
    for _ in range(5):
        wrong = client.send("POST", "/session", {"name": "admin", "password": "guess"})
        assert (wrong.status_code, wrong.json()["type"]) == (401, "urn:tollgate:problem:wrong-login")
    locked = client.send("POST", "/session", {"name": "admin", "password": PASSWORD})
    assert (locked.status_code, locked.json()["type"]) == (429, "urn:tollgate:problem:locked")
    assert 1 <= int(locked.headers["Retry-After"]) <= 10
    nobody = client.send("POST", "/session", {"name": "nobody", "password": "guess"})
    assert nobody.json()["detail"] == wrong.json()["detail"], "a name that nobody has is told like any other"


def test_another_password_ends_the_other_sessions(gateway):
    here, there = Native(gateway.admin, key=None), Native(gateway.admin, key=None)
    here.log_in()
    there.log_in()
    wrong = refused(here.post, "/session/password", {"current": "wrong", "new": "battery staple"})
    assert wrong.body["errors"][0]["pointer"] == "/current"
    short = refused(here.post, "/session/password", {"current": PASSWORD, "new": "short"})
    assert short.body["errors"][0]["pointer"] == "/new"
    here.post("/session/password", {"current": PASSWORD, "new": "battery staple"})
    assert here.send("GET", "/session").status_code == 200
    assert there.send("GET", "/session").status_code == 401
    assert Native(gateway.admin, key=None).log_in(password="battery staple")


def test_wrong_methods_types_and_wishes_are_told_apart(native):
    wrong = native.send("PUT", "/services", {})
    assert wrong.status_code == 405
    assert set(wrong.headers["Allow"].replace(" ", "").split(",")) >= {"GET", "POST"}
    assert native.send("GET", "/services", headers={"Accept": "text/html"}).status_code == 406
    assert native.send("GET", "/services", headers={"Accept": "application/json;q=0.5, text/html"}).status_code == 200
    assert native.send("POST", "/services", data="name=x").status_code == 415
    broken = native.send("POST", "/services", data="{", headers={"Content-Type": "application/json"})
    assert broken.json()["type"] == "urn:tollgate:problem:malformed"
    large = native.send("POST", "/services", {"name": "x", "description": "x" * 1024 * 1024})
    assert large.status_code == 413
    assert native.send("GET", "/nothing").status_code == 404


HELD = f"Bearer {SECRET_ID}:{SECRET_KEY}"


@pytest.mark.parametrize(
    "method, path, known, status",
    [
        ("POST", "/api/v1/services", False, 401),
        ("POST", "/api/v1/services", True, 415),
        ("PUT", "/api/v1/services", True, 405),
        ("POST", "/api/v1/nothing", True, 404),
        ("POST", "/healthz", False, 405),
        ("POST", "/console/nothing", False, 405),
    ],
)
def test_a_refusal_before_the_body_came_keeps_the_connection(shared, method, path, known, status):
    body = b"x" * 300_000
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
    headers += [("Authorization", HELD)] if known else []
    with Wire(split(shared.admin)) as wire:
        for _ in range(2):
            wire.send(request(method, path, shared.admin, headers))
            assert wire.receive().status == status
            wire.send(body)
        wire.send(request("GET", "/healthz", shared.admin))
        assert wire.receive().status == 200


def test_who_sends_too_much_is_told_and_may_go_on(shared):
    sent = b"x" * 12 * 1024 * 1024
    json = ("Content-Type", "application/json")
    with Wire(split(shared.admin)) as wire:
        wire.send(request("POST", "/api/v1/services", shared.admin, [json, ("Authorization", HELD)], sent))
        assert wire.receive().status == 413
        wire.send(request("POST", "/", shared.admin, [json, ("X-TC-Action", "DescribeServicesStatus")], sent))
        assert "RequestSizeLimitExceeded" in wire.receive().text
        wire.send(request("GET", "/healthz", shared.admin))
        assert wire.receive().status == 200


def test_who_waits_for_a_hundred_is_refused_without_it(shared):
    headers = [("Content-Length", "1000"), ("Expect", "100-continue")]
    with Wire(split(shared.admin)) as wire:
        wire.send(request("POST", "/api/v1/services", shared.admin, headers))
        answer = wire.receive()
        assert (answer.status, answer.interim) == (401, [])
        assert wire.is_closed()
