"""Calls of applications: signed as documented and as the vendor's demos sign, and what is refused."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from stand.applications import FORM, documented, hex_md5, java_demo, mac, python_demo
from stand.signing import ALGORITHMS, http_date
from stand.site import Site
from stand.tags import UNCERTAIN
from stand.wire import call

from test_cli import run

MISMATCH = "HMAC signature does not match, Server StringToSign:"
NODE = Path(__file__).parent / "node" / "application.js"


@pytest.fixture
def site(shared, backend):
    """An API for applications, one of which is bound to it in `release`."""
    site = Site(shared, backend)
    site.api(path="/work", to="/work", AuthType="APP", name="work")
    site.release("release")
    site.release("test")
    made = site.cloud.CreateApiApp(ApiAppName="caller")["Result"]
    site.app, site.pair = made["ApiAppId"], (made["ApiAppKey"], made["ApiAppSecret"])
    bind(site)
    return site


def bind(site, environment="release", action="BindApiApp"):
    """Binds the application to the API, or lets it go."""
    here = {"ApiAppId": site.app, "Environment": environment, "ServiceId": site.id, "ApiId": site.apis["work"]}
    assert site.cloud.call(action, here)["Result"] is True
    site.gateway.settle()


def ask(site, method="GET", target="/work", headers=(), body=b""):
    """The status, and what the backend or the gateway says."""
    answer = call(site.gateway.http, method, target, site.host, list(dict(headers).items()), body)
    return answer.status, answer.text if answer.status == 200 else json.loads(answer.body)["message"]


def passes(site, *asked):
    """Checks that a call gets through."""
    status, told = ask(site, *asked)
    assert status == 200, told
    return site.backend.seen


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_documented_form_is_taken(site, algorithm):
    headers, body, _ = documented(site.pair, "GET", "/work", algorithm=algorithm)
    passes(site, "GET", "/work", headers, body)
    query = [("b", "2"), ("a", "1"), ("c", ""), ("a", "0")]
    headers, body, _ = documented(
        site.pair, "POST", "/work/x", query, {"Source": "apigw test", "Accept": "application/json"}, [("p", "te st&é")],
        algorithm=algorithm,
    )
    seen = passes(site, "POST", "/release/work/x?b=2&a=1&c=&a=0", headers, body)
    assert seen.body == body.decode(), "the body that was read for the signature goes on as it was"
    assert seen.header("content-length") == str(len(body))


def test_a_body_that_is_no_form_is_signed_by_its_sum(site):
    body = json.dumps({"a": "b&c=d", "e": "%41"}).encode()
    headers = {"Content-Type": "application/json", "Content-MD5": hex_md5(body)}
    signed, _, _ = documented(site.pair, "PUT", "/work", headers=headers)
    assert passes(site, "PUT", "/work", signed, body).body == body.decode()
    # The same sum, signed and not sent; then none at all.
    del signed["Content-MD5"]
    assert passes(site, "PUT", "/work", signed, body).body == body.decode()
    signed, _, _ = documented(site.pair, "PUT", "/work", headers={"Content-Type": "application/json"})
    assert passes(site, "PUT", "/work", signed, body).body == body.decode()
    status, told = ask(site, "PUT", "/work", signed | {"Content-MD5": hex_md5(b"other")}, body)
    assert status == 401 and told.startswith(MISMATCH) and hex_md5(b"other") in told


def test_the_demo_in_python(site):
    for target in ("/work", "/release/work", "/release/work/deep?b=2&a-b=1&a=%E4%BD%A0&c=&d"):
        headers, _ = python_demo(site.pair, f"http://h{target}")
        passes(site, "GET", target, headers)
    headers, body = python_demo(site.pair, "http://h/work?x=1", "POST", {"arg1": "a"})
    assert passes(site, "POST", "/work?x=1", headers, body).body == body.decode()


def test_the_demo_in_python_damages_a_path_that_begins_like_an_environment(site):
    site.api(path="/testing/x", to="/testing/x", AuthType="APP", name="testing")
    site.release()
    site.apis["work"] = site.apis["testing"]
    bind(site)
    headers, _ = python_demo(site.pair, "http://h/testing/x")
    passes(site, "GET", "/testing/x", headers)


def test_the_demo_in_java_signs_query_and_form_as_two_blocks(site):
    headers, body = java_demo(site.pair, "/work", [("z", "1"), ("y", "2")], [("b", "2"), ("a", "1")])
    assert passes(site, "POST", "/work?z=1&y=2", headers, body).body == body.decode()


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node here")
def test_the_demo_in_node(site):
    for method, target, kind, body in (
        ("GET", "/work?b=&a=1", "", ""),
        ("POST", "/work?z=1", FORM, "b=2&a=%E4%BD%A0"),
        ("POST", "/work?z=1", "application/json", '{"a": 1}'),
    ):
        host, port = site.gateway.http
        line = ["node", NODE, host, port, site.host, *site.pair, method, target, kind, body]
        done = subprocess.run([str(part) for part in line], capture_output=True, text=True, timeout=60, check=True)
        told = json.loads(done.stdout)
        assert told["status"] == 200, told


def test_the_string_to_sign_is_repeated_where_it_does_not_match(site):
    headers, body, text = documented(
        (site.pair[0], "wrong"), "POST", "/work", [("b", "2"), ("a", "")], {"Source": "apigw test", "Accept": "*/*"},
        [("p", "test")],
    )
    assert ask(site, "POST", "/release/work?b=2&a=", headers, body) == (401, MISMATCH + text.replace("\n", "#"))
    assert text.endswith(f"POST\n*/*\n{FORM}\n\n/work?a&b=2&p=test")


def test_nothing_that_is_signed_can_be_changed(site):
    form = [("p", "1"), ("q", "2")]
    headers, body, _ = documented(site.pair, "POST", "/work", [("a", "1")], {"Accept": "*/*"}, form)
    passes(site, "POST", "/work?a=1", headers, body)
    for method, target, change, sent in (
        ("PUT", "/work?a=1", {}, body),
        ("POST", "/work?a=2", {}, body),
        ("POST", "/work", {}, body),
        ("POST", "/work/x?a=1", {}, body),
        ("POST", "/work?a=1", {"Accept": "text/html"}, body),
        ("POST", "/work?a=1", {"X-Date": http_date(1)}, body),
        ("POST", "/work?a=1", {"Content-Type": "text/plain"}, body),
        ("POST", "/work?a=1", {}, b"p=1&q=3"),
        ("POST", "/work?a=1", {}, b"p=1"),
    ):
        status, told = ask(site, method, target, headers | change, sent)
        assert status == 401 and told.startswith(MISMATCH), (method, target, change, told)


def test_an_application_calls_what_it_is_bound_to_and_where(site):
    headers, _, _ = documented(site.pair, "GET", "/work")
    not_bound = (UNCERTAIN["unbound_application"]["status"], UNCERTAIN["unbound_application"]["message"])
    assert ask(site, "GET", "/work", headers)[0] == 200
    assert ask(site, "GET", "/test/work", headers) == not_bound
    bind(site, "test")
    assert ask(site, "GET", "/test/work", headers)[0] == 200
    bind(site, action="UnbindApiApp")
    assert ask(site, "GET", "/work", headers) == not_bound
    bind(site, "test", "UnbindApiApp")
    site.cloud.DeleteApiApp(ApiAppId=site.app)
    site.gateway.settle()
    assert ask(site, "GET", "/test/work", headers) == (401, "HMAC signature cannot be verified")


def test_another_pair_acts_at_once(site):
    site.cloud.UpdateApiAppKey(ApiAppId=site.app, ApiAppKey=site.pair[0], ApiAppSecret="another-secret")
    site.gateway.settle()
    assert ask(site, "GET", "/work", documented(site.pair, "GET", "/work")[0])[0] == 401
    assert ask(site, "GET", "/work", documented((site.pair[0], "another-secret"), "GET", "/work")[0])[0] == 200
    site.cloud.UpdateApiAppKey(ApiAppId=site.app, ApiAppKey="my-own-key", ApiAppSecret="another-secret")
    site.gateway.settle()
    assert ask(site, "GET", "/work", documented(("my-own-key", "another-secret"), "GET", "/work")[0])[0] == 200
    old = documented((site.pair[0], "another-secret"), "GET", "/work")[0]
    assert ask(site, "GET", "/work", old) == (401, "HMAC signature cannot be verified")


def test_a_signature_without_its_parts_is_refused_as_one_of_a_key_pair(site):
    headers, _, _ = documented(site.pair, "GET", "/work")
    date_needed = "HMAC signature cannot be verified, a valid x-date header is required for HMAC Authentication"
    text = f"date: {headers['X-Date']}\nGET\n\n\n\n/work"
    dated = f'hmac id="{site.pair[0]}", algorithm="hmac-sha1", headers="date", signature="{mac(site.pair[1], text)}"'
    old = documented(site.pair, "GET", "/work", date=http_date(-1000))[0]
    for sent, expected in (
        ({}, "HMAC signature cannot be verified, a validate authorization header is required"),
        ({"Authorization": "hmac"}, "HMAC authorization headers is invalidate"),
        ({"Authorization": "Bearer x"}, "HMAC authorization format error"),
        ({"Authorization": headers["Authorization"]}, "HMAC signature cannot be verified, a valid x-date header is required"),
        (headers | {"X-Date": "today"}, date_needed),
        ({"Date": headers["X-Date"], "Authorization": dated}, date_needed),
        (old, "HMAC signature cannot be verified, the x-date header is out of date for HMAC Authentication"),
        (
            headers | {"Authorization": headers["Authorization"].replace("hmac-sha1", "hmac-md5")},
            "HMAC algorithm hmac-md5 not supported",
        ),
    ):
        assert ask(site, "GET", "/work", sent) == (401, expected)


def test_a_key_pair_is_no_application_and_the_other_way_round(site):
    site.api(path="/key", mock="k", name="key", AuthType="SECRET")
    site.release()
    site.plan(site.key()[0])
    headers, _, _ = documented(site.pair, "GET", "/key")
    assert ask(site, "GET", "/key", headers) == (401, "HMAC signature cannot be verified")


def test_a_body_above_the_bound_is_refused_by_its_length(gateways, backend):
    site = Site(gateways("--form-size", "1KiB"), backend)
    site.api(path="/work", to="/work", AuthType="APP", name="work")
    site.release()
    made = site.cloud.CreateApiApp(ApiAppName="caller")["Result"]
    site.app, site.pair = made["ApiAppId"], (made["ApiAppKey"], made["ApiAppSecret"])
    bind(site)
    headers, body, _ = documented(site.pair, "POST", "/work", form=[("p", "x" * 2000)])
    assert ask(site, "POST", "/work", headers, body)[0] == 413
    # A body whose sum is signed and not told is read, and is no form.
    headers, body = python_demo(site.pair, "http://h/work", "POST", {"p": "x" * 200_000})
    passes(site, "POST", "/work", headers, body)
    # A body whose sum is told need not be read, and may be of any length.
    body = b"x" * 100_000
    headers, _, _ = documented(site.pair, "POST", "/work", headers={"Content-MD5": hex_md5(body)})
    passes(site, "POST", "/work", headers, body)


def test_describing_an_api_tells_its_authentication(site):
    api = {"ServiceId": site.id, "ApiId": site.apis["work"]}
    assert site.cloud.DescribeApi(**api)["Result"]["AuthType"] == "APP"
    listed = site.cloud.DescribeApisStatus(ServiceId=site.id, Filters=[{"Name": "AuthType", "Values": ["APP"]}])
    assert listed["Result"]["TotalCount"] == 1


def test_the_access_log_names_the_application(gateways, tmp_path):
    log = tmp_path / "access.log"
    site = Site(gateways("--workers", "1", "--access-log", str(log)), None)
    site.api(path="/work", mock="w", AuthType="APP", name="work")
    site.release()
    made = site.cloud.CreateApiApp(ApiAppName="caller")["Result"]
    site.app, site.pair = made["ApiAppId"], (made["ApiAppKey"], made["ApiAppSecret"])
    bind(site)
    assert ask(site, "GET", "/work", documented(site.pair, "GET", "/work")[0])[0] == 200
    assert ask(site, "GET", "/work", documented((site.pair[0], "wrong"), "GET", "/work")[0])[0] == 401
    site.gateway.stop()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(line.get("key"), line.get("refusal")) for line in lines] == [
        (site.app, None),
        (None, "application_mismatch"),
    ]


def test_the_command_line_signs_as_an_application(site):
    host, port = site.gateway.http
    where = ["--resolve", f"{host}:{port}", "--application", "--id", site.pair[0]]
    done = run("call", f"http://{site.host}/release/work?b=1&a=", *where, secret=site.pair[1])
    assert done.returncode == 0, done.stderr
    body = ["-d", '{"a": 1}', "-H", "Content-Type: application/json", "-H", "Source: me", "--sign-header", "Source"]
    done = run("call", f"http://{site.host}/work", *body, *where, secret=site.pair[1])
    assert done.returncode == 0, done.stderr
    assert site.backend.seen.header("content-md5") == hex_md5(b'{"a": 1}')
    done = run("call", f"http://{site.host}/work", *where, secret="wrong")
    assert done.returncode == 1 and "GET\n    */*" in done.stderr
    line = ["--application", "--url", "/test/a?b=1", "-X", "PUT", "-H", "Accept: x", "--id", "APID1", "--json"]
    told = json.loads(run("sign", *line, secret="s").stdout)
    assert told["string_to_sign"].endswith("\nPUT\nx\n\n\n/a?b=1") and set(told["headers"]) == {"X-Date", "Authorization"}
