"""Routing: where else calls go, by what they say."""

import json

import pytest

from stand import plugins
from stand.backend import Backend
from stand.cloud import Refused
from stand.site import Site
from stand.wire import call


def mock(message, condition, weight=0, name=None):
    """A route to a fixed answer."""
    return {
        "strategy_name": name or message,
        "strategy_weight": weight,
        "condition": condition,
        "backend_type": "MOCK",
        "backend_config": {"ServiceType": "MOCK", "ServiceMockReturnMessage": message},
    }


def http(url, condition, path="/canary", **fields):
    """A route to another origin."""
    config = {"ServiceType": "HTTP", "ServiceConfig": {"Url": url, "Path": path, "Method": "ANY"}}
    return {**mock("http", condition), "backend_type": "HTTP", "backend_config": config, **fields}


@pytest.fixture
def site(gateway, backend):
    """An API that goes to a backend, one with a variable, and a WebSocket."""
    site = Site(gateway, backend)
    site.api(path="/a", name="a", to="/own")
    site.api(path="/v/{id}", name="v", to="/own/{id}")
    site.api(
        path="/chat",
        method="GET",
        name="chat",
        Protocol="WEBSOCKET",
        ServiceType="WEBSOCKET",
        ServiceConfig={"Url": backend.url.replace("http", "ws"), "Path": "/", "Method": "GET"},
    )
    site.release()
    return site


def ask(site, path="/a", headers=()):
    """The answer to a call."""
    return call(site.gateway.http, "GET", path, site.host, list(headers))


def test_the_weightiest_route_whose_condition_holds_answers(site):
    data = [
        mock("old", "query.n < 10"),
        mock("new", "query.n < 10"),
        mock("heavy", "query.n < 5", 7),
        mock("heaviest", "header.tier = 'gold' and query.n < 3", 100),
    ]
    plugin = plugins.attach(site, plugins.make(site, "Routing", data), "a")
    assert ask(site, "/a?n=2", [("Tier", "gold")]).text == "heaviest"
    assert ask(site, "/a?n=2").text == "heavy"
    assert ask(site, "/a?n=7").text == "new", "of equal weights the newest"
    assert ask(site, "/a?n=11").status == 200 and site.backend.seen.target == "/own?n=11"
    assert ask(site).status == 200 and site.backend.seen.target == "/own"
    assert ask(site, "/a?n=1&n=20").status == 403, "what cannot be judged is refused"
    plugins.change(site, plugin, [mock("other", "path = '/a'")])
    assert ask(site, "/a?n=2").text == "other"
    plugins.detach(site, plugin, "a")
    assert ask(site, "/a?n=2").status == 200 and site.backend.seen.target == "/own?n=2"


def test_a_route_leads_to_another_origin_with_the_apis_variables(site):
    canary = Backend()
    route = http(canary.url, "exists(header.canary)", "/canary/{id}")
    plugins.attach(site, plugins.make(site, "Routing", [route]), "v")
    answer = ask(site, "/v/7/rest?q=1", [("Canary", "yes")])
    assert (answer.status, canary.seen.target) == (200, "/canary/7/rest?q=1")
    assert [value for name, value in answer.headers if name.lower() == "x-api-id"] == [site.apis["v"]]
    assert site.backend.requests == []
    assert ask(site, "/v/8").status == 200 and site.backend.seen.target == "/own/8"
    canary.close()
    assert ask(site, "/v/7", [("Canary", "yes")]).status == 502


def test_a_route_may_lead_to_an_upstream_which_then_must_stay(site):
    node = Backend()
    upstream = site.cloud.CreateUpstream(
        Scheme="HTTP",
        Algorithm="ROUND-ROBIN",
        UniqVpcId="vpc-1",
        Nodes=[{"Host": "127.0.0.1", "Port": node.port, "Weight": 1}],
    )["UpstreamId"]
    config = {
        "ServiceType": "UPSTREAM",
        "ServiceConfig": {"Product": "upstream", "UpstreamId": upstream, "Path": "/up", "Method": "GET"},
    }
    route = {**mock("up", "query.up = true"), "backend_type": "UPSTREAM", "backend_config": config}
    plugin = plugins.attach(site, plugins.make(site, "Routing", [route]), "a")
    assert ask(site, "/a?up=true").status == 200 and node.seen.target == "/up?up=true"
    other = Backend()
    site.cloud.ModifyUpstream(UpstreamId=upstream, Nodes=[{"Host": "127.0.0.1", "Port": other.port, "Weight": 1}])
    site.gateway.settle()
    assert ask(site, "/a?up=true").status == 200 and other.seen.target == "/up?up=true", "a change of it acts at once"
    with pytest.raises(Refused) as caught:
        site.cloud.DeleteUpstream(UpstreamId=upstream)
    assert caught.value.code == "UnsupportedOperation.UnsupportedDeleteUpstream"
    assert plugin in caught.value.message
    site.cloud.DeletePlugin(PluginId=plugin)
    site.cloud.DeleteUpstream(UpstreamId=upstream)
    with pytest.raises(Refused) as caught:
        plugins.make(site, "Routing", [route])
    assert caught.value.code == "InvalidParameterValue.InvalidUpstream"
    node.close()
    other.close()


def test_canaries_get_their_share(site):
    plugins.attach(site, plugins.make(site, "Routing", [mock("canary", "Random() < 0.5")]), "a")
    answers = {ask(site).text == "canary" for _ in range(200)}
    assert answers == {True, False}


def test_it_works_beside_the_other_plugins_and_after_a_restart(site):
    plugins.attach(site, plugins.make(site, "Routing", [mock("routed", "path = '/a'")]), "a")
    limit = {"expire_type": "day", "expire": 366, "api_rate_limit": 3}
    plugins.attach(site, plugins.make(site, "TrafficControl", limit), "a")
    cors = {
        "allow_origin": ["https://a.example"],
        "allow_methods": ["GET"],
        "allow_headers": [],
        "expose_headers": [],
        "allow_credentials": False,
        "max_age": 1,
    }
    plugins.attach(site, plugins.make(site, "Cors", cors), "a")
    answer = ask(site, headers=[("Origin", "https://a.example")])
    assert (answer.text, ("Access-Control-Allow-Origin", "https://a.example") in answer.headers) == ("routed", True)
    assert [ask(site).status for _ in range(3)] == [200, 200, 429]
    site.gateway.restart()
    assert ask(site).text == "routed"


def test_a_route_must_fit_the_api(site):
    plugin = plugins.make(site, "Routing", [mock("m", "path = '/chat'")])
    with pytest.raises(Refused) as caught:
        plugins.attach(site, plugin, "chat")
    assert caught.value.code == "UnsupportedOperation.InvalidEndpointType"
    open_variable = [http("http://127.0.0.1:9", "path = '/a'", "/x/{missing}")]
    plugin = plugins.make(site, "Routing", open_variable)
    with pytest.raises(Refused) as caught:
        plugins.attach(site, plugin, "a")
    assert "missing" in caught.value.message
    fits = plugins.attach(site, plugins.make(site, "Routing", [mock("m", "path = '/a'")]), "a")
    with pytest.raises(Refused) as caught:
        plugins.change(site, fits, open_variable)
    assert caught.value.code == "InvalidParameterValue.InvalidServiceConfig"
    assert ask(site).text == "m"


def test_data_are_told_back_as_they_were_sent(site):
    data = [
        {**http("http://h:80", "path = '/a'"), "ReserveReqHost": True},
        mock("m", " Random()<0.5 ", 3),
        {
            **mock("v", "query.a = 1"),
            "backend_type": "VPC",
            "backend_config": {
                "ServiceType": "VPC",
                "ServiceConfig": {
                    "Url": "http://h",
                    "Path": "/",
                    "Method": "GET",
                    "Product": "clb",
                    "UniqVpcId": "vpc-1",
                },
            },
        },
        {
            **mock("f", "query.b = 1"),
            "backend_type": "SCF",
            "backend_config": {
                "ServiceType": "SCF",
                "ServiceScfFunctionName": "f",
                "ServiceScfFunctionNamespace": "default",
                "ServiceScfFunctionQualifier": "$LATEST",
                "ServiceScfFunctionType": "EVENT",
                "ServiceScfIsIntegratedResponse": True,
            },
        },
    ]
    plugin = plugins.make(site, "Routing", data)
    assert json.loads(site.cloud.DescribePlugin(PluginId=plugin)["Result"]["PluginData"]) == data


ROUTE = mock("m", "path = '/a'")
CONFIG = "InvalidParameterValue.InvalidPluginConfig"


@pytest.mark.parametrize(
    "data, code, member",
    [
        ({}, CONFIG, "PluginData`"),
        ([], CONFIG, "PluginData`"),
        ([{**ROUTE, "strategy_name": f"s{n}"} for n in range(11)], CONFIG, "PluginData`"),
        ([ROUTE, ROUTE], CONFIG, "PluginData.1.strategy_name`"),
        ([{**ROUTE, "strategy_name": "a b"}], CONFIG, "PluginData.0.strategy_name`"),
        ([{**ROUTE, "strategy_name": "x" * 51}], CONFIG, "PluginData.0.strategy_name`"),
        ([{**ROUTE, "strategy_weight": 101}], CONFIG, "PluginData.0.strategy_weight`"),
        ([{**ROUTE, "condition": ""}], "InvalidParameterValue.InvalidCondition", "PluginData.0.condition`"),
        ([{**ROUTE, "condition": "path ="}], "InvalidParameterValue.InvalidCondition", "at character 7"),
        ([{**ROUTE, "backend_type": "TSF", "backend_config": {}}], "InvalidParameterValue.InvalidServiceType", "TSF"),
        ([{**ROUTE, "backend_type": "FTP", "backend_config": {}}], "InvalidParameterValue.InvalidServiceType", "FTP"),
        ([{**ROUTE, "backend_type": "HTTP"}], "InvalidParameterValue.InvalidServiceType", "backend_config.ServiceType`"),
        ([{**ROUTE, "backend_config": {}}], "InvalidParameterValue.InvalidServiceMockReturnMessage", "0.backend_config"),
        ([{**ROUTE, "backend_config": {"Magic": 1}}], CONFIG, "PluginData.0.backend_config.Magic`"),
        ([{**ROUTE, "backend_config": 5}], CONFIG, ""),
        ([http("http://h", "path='/a'", backend_config={})], "MissingParameter.BackendSpecificParam", "ServiceConfig`"),
        ([http("ftp://h", "path='/a'")], "InvalidParameterValue.InvalidUrl", "backend_config.ServiceConfig.Url`"),
        ([{k: v for k, v in ROUTE.items() if k != "condition"}], "MissingParameter.PluginConfig", "PluginData.0.condition`"),
    ],
)
def test_wrong_data_are_refused_by_member(bare, data, code, member):
    with pytest.raises(Refused) as caught:
        plugins.make(bare, "Routing", data)
    assert (caught.value.code, member in caught.value.message) == (code, True), caught.value.message
