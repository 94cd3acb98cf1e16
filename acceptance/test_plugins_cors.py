"""Cors: which pages of other sites may call, in place of the API's own EnableCORS."""

import pytest

from stand import plugins
from stand.backend import Answer
from stand.cloud import Refused
from stand.site import Site
from stand.wire import call

RULES = {
    "allow_origin": ["https://a.example", "http://b.example:8080"],
    "allow_methods": ["GET", "PUT"],
    "allow_headers": ["X-One", "X-Two"],
    "expose_headers": ["X-Three"],
    "allow_credentials": True,
    "max_age": 600,
}


@pytest.fixture
def site(gateway):
    """Three APIs: one that is closed, one that is open, one that signs."""
    site = Site(gateway, None)
    site.api(path="/closed", method="GET", mock="closed", name="closed")
    site.api(path="/open", method="GET", mock="open", name="open", EnableCORS=True)
    site.api(path="/signed", method="GET", mock="signed", name="signed", AuthType="SECRET")
    site.release()
    return site


def ask(site, path, origin, method="GET", **headers):
    """An answer to a page of `origin`, its headers by lower-case name."""
    sent = [("Origin", origin), *((name.replace("_", "-"), value) for name, value in headers.items())]
    answer = call(site.gateway.http, method, path, site.host, sent)
    told = {}
    for name, value in answer.headers:
        told.setdefault(name.lower(), []).append(value)
    return answer.status, {name: ", ".join(values) for name, values in told.items()}


def preflight(site, path, origin, method="PUT"):
    """The answer to a preflight."""
    return ask(site, path, origin, "OPTIONS", Access_Control_Request_Method=method)


def cross(headers):
    """The headers that rule pages of other sites."""
    return {name: value for name, value in headers.items() if name.startswith("access-control-")}


def test_pages_of_listed_sites_may_call_and_others_may_not(site):
    plugins.attach(site, plugins.make(site, "Cors", RULES), "closed", "open", "signed")
    simple = {
        "access-control-allow-origin": "https://a.example",
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "X-Three",
    }
    for path in ("/closed", "/open"):
        status, headers = ask(site, path, "https://a.example")
        assert (status, cross(headers), headers["vary"]) == (200, simple, "Origin")
        assert ask(site, path, "http://b.example:8080")[0] == 200
        for origin in ("http://a.example", "https://a.example:8443", "https://b.example", "null"):
            status, headers = ask(site, path, origin)
            assert (status, cross(headers).get("access-control-allow-origin")) == (429, None), origin
    status, headers = ask(site, "/signed", "https://a.example")
    assert (status, cross(headers)) == (401, simple), "a page may read what it was refused for"
    answer = call(site.gateway.http, "GET", "/closed", site.host)
    assert answer.status == 200, "what no browser sends is let pass"


def test_a_preflight_is_answered_by_the_rules(site):
    plugins.attach(site, plugins.make(site, "Cors", RULES), "closed")
    status, headers = preflight(site, "/closed", "https://a.example", "GET")
    assert (status, cross(headers)) == (
        204,
        {
            "access-control-allow-origin": "https://a.example",
            "access-control-allow-credentials": "true",
            "access-control-allow-methods": "GET,PUT",
            "access-control-allow-headers": "X-One,X-Two",
            "access-control-expose-headers": "X-Three",
            "access-control-max-age": "600",
        },
    )
    assert preflight(site, "/closed", "https://c.example", "GET")[0] == 429
    assert preflight(site, "/closed", "https://a.example", "DELETE")[0] != 204, "no API answers DELETE there"


def test_any_site_and_any_header(site):
    data = {**RULES, "allow_origin": ["*"], "allow_headers": ["*"], "expose_headers": [], "allow_credentials": False}
    plugin = plugins.make(site, "Cors", data)
    plugins.attach(site, plugin, "closed")
    assert cross(ask(site, "/closed", "https://any.example")[1]) == {"access-control-allow-origin": "*"}
    status, headers = preflight(site, "/closed", "https://any.example", "GET")
    assert cross(headers) == {
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "GET,PUT",
        "access-control-allow-headers": "*",
        "access-control-max-age": "600",
    }
    plugins.change(site, plugin, RULES)
    assert ask(site, "/closed", "https://any.example")[0] == 429
    plugins.detach(site, plugin, "closed")
    assert ask(site, "/closed", "https://a.example")[0] == 429
    assert ask(site, "/open", "https://any.example")[0] == 200


def test_what_the_backend_says_of_other_sites_does_not_pass(gateway, backend):
    backend.answer = Answer(headers=[("Access-Control-Allow-Origin", "*"), ("Access-Control-Max-Age", "9")])
    site = Site(gateway, backend)
    site.api(path="/a", name="a")
    site.release()
    plugins.attach(site, plugins.make(site, "Cors", {**RULES, "allow_credentials": False}), "a")
    assert cross(ask(site, "/a", "https://a.example")[1]) == {
        "access-control-allow-origin": "https://a.example",
        "access-control-expose-headers": "X-Three",
    }


@pytest.mark.parametrize(
    "change, member",
    [
        ({"allow_origin": []}, "allow_origin"),
        ({"allow_origin": ["a.example"]}, "allow_origin.0"),
        ({"allow_origin": ["https://a.example/path"]}, "allow_origin.0"),
        ({"allow_origin": ["https://a.example", "*"]}, "allow_origin"),
        ({"allow_origin": "*"}, "allow_origin"),
        ({"allow_methods": []}, "allow_methods"),
        ({"allow_methods": ["GET", "PATCH"]}, "allow_methods.1"),
        ({"allow_methods": ["GET", "GET"]}, "allow_methods.1"),
        ({"allow_headers": ["X One"]}, "allow_headers.0"),
        ({"expose_headers": ["X-One", "X\r\n"]}, "expose_headers.1"),
        ({"allow_headers": [f"X-{number}" for number in range(101)]}, "allow_headers"),
        ({"allow_credentials": "true"}, "allow_credentials"),
        ({"max_age": 0}, "max_age"),
        ({"max_age": -1}, "max_age"),
        ({"max_age": 1.5}, "max_age"),
        ({"max_age": None}, "max_age"),
        ({"extra": 1}, "extra"),
    ],
)
def test_wrong_data_are_refused_by_member(bare, change, member):
    with pytest.raises(Refused) as caught:
        plugins.make(bare, "Cors", {**RULES, **change})
    expected = "MissingParameter.PluginConfig" if None in change.values() else "InvalidParameterValue.InvalidPluginConfig"
    assert caught.value.code == expected
    assert f"`PluginData.{member}`" in caught.value.message, caught.value.message
