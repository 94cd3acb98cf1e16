"""CustomAuth and CustomReq: functions that say who may call, and that change requests."""

import base64
import json
import time
from urllib.parse import quote

import pytest

from stand import functions, plugins
from stand.cloud import Refused
from stand.hand import Hand
from stand.metrics import sample
from stand.site import Site
from stand.tags import UNCERTAIN
from stand.wire import Wire, call, request

FORBIDDEN = (UNCERTAIN["refused_caller"]["status"], {"message": UNCERTAIN["refused_caller"]["message"]})


@pytest.fixture
def python(tmp_path):
    """A Python runtime of its own: it counts."""
    runtime = functions.python(tmp_path)
    yield runtime
    runtime.close()


@pytest.fixture
def site(gateways, python, backend):
    """An API that goes to a backend, and one that asks for a signature."""
    gateway = gateways(
        "--function-endpoint", python.url + "/{namespace}/{function}/{qualifier}",
        "--function-endpoints", "default/nobody=http://127.0.0.1:9",
    )  # fmt: skip
    site = Site(gateway, backend)
    site.api(path="/a", name="a", to="/a")
    site.api(path="/signed", name="signed", AuthType="SECRET")
    site.release()
    return site


def auth(**data):
    """The data of a CustomAuth plugin."""
    return {
        "func_name": "plugin_auth",
        "func_namespace": "default",
        "func_qualifier": "$LATEST",
        "endpoint_timeout": 15,
        "is_send_body": False,
        "cache_time": 0,
        "header_auth_parameters": [],
        "query_auth_parameters": [],
        **data,
    }


def edit(**data):
    """The data of a CustomReq plugin."""
    return {
        "func_name": "plugin_edit",
        "func_namespace": "default",
        "func_qualifier": "$LATEST",
        "endpoint_timeout": 15,
        "is_base64_encoded": False,
        "is_send_req_body": True,
        "is_send_req_headers": True,
        "is_send_req_querys": True,
        **data,
    }


def ask(site, path="/a", headers=(), method="GET", body=None):
    """Status, and the message of a refusal."""
    answer = call(site.gateway.http, method, path, site.host, list(headers), body)
    return (200, None) if answer.status == 200 else (answer.status, json.loads(answer.body))


RIGHT, WRONG = [("Token", "right")], [("Token", "wrong")]

ALLOWED = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n{"api-auth":true}'


def test_a_function_says_who_may_call(site):
    plugin = plugins.attach(site, plugins.make(site, "CustomAuth", auth()), "a", "signed")
    assert ask(site, headers=RIGHT)[0] == 200
    assert ask(site, headers=WRONG) == FORBIDDEN
    assert ask(site) == FORBIDDEN
    assert ask(site, "/signed", RIGHT)[0] == 401, "the API's own authentication comes first"
    for query in ("broken", "failing"):
        assert ask(site, f"/a?{query}=1", RIGHT)[0] == 502, "a verdict that is none lets nobody pass"
    assert sample(site.gateway.get("/metrics")[2], "tollgate_refusals_total", reason="plugin_broken") == 2
    plugins.change(site, plugin, auth(func_name="nobody"))
    assert ask(site, headers=RIGHT)[0] == 502
    plugins.detach(site, plugin, "a")
    assert ask(site)[0] == 200


def test_the_function_may_judge_the_body_which_then_passes_on(site):
    plugins.attach(site, plugins.make(site, "CustomAuth", auth(is_send_body=True)), "a")
    assert ask(site, "/a?body=1", method="POST", body=b"secret")[0] == 200
    assert site.backend.seen.body == "secret"
    assert ask(site, "/a?body=1", method="POST", body=b"other") == FORBIDDEN


def test_the_time_that_the_function_takes_is_not_the_backends(site):
    site.api(path="/hasty", name="hasty", to="/a", ServiceTimeout=1)
    site.release()
    plugins.attach(site, plugins.make(site, "CustomAuth", auth()), "hasty")
    assert ask(site, "/hasty?slow=1", RIGHT, "POST", b"once")[0] == 200
    assert [seen.body for seen in site.backend.requests] == ["once"]


def test_a_limit_is_asked_when_the_function_has_spoken(gateways, backend):
    """What others used up while the function was waited for is more than a second old by then."""
    function = Hand()
    gateway = gateways("--function-endpoint", function.url + "/{namespace}/{function}/{qualifier}")
    site = Site(gateway, backend)
    site.api(path="/a", name="a", to="/a")
    site.release()
    strategy = {"ServiceId": site.id, "Strategy": 1, "EnvironmentName": "release", "ApiIds": [site.apis["a"]]}
    site.cloud.ModifyApiEnvironmentStrategy(**strategy)
    plugins.attach(site, plugins.make(site, "CustomAuth", auth()), "a")
    with Wire(gateway.http) as first, Wire(gateway.http) as second:
        first.send(request("GET", "/a", site.host))
        asked_first = function.take()
        asked_first.request()
        second.send(request("GET", "/a", site.host))
        asked_second = function.take()
        asked_second.request()
        asked_second.send(ALLOWED)
        assert second.receive().status == 200
        time.sleep(1.1)
        asked_first.send(ALLOWED)
        assert first.receive().status == 200
    function.close()


@pytest.mark.parametrize("query", ["account=victim&ACCOUNT=mine", "account=victim&account=mine"])
def test_the_function_sees_all_that_the_backend_might_take(site, query):
    plugins.attach(site, plugins.make(site, "CustomAuth", auth()), "a")
    assert ask(site, f"/a?{query}", RIGHT)[0] == 403
    assert site.backend.requests == []
    assert ask(site, "/a?account=mine&other=1", RIGHT)[0] == 200


def test_its_word_is_remembered_by_the_named_parameters(site):
    data = auth(cache_time=3600, header_auth_parameters=["Token"], version="2026-01-01 00:00:00")
    plugin = plugins.attach(site, plugins.make(site, "CustomAuth", data), "a")
    ann, bob = [("Token", "ann")], [("Token", "bob")]
    assert [ask(site, "/a?count=1", ann)[0] for _ in range(3)] == [200] * 3, "it was asked once"
    assert ask(site, "/a?count=1", [("Token", "ANN")])[0] == 200, "compared without regard to case"
    assert ask(site, "/a?count=1", bob)[0] == 200
    assert ask(site, "/a?count=1") == (403, {"message": "header Token is required"})
    plugins.change(site, plugin, {**data, "version": "2026-01-02 00:00:00"})
    assert ask(site, "/a?count=1", ann) == FORBIDDEN, "another version has it asked again"


def change(**wish):
    """A call's path that asks the function for a change."""
    return f"/a?do={quote(json.dumps(wish))}&keep=1"


def told(site):
    """What the function was told of the latest request."""
    headers = {name.lower(): value for name, value in site.backend.seen.headers}
    return json.loads(base64.b64decode(headers["x-told"]))


def test_a_function_changes_headers_query_and_body(site):
    plugins.attach(site, plugins.make(site, "CustomReq", edit()), "a")
    wish = {
        "replace_headers": {"X-One": "new", "X-Two": 2, "Content-Length": "999", "Host": "elsewhere"},
        "remove_headers": ["x-three", "transfer-encoding"],
        "replace_querys": {"q": "ü"},
        "remove_querys": ["do"],
        "replace_body": "another body",
    }
    headers = [("X-One", "old"), ("X-Three", "gone"), ("X-Four", "stays")]
    assert ask(site, change(**wish), headers, "POST", b"body")[0] == 200
    seen = site.backend.seen
    assert (seen.target, seen.body) == ("/a?keep=1&q=%C3%BC", "another body")
    got = {name.lower(): value for name, value in seen.headers}
    assert (got["x-one"], got["x-two"], got["x-four"], got.get("x-three")) == ("new", "2", "stays", None)
    assert (got["content-length"], got["host"]) == ("12", f"127.0.0.1:{site.backend.port}")
    event = told(site)
    assert event["body"] == "body"
    assert event["headerParameters"]["x-three"] == "gone"
    assert event["queryStringParameters"]["keep"] == "1"


def test_what_it_leaves_out_stays_and_what_is_not_sent_is_not_told(site):
    data = edit(is_send_req_body=False, is_send_req_headers=False, is_send_req_querys=False)
    plugin = plugins.attach(site, plugins.make(site, "CustomReq", data), "a")
    assert ask(site, "/a?x=1", [("X-One", "1")], "POST", b"body")[0] == 200
    assert (site.backend.seen.target, site.backend.seen.body) == ("/a?x=1", "body")
    assert told(site) == {"headerParameters": {}, "queryStringParameters": {}, "body": ""}
    plugins.change(site, plugin, edit(is_base64_encoded=True))
    assert ask(site, "/a", method="POST", body="é".encode())[0] == 200
    assert (told(site)["body"], site.backend.seen.body.encode("latin-1")) == ("w6k=", "é".encode())
    assert ask(site, change(replace_body="w7w=", is_base64_encoded=True), method="POST", body=b"x")[0] == 200
    assert site.backend.seen.body.encode("latin-1") == "ü".encode()


@pytest.mark.parametrize(
    "wish",
    [
        "raise",
        "nonsense",
        {"replace_headers": {"X": "1\r\nY: 2"}},
        {"replace_headers": {"X: 1\r\nY": "2"}},
        {"replace_headers": {"a b": "1"}},
        {"replace_headers": {"X": {}}},
        {"replace_body": 5},
        {"replace_body": "%", "is_base64_encoded": True},
    ],
)
def test_a_change_that_is_none_lets_nothing_pass(site, wish):
    plugins.attach(site, plugins.make(site, "CustomReq", edit()), "a")
    assert ask(site, f"/a?do={quote(json.dumps(wish))}")[0] == 502
    assert site.backend.requests == []


def test_both_together_on_one_connection(site):
    plugins.attach(site, plugins.make(site, "CustomAuth", auth(is_send_body=True), name="auth"), "a")
    plugins.attach(site, plugins.make(site, "CustomReq", edit(), name="edit"), "a")
    for body in (b"one", b"two"):
        assert ask(site, change(remove_querys=["do"]), RIGHT, "POST", body)[0] == 200
        assert (site.backend.seen.target, site.backend.seen.body) == ("/a?keep=1", body.decode())


def test_data_are_told_back_as_they_were_read(site):
    remembered = auth(cache_time=60, query_auth_parameters=["token"], user_id=1250000000, version="1")
    for kind, data in (("CustomAuth", remembered), ("CustomReq", edit(user_id=1))):
        plugin = plugins.make(site, kind, data)
        assert json.loads(site.cloud.DescribePlugin(PluginId=plugin)["Result"]["PluginData"]) == data


CONFIG, SCF = "InvalidParameterValue.InvalidPluginConfig", "InvalidParameterValue.InvalidScfConfig"


@pytest.mark.parametrize(
    "kind, data, code, member",
    [
        ("CustomAuth", auth(func_name=""), SCF, "func_name"),
        ("CustomAuth", auth(func_namespace="a b"), SCF, "func_namespace"),
        ("CustomAuth", auth(func_qualifier="a/b"), SCF, "func_qualifier"),
        ("CustomAuth", auth(endpoint_timeout=61), CONFIG, "endpoint_timeout"),
        ("CustomAuth", auth(cache_time=3601, header_auth_parameters=["a"]), CONFIG, "cache_time"),
        ("CustomAuth", auth(cache_time=1), CONFIG, "header_auth_parameters"),
        ("CustomAuth", auth(header_auth_parameters=["a b"]), CONFIG, "header_auth_parameters.0"),
        ("CustomAuth", auth(query_auth_parameters=[""]), CONFIG, "query_auth_parameters.0"),
        ("CustomAuth", auth(query_auth_parameters=["q"] * 21), CONFIG, "query_auth_parameters"),
        ("CustomAuth", auth(is_send_body="yes"), CONFIG, "is_send_body"),
        ("CustomAuth", auth(user_id=-1), CONFIG, "user_id"),
        ("CustomAuth", auth(version="x" * 65), CONFIG, "version"),
        ("CustomAuth", auth(url="http://h"), CONFIG, "url"),
        ("CustomReq", edit(func_name="a/b"), SCF, "func_name"),
        ("CustomReq", edit(endpoint_timeout=-1), CONFIG, "endpoint_timeout"),
        ("CustomReq", edit(is_send_req_body=1), CONFIG, "is_send_req_body"),
        ("CustomReq", {"func_namespace": "default"}, "MissingParameter.PluginConfig", "func_name"),
    ],
)
def test_wrong_data_are_refused_by_member(bare, kind, data, code, member):
    with pytest.raises(Refused) as caught:
        plugins.make(bare, kind, data)
    assert caught.value.code == code
    assert f"`PluginData.{member}`" in caught.value.message, caught.value.message
