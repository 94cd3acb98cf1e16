"""ProxyCache: answers that are given again, and to whom they never are."""

import gzip
import json

import pytest

from stand import plugins
from stand.backend import Answer
from stand.cloud import Refused
from stand.patience import until
from stand.signing import date_source
from stand.site import Site
from stand.wire import call


def cache(**data):
    """The data of a plugin."""
    return {
        "cache_key_params": [],
        "cacheable_methods": ["GET"],
        "cacheable_response_codes": [200],
        "cache_control": False,
        "ttl": 3600,
        **data,
    }


def by(*parameters):
    """Parameters that tell calls apart, as `position name`."""
    pairs = [parameter.split() for parameter in parameters]
    return [{"parameter": name, "position": position} for position, name in pairs]


DECLARED = [
    {"Name": "X-Tenant", "Position": "HEADER", "Type": "String", "Required": False},
    {"Name": "page", "Position": "QUERY", "Type": "String", "Required": False},
    {"Name": "id", "Position": "PATH", "Type": "String", "Required": True},
]


@pytest.fixture
def site(gateways, backend):
    """An API with parameters, another one, and one that asks for a signature. An answer is kept when its last byte is on its
    way, so that a call at another worker in that very instant asks the backend again: one worker does one after the other."""
    site = Site(gateways("--workers", "1"), backend)
    site.api(path="/v/{id}", name="v", to="/v/{id}", RequestParameters=DECLARED)
    site.api(path="/b", name="b", to="/b")
    site.api(path="/signed", name="signed", AuthType="SECRET")
    site.release()
    return site


def put(site, *apis, **data):
    """Puts a plugin with these data on APIs."""
    return plugins.attach(site, plugins.make(site, "ProxyCache", cache(**data)), *apis)


def ask(site, path="/v/1", headers=(), method="GET", body=None):
    """The answer to a call."""
    return call(site.gateway.http, method, path, site.host, list(headers), body)


def asked(site, *calls):
    """How often the backend is asked when these calls are made, one after another."""
    before = len(site.backend.requests)
    for one in calls:
        assert ask(site, **one).status < 500
    return len(site.backend.requests) - before


def at(path="/v/1", *headers, **fields):
    """A call; headers as `Name: value`."""
    return {"path": path, "headers": [tuple(line.split(": ")) for line in headers], **fields}


def test_an_answer_is_given_again_as_it_was(site):
    plugin = put(site, "v")
    site.backend.answer = Answer(reason="Fine", headers=[
        ("X-Own", "1"), ("X-Own", "2"), ("Date", "Mon, 01 Jan 2024 00:00:00 GMT"), ("ETag", '"e"'), ("X-Api-Id", "false"),
    ], body="hello")  # fmt: skip
    first, again = ask(site), ask(site)
    assert len(site.backend.requests) == 1
    assert (again.status, again.reason, again.text) == (200, "Fine", "hello")
    for name in ("X-Own", "Date", "ETag", "Content-Length", "X-Api-ID"):
        assert again.all(name) == first.all(name), name
    assert again.header("X-Api-ID") == site.apis["v"]
    assert first.header("Age") is None and int(again.header("Age")) >= 0
    assert first.header("X-Api-RequestId") != again.header("X-Api-RequestId")
    assert ask(site, "/test/v/1").status == 404, "another environment is another"
    plugins.detach(site, plugin, "v")
    assert asked(site, at(), at()) == 2
    plugins.attach(site, plugin, "v")
    assert asked(site, at(), at()) == 1, "what it had kept was not waiting for it"


def test_the_path_the_method_and_the_query_tell_calls_apart(site):
    put(site, "v", "b", cacheable_methods=["GET", "HEAD", "POST"])
    assert asked(site, at("/v/1"), at("/v/2"), at("/v/1/more"), at("/b")) == 4
    assert asked(site, at("/v/1"), at("/v/2"), at("/v/1/more"), at("/b")) == 0
    assert asked(site, at("/v/1?a=1"), at("/v/1?a=2"), at("/v/1?a=1")) == 2
    assert asked(site, at(method="PUT", body=b"x"), at(method="PUT", body=b"x")) == 2, "no method of the plugin's"
    one, other = at(method="POST", body=b"one"), at(method="POST", body=b"other")
    assert asked(site, one, other, one, other) == 2, "the body is part of what is asked"
    assert ask(site, method="POST", body=b"one").text.find('"body": "one"') > 0
    site.backend.answer = Answer(headers=[("X-Head", "yes")], body="long enough")
    first, again = ask(site, "/v/head", method="HEAD"), ask(site, "/v/head", method="HEAD")
    assert (again.header("Content-Length"), again.header("X-Head")) == (first.header("Content-Length"), "yes")
    assert asked(site, at("/v/head", method="HEAD")) == 0 and asked(site, at("/v/head")) == 1


def test_listed_parameters_tell_calls_apart_whatever_their_case(site):
    put(site, "v", cache_key_params=by("header X-Tenant", "query page", "path id"))
    assert asked(site, at("/v/1?page=A&n=1"), at("/v/1?n=2&page=a")) == 1, "others do not"
    assert asked(site, at("/v/1?page=b"), at("/v/1"), at("/v/1?page="), at("/v/1?page=a&page=b")) == 4
    assert asked(site, at("/v/1?page=a", "X-Tenant: one"), at("/v/1?page=a", "X-Tenant: ONE")) == 1
    assert asked(site, at("/v/1?page=a", "X-Tenant: two"), at("/v/2?page=a", "X-Tenant: two")) == 2


def test_callers_with_other_credentials_ask_something_else(site):
    put(site, "v", cache_key_params=by("query page"))
    ann, bob = at("/v/1", "Authorization: ann"), at("/v/1", "Authorization: bob")
    assert asked(site, ann, bob, at(), ann, bob, at()) == 3
    assert '"ann"' in ask(site, **ann).text and '"bob"' in ask(site, **bob).text
    ann, bob = at("/v/2", "Cookie: s=ann"), at("/v/2", "Cookie: s=bob")
    assert asked(site, ann, bob, at("/v/2"), ann, bob, at("/v/2")) == 3


def test_each_key_has_answers_of_its_own_and_nobody_else_has_any(site):
    put(site, "signed")
    (ann, ann_secret), (bob, bob_secret) = site.key(), site.key()
    site.plan(ann, bob)
    site.gateway.settle()

    def signed(key, secret):
        return {"path": "/signed", "headers": date_source(key, secret)}

    before = len(site.backend.requests)
    for key, secret in ((ann, ann_secret), (bob, bob_secret), (ann, ann_secret), (bob, bob_secret)):
        assert ask(site, **signed(key, secret)).status == 200
    assert len(site.backend.requests) - before == 2
    assert ask(site, "/signed").status == 401
    assert ask(site, **signed(ann, bob_secret)).status == 401
    assert len(site.backend.requests) - before == 2


def test_what_refuses_comes_before_what_is_kept(site):
    put(site, "v")
    assert asked(site, at(), at()) == 1
    black = plugins.attach(site, plugins.make(site, "IPControl", {"type": "black_list", "blocks": "127.0.0.1"}), "v")
    assert ask(site).status == 403
    plugins.detach(site, black, "v")
    assert asked(site, at()) == 0, "a change of another plugin forgets nothing"
    limit = {"expire_type": "day", "expire": 366, "api_rate_limit": 2}
    plugins.attach(site, plugins.make(site, "TrafficControl", limit), "v")
    assert [ask(site).status for _ in range(3)] == [200, 200, 429]


def test_a_call_without_its_parameters_is_refused_all_the_same(site):
    needed = [{"Name": "q", "Position": "QUERY", "Type": "String", "Required": True}]
    site.api(path="/needs", name="needs", RequestParameters=needed)
    site.api(path="/h", name="h", RequestParameters=[{**needed[0], "Name": "X-H", "Position": "HEADER"}])
    site.release()
    put(site, "needs", "h")
    assert asked(site, at("/needs?q=1"), at("/h", "X-H: 1"), at("/needs?q=1"), at("/h", "X-H: 2")) == 2
    assert ask(site, "/needs").status == 403 and ask(site, "/h").status == 403


@pytest.mark.parametrize("headers", [
    [("Set-Cookie", "s=1")],
    [("Cache-Control", "private")],
    [("Cache-Control", "max-age=60"), ("cache-control", "No-Store")],
    [("Vary", "*")],
    [("Content-Type", "text/event-stream")],
    [("Content-Range", "bytes 0-4/9")],
])
@pytest.mark.parametrize("obeys", [False, True])
def test_what_is_for_one_caller_is_not_kept(site, headers, obeys):
    put(site, "v", cache_control=obeys)
    site.backend.answer = Answer(headers=headers, body="hello")
    assert asked(site, at(), at()) == 2


def test_only_listed_statuses_are_kept_and_parts_never(site):
    put(site, "v", cacheable_response_codes=[200, 206, 404])
    for status, count in ((404, 1), (206, 2), (500, 2), (503, 2)):
        site.backend.answer = Answer(status=status, body="x")
        path = f"/v/{status}"
        before = len(site.backend.requests)
        assert [ask(site, path).status for _ in range(2)] == [status] * 2
        assert len(site.backend.requests) - before == count, status
    site.backend.answer = None
    assert asked(site, at("/v/9"), at("/v/9", "Range: bytes=0-1"), at("/v/9", 'If-None-Match: "e"')) == 3
    assert asked(site, at("/v/9")) == 0


def test_answers_vary_with_what_they_say(site):
    put(site, "v")
    site.backend.answer = Answer(headers=[("Vary", "Accept-Language, X-Other")], body="hello")
    german, french = at("/v/1", "Accept-Language: de"), at("/v/1", "Accept-Language: fr")
    assert asked(site, german, french, at(), german, french, at()) == 3
    assert asked(site, at("/v/1", "Accept-Language: de", "X-Other: 1")) == 1
    packed = gzip.compress(b"packed").decode("latin-1")
    raw = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    site.backend.answer = Answer(raw=raw + packed)
    assert asked(site, at("/v/2", "Accept-Encoding: gzip"), at("/v/2"), at("/v/2", "Accept-Encoding: gzip")) == 2


def test_an_answer_that_is_kept_is_packed_for_those_who_take_it(site):
    put(site, "v")
    site.backend.answer = Answer(headers=[("Content-Type", "text/plain"), ("ETag", '"e"')], body="again " * 500)
    plain, packed = ask(site), ask(site, headers=[("Accept-Encoding", "gzip")])
    assert len(site.backend.requests) == 1
    assert (packed.header("Content-Encoding"), packed.all("ETag")) == ("gzip", ['W/"e"'])
    assert gzip.decompress(packed.body) == plain.body
    assert asked(site, at("/v/2", "Accept-Encoding: gzip"), at("/v/2")) == 1, "and it is kept as it came"
    assert ask(site, "/v/2").body == plain.body


def test_chunks_are_kept_when_they_have_come_whole(site):
    put(site, "v")
    site.backend.answer = Answer(chunks=["hel", "lo"])
    assert [ask(site).text for _ in range(2)] == ["hello"] * 2
    assert len(site.backend.requests) == 1
    site.backend.answer = Answer(chunks=["hel", "lo"], trailers=[("Sum", "5")])
    assert asked(site, at("/v/trailers"), at("/v/trailers")) == 2
    site.backend.answer = Answer(raw="HTTP/1.1 200 OK\r\n\r\nuntil the end", then="close")
    assert asked(site, at("/v/end"), at("/v/end")) == 2, "whether that was all nobody knows"


def test_long_answers_are_not_kept(site):
    put(site, "v")
    site.backend.answer = Answer(body="x" * (1 << 20))
    assert asked(site, at("/v/fits"), at("/v/fits")) == 1
    assert len(ask(site, "/v/fits").body) == 1 << 20
    site.backend.answer = Answer(body="x" * ((1 << 20) + 1))
    assert asked(site, at("/v/long"), at("/v/long")) == 2
    site.backend.answer = Answer(chunks=["x" * (1 << 19)] * 3)
    assert asked(site, at("/v/chunks"), at("/v/chunks")) == 2


def test_kept_answers_take_no_more_memory_than_they_may(gateways, backend):
    site = Site(gateways("--cache-size", "64KiB", "--cache-answer-size", "16KiB"), backend)
    site.api(path="/v/{id}", name="v", to="/v/{id}")
    site.release()
    put(site, "v")
    site.backend.answer = Answer(body="x" * 10_000)
    calls = [at(f"/v/{number}") for number in range(20)]
    assert asked(site, *calls) == 20
    # Six of them fit; which ones is the store's affair.
    assert asked(site, *calls) >= 14
    none = Site(gateways("--cache-size", "0"), backend)
    none.api(path="/v/{id}", name="v", to="/v/{id}")
    none.release()
    put(none, "v")
    assert asked(none, at(), at()) == 2


def test_answers_end_with_their_time(site):
    put(site, "v", ttl=1)
    put(site, "b", cache_control=True, ttl=3600)
    assert asked(site, at()) == 1
    until(lambda: asked(site, at()) == 1, "the answer is too old")
    site.backend.answer = Answer(headers=[("Cache-Control", "max-age=1")], body="short")
    assert asked(site, at("/b")) == 1
    until(lambda: asked(site, at("/b")) == 1, "the answer is too old by its own word")


def test_cache_control_is_obeyed_where_the_plugin_says_so(site):
    put(site, "v", ttl=0, cache_control=True)
    put(site, "b", ttl=3600, cache_control=False)
    site.backend.answer = Answer(headers=[("Cache-Control", "max-age=600")], body="x")
    assert asked(site, at("/v/1"), at("/v/1")) == 1
    assert asked(site, at("/v/1", "Cache-Control: no-cache"), at("/v/1", "Pragma: no-cache"), at("/v/1")) == 2
    assert asked(site, at("/v/1", "Cache-Control: max-age=0"), at("/v/1", "Cache-Control: max-age=600")) == 1
    assert asked(site, at("/v/2", "Cache-Control: no-store"), at("/v/2"), at("/v/2")) == 2
    site.backend.answer = Answer(headers=[("Cache-Control", "max-age=600"), ("Age", "600")], body="x")
    assert asked(site, at("/v/3"), at("/v/3")) == 2
    site.backend.answer = Answer(headers=[("Cache-Control", "no-cache")], body="x")
    assert asked(site, at("/v/4"), at("/v/4")) == 2
    assert asked(site, at("/b"), at("/b", "Cache-Control: no-cache")) == 1, "where it is not, the plugin's time counts"
    site.backend.answer = Answer(body="x")
    assert asked(site, at("/v/5"), at("/v/5")) == 2, "without a word it is the plugin's time, which is none"


def test_edits_and_releases_forget_what_is_kept(site):
    plugin = put(site, "v")
    assert asked(site, at(), at()) == 1
    plugins.change(site, plugin, cache(ttl=3599))
    assert asked(site, at(), at()) == 1
    site.cloud.ModifyPlugin(PluginId=plugin, PluginName="renamed")
    site.release()
    assert asked(site, at(), at()) == 1, "a new release is answered anew"
    site.change("v", ServiceConfig={"Url": site.backend.url, "Path": "/other/{id}", "Method": "ANY"})
    assert asked(site, at()) == 0, "a change that is not released changes nothing"
    site.release()
    assert asked(site, at()) == 1 and site.backend.seen.path == "/other/1"


def test_calls_that_take_other_routes_get_other_answers(site):
    config = {"ServiceType": "HTTP", "ServiceConfig": {"Url": site.backend.url, "Path": "/admin", "Method": "ANY"}}
    route = {
        "strategy_name": "admin",
        "strategy_weight": 0,
        "condition": "header.role = 'admin'",
        "backend_type": "HTTP",
        "backend_config": config,
    }
    plugins.attach(site, plugins.make(site, "Routing", [route]), "v")
    put(site, "v")
    admin = at("/v/1", "Role: admin")
    assert asked(site, admin, at(), admin, at()) == 2
    assert '"/admin"' in ask(site, **admin).text and '"/admin"' not in ask(site).text


def test_an_open_breaker_neither_gives_nor_keeps(site):
    breaker = {
        "failure_condition": "status_code >= 500",
        "failure_threshold": 1,
        "time_window": 90,
        "open_state_duration": 300,
        "backend_type": "MOCK",
        "backend_config": {"ServiceType": "MOCK", "ServiceMockReturnMessage": "stand-in"},
    }
    put(site, "v")
    plugin = plugins.attach(site, plugins.make(site, "CircuitBreaker", breaker), "v")
    kept = ask(site).text
    site.backend.answer = Answer(status=500)
    assert [ask(site, f"/v/{number}").status for number in (2, 3)] == [500] * 2
    assert ask(site).text == "stand-in" and ask(site, "/v/2").text == "stand-in"
    plugins.detach(site, plugin, "v")
    assert ask(site).text == kept and ask(site, "/v/2").status == 500


def test_data_are_told_back_as_they_were_sent(site):
    data = {
        "cache_key_params": by("header param1", "query q", "path p"),
        "cacheable_methods": ["GET", "POST", "PUT", "DELETE", "HEAD"],
        "cacheable_response_codes": [200, 301, 404],
        "cache_control": True,
        "ttl": 300,
    }
    plugin = plugins.make(site, "ProxyCache", data)
    assert json.loads(site.cloud.DescribePlugin(PluginId=plugin)["Result"]["PluginData"]) == data


CONFIG = "InvalidParameterValue.InvalidPluginConfig"


@pytest.mark.parametrize(
    "data, code, member",
    [
        (cache(ttl=-1), CONFIG, "PluginData.ttl`"),
        (cache(ttl=3601), CONFIG, "PluginData.ttl`"),
        (cache(cacheable_methods=[]), CONFIG, "PluginData.cacheable_methods`"),
        (cache(cacheable_methods=["GET", "PATCH"]), CONFIG, "PluginData.cacheable_methods.1`"),
        (cache(cacheable_methods=["GET", "GET"]), CONFIG, "PluginData.cacheable_methods.1`"),
        (cache(cacheable_response_codes=[]), CONFIG, "PluginData.cacheable_response_codes`"),
        (cache(cacheable_response_codes=[199]), CONFIG, "PluginData.cacheable_response_codes.0`"),
        (cache(cacheable_response_codes=["200"]), CONFIG, "PluginData.cacheable_response_codes.0`"),
        (cache(cache_key_params=by("body a")), CONFIG, "PluginData.cache_key_params.0.position`"),
        (cache(cache_key_params=by("query a", "query a")), CONFIG, "PluginData.cache_key_params.1.parameter`"),
        (cache(cache_key_params=by("header a", "header A")), CONFIG, "PluginData.cache_key_params.1.parameter`"),
        (cache(cache_key_params=by(*(f"query q{n}" for n in range(21)))), CONFIG, "PluginData.cache_key_params`"),
        (cache(magic=1), CONFIG, "PluginData.magic`"),
        ({"ttl": 1}, "MissingParameter.PluginConfig", "PluginData.cacheable_methods`"),
    ],
)
def test_wrong_data_are_refused_by_member(bare, data, code, member):
    with pytest.raises(Refused) as caught:
        plugins.make(bare, "ProxyCache", data)
    assert (caught.value.code, member in caught.value.message) == (code, True), caught.value.message


def test_parameters_must_be_declared_on_the_api(site):
    plugin = plugins.make(site, "ProxyCache", cache(cache_key_params=by("query page", "header x-tenant")))
    plugins.attach(site, plugin, "v")
    with pytest.raises(Refused) as caught:
        plugins.attach(site, plugin, "b")
    assert caught.value.code == CONFIG and "`page`" in caught.value.message
    with pytest.raises(Refused) as caught:
        plugins.change(site, plugin, cache(cache_key_params=by("query other")))
    assert caught.value.code == CONFIG and "`other`" in caught.value.message
