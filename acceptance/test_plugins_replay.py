"""Anti-replay: calls that may be made once only, by their nonce."""

import json

import pytest

from stand import plugins
from stand.cloud import Refused
from stand.site import Site
from stand.tags import UNCERTAIN
from stand.wire import call

REPLAYED = (UNCERTAIN["replayed"]["status"], {"message": UNCERTAIN["replayed"]["message"]})
MISSING = (403, {"message": "header x-apigw-nonce is required"})


@pytest.fixture
def site(gateway):
    """Two APIs."""
    site = Site(gateway, None)
    site.api(path="/a", mock="a", name="a")
    site.api(path="/b", mock="b", name="b")
    site.release()
    return site


def ask(site, nonce=None, path="/a", headers=()):
    """Status and body of a call."""
    sent = [*headers, *([("X-Apigw-Nonce", nonce)] if nonce is not None else [])]
    answer = call(site.gateway.http, "GET", path, site.host, sent)
    return answer.status, json.loads(answer.body) if answer.status != 200 else answer.text


def test_a_nonce_is_good_for_one_call(site):
    plugin = plugins.attach(site, plugins.make(site, "AntiReplay", {"force_nonce": True, "nonce_ttl": 900}), "a", "b")
    assert ask(site, "one") == (200, "a")
    assert ask(site, "one") == REPLAYED
    assert ask(site, "two") == (200, "a")
    assert ask(site, "one", "/b") == (200, "b"), "each API has its own"
    assert ask(site) == MISSING
    assert ask(site, "") == MISSING
    assert ask(site, "three", headers=[("x-apigw-nonce", "four")])[0] == 403, "two nonces cannot be judged"
    site.release("release", "again")
    assert ask(site, "one") == REPLAYED
    plugins.change(site, plugin, {"force_nonce": False, "nonce_ttl": 900})
    assert ask(site) == (200, "a")
    assert ask(site, "one") == REPLAYED
    plugins.detach(site, plugin, "a")
    assert ask(site, "one") == (200, "a")


def test_a_call_that_is_refused_elsewhere_uses_no_nonce_up(site):
    plugins.attach(site, plugins.make(site, "AntiReplay", {}), "a")
    limit = {"expire_type": "day", "expire": 366, "api_rate_limit": 2}
    traffic = plugins.attach(site, plugins.make(site, "TrafficControl", limit), "a")
    assert [ask(site, nonce)[0] for nonce in ("1", "1", "2", "3")] == [200, 403, 200, 429]
    plugins.detach(site, traffic, "a")
    assert ask(site, "3") == (200, "a")


@pytest.mark.parametrize(
    "data, member",
    [
        ({"nonce_ttl": 0}, "nonce_ttl"),
        ({"nonce_ttl": 1801}, "nonce_ttl"),
        ({"nonce_ttl": "900"}, "nonce_ttl"),
        ({"force_nonce": 1}, "force_nonce"),
        ({"nonce": 1}, "nonce"),
    ],
)
def test_wrong_data_are_refused_by_member(bare, data, member):
    with pytest.raises(Refused) as caught:
        plugins.make(bare, "AntiReplay", data)
    assert caught.value.code == "InvalidParameterValue.InvalidPluginConfig"
    assert f"`PluginData.{member}`" in caught.value.message, caught.value.message


def test_defaults_are_told(site):
    plugin = plugins.make(site, "AntiReplay", {})
    told = site.cloud.DescribePlugin(PluginId=plugin)["Result"]["PluginData"]
    assert told == '{"force_nonce":false,"nonce_ttl":900}'
