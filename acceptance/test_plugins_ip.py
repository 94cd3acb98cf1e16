"""IPControl: who may call, by address; at once, without a release."""

import json

import pytest

from stand import plugins
from stand.cloud import Cloud, Refused
from stand.site import Site
from stand.tags import UNCERTAIN
from stand.wire import call

REFUSED = (UNCERTAIN["refused_address"]["status"], {"message": UNCERTAIN["refused_address"]["message"]})


@pytest.fixture
def site(gateways):
    """A service on a gateway that believes what 127.0.0.1 says of its callers."""
    site = Site(gateways("--trusted-proxies", "127.0.0.1"), None)
    site.api(path="/a", mock="a", name="a")
    site.api(path="/b", mock="b", name="b", AuthType="SECRET")
    site.release("release")
    site.release("test")
    return site


def ask(site, path="/a", address=None):
    """Status and body of a call that comes from `address`."""
    headers = [("X-Forwarded-For", address)] if address else []
    answer = call(site.gateway.http, "GET", path, site.host, headers)
    return answer.status, json.loads(answer.body) if answer.status != 200 else answer.text


def test_a_black_list_refuses_whom_it_names_at_once(site):
    data = {"type": "black_list", "blocks": "203.0.113.7;198.51.100.0/24\n2001:db8::/32"}
    plugin = plugins.make(site, "IPControl", data)
    assert ask(site, address="203.0.113.7") == (200, "a")
    plugins.attach(site, plugin, "a")
    for address in ("203.0.113.7", "198.51.100.200", "2001:db8::5"):
        assert ask(site, address=address) == REFUSED, address
    for address in ("203.0.113.8", "198.51.101.0", None):
        assert ask(site, address=address) == (200, "a"), address
    assert ask(site, "/test/a", "203.0.113.7") == (200, "a"), "another environment"
    plugins.change(site, plugin, {"type": "black_list", "blocks": "203.0.113.8"})
    assert ask(site, address="203.0.113.7") == (200, "a")
    assert ask(site, address="203.0.113.8") == REFUSED
    plugins.detach(site, plugin, "a")
    assert ask(site, address="203.0.113.8") == (200, "a")


def test_a_white_list_refuses_everybody_else_before_authentication(site):
    plugin = plugins.make(site, "IPControl", {"type": "white_list", "blocks": "203.0.113.0/24"})
    plugins.attach(site, plugin, "a", "b")
    assert ask(site, address="203.0.113.7") == (200, "a")
    assert ask(site, address="198.51.100.1") == REFUSED
    assert ask(site, "/b", "198.51.100.1") == REFUSED
    assert ask(site, "/b", "203.0.113.7")[0] == 401
    site.cloud.DeletePlugin(PluginId=plugin)
    site.gateway.settle()
    assert ask(site, address="198.51.100.1") == (200, "a")


def test_strategy_and_plugin_must_both_agree(site):
    strategy = site.cloud.CreateIPStrategy(
        ServiceId=site.id, StrategyName="s", StrategyType="WHITE", StrategyData="203.0.113.0/24"
    )["Result"]["StrategyId"]
    site.cloud.BindIPStrategy(
        ServiceId=site.id, StrategyId=strategy, EnvironmentName="release", BindApiIds=[site.apis["a"]]
    )
    plugins.attach(site, plugins.make(site, "IPControl", {"type": "black_list", "blocks": "203.0.113.7"}), "a")
    assert ask(site, address="203.0.113.7") == REFUSED
    assert ask(site, address="198.51.100.1") == REFUSED
    assert ask(site, address="203.0.113.8") == (200, "a")


def test_it_outlives_a_restart_a_release_and_a_time_off_line(site):
    plugins.attach(site, plugins.make(site, "IPControl", {"type": "black_list", "blocks": "203.0.113.7"}), "a")
    site.release("release", "again")
    assert ask(site, address="203.0.113.7") == REFUSED
    site.gateway.restart()
    assert ask(site, address="203.0.113.7") == REFUSED
    site.cloud = Cloud(site.gateway.admin)
    site.cloud.UnReleaseService(ServiceId=site.id, EnvironmentName="release")
    site.release("release", "back")
    assert ask(site, address="203.0.113.7") == REFUSED
    assert ask(site, address="203.0.113.8") == (200, "a")


@pytest.mark.parametrize(
    "data, code, word",
    [
        ("[]", "InvalidParameterValue.InvalidPluginConfig", "PluginData"),
        ("5", "InvalidParameterValue.InvalidPluginConfig", "PluginData"),
        ({"type": "black_list"}, "MissingParameter.PluginConfig", "PluginData.blocks"),
        ({"blocks": "1.1.1.1"}, "MissingParameter.PluginConfig", "PluginData.type"),
        ({"type": "grey", "blocks": "1.1.1.1"}, "InvalidParameterValue.InvalidPluginConfig", "PluginData.type"),
        ({"type": 1, "blocks": "1.1.1.1"}, "InvalidParameterValue.InvalidPluginConfig", "PluginData.type"),
        ({"type": "black_list", "blocks": ""}, "InvalidParameterValue.InvalidIPAddress", "PluginData.blocks"),
        ({"type": "black_list", "blocks": "1.1.1"}, "InvalidParameterValue.InvalidIPAddress", "`1.1.1`"),
        ({"type": "black_list", "blocks": "1.1.1.1", "x": 1}, "InvalidParameterValue.InvalidPluginConfig", "PluginData.x"),
        (
            {"type": "black_list", "blocks": "1.1.1.1", "descriptions": {"1.1.1.1": 5}},
            "InvalidParameterValue.InvalidPluginConfig",
            "PluginData.descriptions.1.1.1.1",
        ),
    ],
)
def test_wrong_data_are_refused_by_member(bare, data, code, word):
    with pytest.raises(Refused) as caught:
        plugins.make(bare, "IPControl", data)
    assert caught.value.code == code
    assert word in caught.value.message, caught.value.message
