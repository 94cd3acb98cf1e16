"""CustomResp: a function that changes answers."""

import base64
import gzip
import json

import pytest

from stand import functions, plugins
from stand.backend import Answer
from stand.cloud import Refused
from stand.site import Site
from stand.wire import call


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The Python runtime of this file."""
    runtime = functions.python(tmp_path_factory.mktemp("notes"))
    yield runtime
    runtime.close()


@pytest.fixture
def site(gateways, python, backend):
    """An API that goes to a backend, one to a function, one with a fixed answer."""
    gateway = gateways(
        "--function-endpoint", python.url + "/{namespace}/{function}/{qualifier}",
        "--function-endpoints", "default/nobody=http://127.0.0.1:9", "--function-body-size", "16KiB",
    )  # fmt: skip
    site = Site(gateway, backend)
    site.api(path="/a", name="a", to="/a")
    site.api(path="/mock", name="mock", mock="fixed")
    site.api(
        path="/page",
        name="page",
        ServiceType="SCF",
        ServiceScfFunctionName="page",
        ServiceScfFunctionNamespace="default",
        ServiceScfFunctionQualifier="$LATEST",
        ServiceScfIsIntegratedResponse=True,
    )
    site.release()
    return site


def data(**fields):
    """The data of a plugin that may change everything."""
    return {
        "func_name": "plugin_answer",
        "func_namespace": "default",
        "func_qualifier": "$LATEST",
        "endpoint_timeout": 15,
        "is_base64_encoded": False,
        "is_custom_status": True,
        "is_custom_headers": True,
        "is_custom_body": True,
        **fields,
    }


def put(site, *apis, **fields):
    """Puts a plugin with these data on APIs."""
    return plugins.attach(site, plugins.make(site, "CustomResp", data(**fields)), *apis)


def ask(site, path="/a", headers=(), method="GET", body=None):
    """The answer to a call."""
    return call(site.gateway.http, method, path, site.host, list(headers), body)


def wish(site, what=None, body="hello", headers=(), **fields):
    """Has the backend ask the function for a change."""
    do = json.dumps(what if what is not None else fields)
    site.backend.answer = Answer(headers=[("Do", do), ("X-Own", "1"), ("ETag", '"e"'), *headers], body=body)


def told(answer):
    """What the function was told."""
    return json.loads(base64.b64decode(answer.header("X-Told")))


def test_a_function_changes_status_headers_and_body(site):
    plugin = put(site, "a")
    wish(
        site, replace_status=404, replace_headers={"X-New": "yes", "x-own": 2}, remove_headers=["Do"],
        replace_body="changed",
    )  # fmt: skip
    answer = ask(site)
    assert (answer.status, answer.reason, answer.text) == (404, "Not Found", "changed")
    assert (answer.header("X-New"), answer.all("X-Own"), answer.header("Do")) == ("yes", ["2"], None)
    assert answer.header("ETag") is None, "it is not the tag of this body"
    assert answer.header("X-Api-ID") == site.apis["a"]
    event = told(answer)
    assert set(event) == {"headerParameters", "body"} and event["body"] == "hello"
    assert event["headerParameters"]["x-own"] == "1"
    assert event["headerParameters"]["status"] == 200
    assert event["headerParameters"]["is_base64_encoded"] is False
    plugins.detach(site, plugin, "a")
    assert (ask(site).status, ask(site).text) == (200, "hello")


@pytest.mark.parametrize("which, expected", [
    ("is_custom_status", (404, None, "hello")),
    ("is_custom_headers", (200, "yes", "hello")),
    ("is_custom_body", (200, None, "changed")),
])
def test_only_what_the_plugin_says_is_changed(site, which, expected):
    none = dict.fromkeys(("is_custom_status", "is_custom_headers", "is_custom_body"), False)
    put(site, "a", **{**none, which: True})
    wish(site, replace_status=404, replace_headers={"X-New": "yes"}, replace_body="changed")
    answer = ask(site)
    assert (answer.status, answer.header("X-New"), answer.text) == expected


def test_bodies_travel_in_base64_where_the_plugin_says_so(site):
    put(site, "a", is_base64_encoded=True)
    wish(site, replace_body=base64.b64encode("grün".encode()).decode(), is_base64_encoded=True)
    answer = ask(site)
    assert answer.text == "grün"
    event = told(answer)
    assert (event["body"], event["headerParameters"]["is_base64_encoded"]) == (base64.b64encode(b"hello").decode(), True)


def test_what_is_missing_or_malformed_stays_as_it_was(site):
    put(site, "a")
    wish(
        site, replace_status="404", remove_headers="Do", replace_body=5,
        replace_headers={"Content-Length": "1", "X-Evil": "a\r\nX-More: b", "X-Good": "yes"},
    )  # fmt: skip
    answer = ask(site)
    assert (answer.status, answer.text, answer.header("X-Good")) == (200, "hello", "yes")
    assert answer.header("X-Evil") is None and answer.header("X-More") is None and answer.header("Do")


def test_a_function_that_cannot_be_asked_lets_nothing_pass(site):
    plugin = put(site, "a")
    for what in ("raise", "nonsense"):
        wish(site, what)
        assert ask(site).status == 502, what
    wish(site, body="x" * (17 << 10))
    assert ask(site).status == 502, "too long to be told"
    plugins.change(site, plugin, data(func_name="nobody"))
    assert ask(site).status == 502


def test_packed_answers_and_fixed_ones_pass_as_they_are(site):
    put(site, "a", "mock")
    packed = gzip.compress(b"packed").decode("latin-1")
    raw = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    site.backend.answer = Answer(raw=raw + packed)
    answer = ask(site)
    assert (gzip.decompress(answer.body), answer.header("X-Told")) == (b"packed", None)
    assert (ask(site, "/mock").text, ask(site, "/mock").header("X-Told")) == ("fixed", None)
    assert ask(site, "/nothing").status == 404


def test_answers_of_functions_are_changed_too(site):
    plugin = put(site, "page")
    answer = ask(site, "/page")
    assert told(answer)["headerParameters"]["status"] == answer.status
    plugins.detach(site, plugin, "page")
    assert ask(site, "/page").header("X-Told") is None


def test_every_kind_of_body_is_taken_whole(site):
    put(site, "a")
    site.backend.answer = Answer(headers=[("Do", "{}")], chunks=["hel", "lo"])
    assert told(ask(site))["body"] == "hello"
    site.backend.answer = Answer(raw='HTTP/1.1 200 OK\r\nDo: {}\r\n\r\nto the end', then="close")
    assert told(ask(site))["body"] == "to the end"
    wish(site, replace_body="not seen")
    answer = ask(site, method="HEAD")
    assert (answer.status, answer.body) == (200, b"") and told(answer)["body"] == ""
    wish(site, replace_body="again " * 500, replace_headers={"Content-Type": "text/plain"})
    answer = ask(site, headers=[("Accept-Encoding", "gzip")])
    assert gzip.decompress(answer.body) == b"again " * 500
    answer = ask(site, method="POST", body=b"sent")
    assert site.backend.seen.body == "sent" and answer.status == 200
    site.backend.answer = Answer(raw="HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", then="close")
    assert ask(site).status == 502
    site.backend.answer = Answer(raw="HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", then="close")
    assert ask(site).status == 502


def test_what_is_kept_is_changed_each_time_it_is_given(site):
    put(site, "a")
    cache = {
        "cache_key_params": [], "cacheable_methods": ["GET"], "cacheable_response_codes": [200],
        "cache_control": False, "ttl": 3600,
    }  # fmt: skip
    plugins.attach(site, plugins.make(site, "ProxyCache", cache), "a")
    wish(site, replace_status=201, replace_body="changed")
    first, again = ask(site), ask(site)
    assert len(site.backend.requests) == 1
    assert (first.status, again.status, again.text) == (201, 201, "changed")
    assert (told(first)["body"], told(again)["body"]) == ("hello", "hello")
    assert again.header("Age") is not None


def test_data_are_told_back_as_they_were_sent(site):
    sent = data(user_id=1250000000)
    plugin = plugins.make(site, "CustomResp", sent)
    assert json.loads(site.cloud.DescribePlugin(PluginId=plugin)["Result"]["PluginData"]) == sent


CONFIG, FUNCTION = "InvalidParameterValue.InvalidPluginConfig", "InvalidParameterValue.InvalidScfConfig"


@pytest.mark.parametrize(
    "fields, code, member",
    [
        (data(func_name=""), FUNCTION, "PluginData.func_name`"),
        (data(endpoint_timeout=61), CONFIG, "PluginData.endpoint_timeout`"),
        (data(is_custom_body="yes"), CONFIG, "PluginData.is_custom_body`"),
        (data(magic=1), CONFIG, "PluginData.magic`"),
        ({}, "MissingParameter.PluginConfig", "PluginData.func_name`"),
    ],
)
def test_wrong_data_are_refused_by_member(bare, fields, code, member):
    with pytest.raises(Refused) as caught:
        plugins.make(bare, "CustomResp", fields)
    assert (caught.value.code, member in caught.value.message) == (code, True), caught.value.message
