"""CircuitBreaker: what becomes of calls while their backend fails."""

import json

import pytest

from stand import plugins
from stand.backend import Answer, Backend, refusing_port
from stand.cloud import Refused
from stand.patience import until
from stand.site import Site
from stand.tags import UNCERTAIN
from stand.wire import Wire, call

OPEN = (UNCERTAIN["open_circuit"]["status"], {"message": UNCERTAIN["open_circuit"]["message"]})
FAILING = Answer(status=503, reason="Down")


def breaker(message="stand-in", **data):
    """The data of a plugin that opens with the third failure, and gives a fixed answer then."""
    return {
        "failure_condition": "func_not_in(status_code,{200,201,202})",
        "failure_threshold": 2,
        "time_window": 90,
        "open_state_duration": 300,
        "backend_type": "MOCK",
        "backend_config": {"ServiceType": "MOCK", "ServiceMockReturnMessage": message},
        **data,
    }


def disabled(**data):
    """The same, with nothing that stands in."""
    told = breaker(backend_type="Disable", **data)
    del told["backend_config"]
    return told


@pytest.fixture
def site(gateways, backend):
    """Two APIs that go to a backend, one to nobody, one that is impatient. A failure is counted when the answer is on its
    way, so that a call at another worker in that very instant is still let through: one worker does one after the other."""
    site = Site(gateways("--workers", "1"), backend)
    site.api(path="/a", name="a", to="/own")
    site.api(path="/b", name="b", to="/own")
    site.api(path="/v/{id}", name="v", to="/own/{id}")
    nobody = {"Url": f"http://127.0.0.1:{refusing_port()}", "Path": "/", "Method": "ANY"}
    site.api(path="/nobody", name="nobody", ServiceConfig=nobody)
    site.api(path="/slow", name="slow", ServiceTimeout=1)
    site.release()
    return site


def ask(site, path="/a", headers=(), method="GET", body=None):
    """Status and body."""
    answer = call(site.gateway.http, method, path, site.host, list(headers), body)
    return answer.status, answer.text


def shut(answer):
    """An answer of a breaker behind which nothing stands."""
    status, text = answer
    return text.startswith("{") and (status, json.loads(text)) == OPEN


def test_it_opens_beyond_the_threshold_and_another_answers(site):
    plugin = plugins.attach(site, plugins.make(site, "CircuitBreaker", breaker()), "a", "b")
    site.backend.answer = FAILING
    assert [ask(site)[0] for _ in range(3)] == [503] * 3
    count = len(site.backend.requests)
    assert [ask(site) for _ in range(3)] == [(200, "stand-in")] * 3
    assert len(site.backend.requests) == count, "the backend is left alone"
    assert ask(site, "/b")[0] == 503, "each API is counted for itself"
    site.backend.answer = None
    assert ask(site) == (200, "stand-in"), "it stays open for its time"
    plugins.change(site, plugin, breaker("another"))
    assert ask(site) == (200, "another"), "what was seen is kept where it is counted alike"
    plugins.change(site, plugin, breaker(failure_threshold=3))
    assert ask(site)[1] != "stand-in", "and forgotten where it is not"
    plugins.detach(site, plugin, "a")
    assert ask(site)[0] == 200


def test_it_closes_by_itself_and_counts_anew(site):
    plugins.attach(site, plugins.make(site, "CircuitBreaker", disabled(open_state_duration=15)), "a")
    site.backend.answer = FAILING
    assert [ask(site)[0] for _ in range(3)] == [503] * 3
    assert shut(ask(site))
    until(lambda: not shut(ask(site)), "the breaker closes", 120, 0.5)
    # That was one failure; two are allowed.
    assert not shut(ask(site))
    assert not shut(ask(site))
    assert shut(ask(site))


def test_good_answers_and_refused_calls_are_no_failures(site):
    site.api(path="/signed", name="signed", AuthType="SECRET")
    site.release()
    plugins.attach(site, plugins.make(site, "CircuitBreaker", disabled()), "a", "signed")
    assert {ask(site)[0] for _ in range(6)} == {200}
    assert {ask(site, "/signed")[0] for _ in range(6)} == {401}
    site.backend.answer = FAILING
    assert not shut(ask(site))


def test_a_backend_that_gives_no_answer_has_failed(site):
    data = disabled(failure_condition="status_code = 999", failure_threshold=1)
    plugins.attach(site, plugins.make(site, "CircuitBreaker", data), "nobody", "slow", "a")
    assert [ask(site, "/nobody")[0] for _ in range(2)] == [502] * 2
    assert shut(ask(site, "/nobody"))
    site.backend.answer = Answer(delay=3)
    assert [ask(site, "/slow")[0] for _ in range(2)] == [504] * 2
    assert shut(ask(site, "/slow"))
    site.backend.answer = Answer(raw="nonsense\r\n\r\n", then="close")
    assert [ask(site)[0] for _ in range(2)] == [502] * 2
    assert shut(ask(site))


def test_a_caller_whose_body_does_not_come_says_nothing_of_the_backend(site):
    data = disabled(failure_condition="status_code >= 500", failure_threshold=1)
    plugins.attach(site, plugins.make(site, "CircuitBreaker", data), "slow")
    for _ in range(3):
        with Wire(site.gateway.http) as wire:
            wire.send(f"POST /slow HTTP/1.1\r\nHost: {site.host}\r\nContent-Length: 100\r\n\r\nhalf")
            assert wire.receive().status == 408
    assert ask(site, "/slow", method="POST", body=b"whole")[0] == 200


def test_slow_answers_may_be_failures(site):
    data = disabled(failure_condition="latency_seconds > 0.3 and status_code = 200", failure_threshold=1)
    plugins.attach(site, plugins.make(site, "CircuitBreaker", data), "a")
    site.backend.answer = Answer(delay=0.4)
    assert [ask(site)[0] for _ in range(2)] == [200] * 2
    assert shut(ask(site))


def test_the_stand_in_may_be_another_origin_and_calls_get_there_whole(site):
    other = Backend()
    config = {"ServiceType": "HTTP", "ServiceConfig": {"Url": other.url, "Path": "/other/{id}", "Method": "ANY"}}
    data = breaker(backend_type="HTTP", backend_config=config, failure_threshold=1)
    plugins.attach(site, plugins.make(site, "CircuitBreaker", data), "v")
    site.backend.answer = FAILING
    assert [ask(site, "/v/1")[0] for _ in range(2)] == [503] * 2
    assert ask(site, "/v/2?q=1", method="POST", body=b"whole")[0] == 200
    assert (other.seen.target, other.seen.body) == ("/other/2?q=1", "whole")
    other.answer = FAILING
    assert {ask(site, "/v/3")[0] for _ in range(5)} == {503}
    assert len(other.requests) == 6, "what stands in is not judged"
    other.close()


def test_an_open_breaker_stands_before_routes_and_behind_limits(site):
    plugins.attach(site, plugins.make(site, "CircuitBreaker", breaker(failure_threshold=1)), "a")
    route = {
        "strategy_name": "all",
        "strategy_weight": 0,
        "condition": "path = '/a'",
        "backend_type": "HTTP",
        "backend_config": {
            "ServiceType": "HTTP",
            "ServiceConfig": {"Url": site.backend.url, "Path": "/routed", "Method": "ANY"},
        },
    }
    plugins.attach(site, plugins.make(site, "Routing", [route]), "a")
    limit = {"expire_type": "day", "expire": 366, "api_rate_limit": 4}
    plugins.attach(site, plugins.make(site, "TrafficControl", limit), "a")
    site.backend.answer = FAILING
    assert [ask(site)[0] for _ in range(2)] == [503] * 2
    assert site.backend.seen.path == "/routed"
    assert [ask(site) for _ in range(2)] == [(200, "stand-in")] * 2
    assert ask(site)[0] == 429


def test_an_upstream_that_stands_in_must_stay(site):
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
    data = breaker(backend_type="UPSTREAM", backend_config=config, failure_threshold=1)
    plugin = plugins.attach(site, plugins.make(site, "CircuitBreaker", data), "a")
    with pytest.raises(Refused) as caught:
        site.cloud.DeleteUpstream(UpstreamId=upstream)
    assert plugin in caught.value.message
    site.backend.answer = FAILING
    assert [ask(site)[0] for _ in range(2)] == [503] * 2
    assert ask(site)[0] == 200 and node.seen.path == "/up"
    other = Backend()
    site.cloud.ModifyUpstream(UpstreamId=upstream, Nodes=[{"Host": "127.0.0.1", "Port": other.port, "Weight": 1}])
    site.gateway.settle()
    assert ask(site)[0] == 200 and other.seen.path == "/up", "a change of it acts at once"
    node.close()
    other.close()


@pytest.mark.parametrize("data", [
    breaker("hello mock", failure_condition="latency_seconds>1 or func_not_in(status_code,{200,201,202})"),
    disabled(failure_threshold=20, time_window=50, open_state_duration=69),
])
def test_data_are_told_back_as_they_were_sent(site, data):
    plugin = plugins.make(site, "CircuitBreaker", data)
    assert json.loads(site.cloud.DescribePlugin(PluginId=plugin)["Result"]["PluginData"]) == data
    listed = site.cloud.DescribePlugins(PluginType="CircuitBreaker", PluginIds=[plugin])["Result"]
    assert listed["TotalCount"] == 1


CONFIG, CONDITION = "InvalidParameterValue.InvalidPluginConfig", "InvalidParameterValue.InvalidCondition"


@pytest.mark.parametrize(
    "data, code, member",
    [
        (breaker(failure_condition=""), CONDITION, "PluginData.failure_condition`"),
        (breaker(failure_condition="status_code ="), CONDITION, "at character 14"),
        (breaker(failure_condition="header.a = 1"), CONDITION, "at character 1"),
        (breaker(failure_condition="func_in(status_code,{99})"), CONDITION, "at character 22"),
        (breaker(failure_threshold=0), CONFIG, "PluginData.failure_threshold`"),
        (breaker(failure_threshold=10_001), CONFIG, "PluginData.failure_threshold`"),
        (breaker(time_window=9), CONFIG, "PluginData.time_window`"),
        (breaker(time_window=91), CONFIG, "PluginData.time_window`"),
        (breaker(open_state_duration=14), CONFIG, "PluginData.open_state_duration`"),
        (breaker(open_state_duration=301), CONFIG, "PluginData.open_state_duration`"),
        (breaker(open_state_duration="15"), CONFIG, "PluginData.open_state_duration`"),
        (breaker(backend_type="Disable"), CONFIG, "PluginData.backend_config`"),
        (breaker(backend_type="FTP"), "InvalidParameterValue.InvalidServiceType", "FTP"),
        (breaker(backend_config={}), "InvalidParameterValue.InvalidServiceMockReturnMessage", "backend_config"),
        (breaker(backend_config={"Magic": 1}), CONFIG, "PluginData.backend_config.Magic`"),
        ({**disabled(), "backend_type": "MOCK"}, "MissingParameter.PluginConfig", "PluginData.backend_config`"),
        ({**disabled(), "magic": 1}, CONFIG, "PluginData.magic`"),
        ({"backend_type": "Disable"}, "MissingParameter.PluginConfig", "PluginData.failure_condition`"),
    ],
)
def test_wrong_data_are_refused_by_member(bare, data, code, member):
    with pytest.raises(Refused) as caught:
        plugins.make(bare, "CircuitBreaker", data)
    assert (caught.value.code, member in caught.value.message) == (code, True), caught.value.message


def test_the_stand_in_must_fit_the_api(site):
    config = {"ServiceType": "HTTP", "ServiceConfig": {"Url": "http://h", "Path": "/x/{missing}", "Method": "ANY"}}
    plugin = plugins.make(site, "CircuitBreaker", breaker(backend_type="HTTP", backend_config=config))
    with pytest.raises(Refused) as caught:
        plugins.attach(site, plugin, "a")
    assert "missing" in caught.value.message
