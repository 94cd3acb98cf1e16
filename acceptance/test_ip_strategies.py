"""IP strategies: lists of addresses through the SDK, and what they let pass."""

import json

import pytest
from websockets.exceptions import InvalidStatus

from stand import sockets
from stand.cloud import Refused
from stand.gateway import split
from stand.site import Site
from stand.tags import UNCERTAIN
from stand.wire import Wire, call, request

REFUSED = (UNCERTAIN["refused_address"]["status"], {"message": UNCERTAIN["refused_address"]["message"]})


@pytest.fixture
def gateway(gateways):
    """A gateway that believes what 127.0.0.1 says of its callers."""
    return gateways("--trusted-proxies", "127.0.0.1")


@pytest.fixture
def site(gateway):
    """A service with two APIs in two environments."""
    site = Site(gateway, None)
    site.api(path="/a", mock="a", name="a")
    site.api(path="/b", mock="b", name="b", AuthType="SECRET")
    site.release("release")
    site.release("test")
    return site


def create(site, data, kind="BLACK", name="list"):
    """Makes a strategy and gives its id."""
    made = site.cloud.CreateIPStrategy(ServiceId=site.id, StrategyName=name, StrategyType=kind, StrategyData=data)
    return made["Result"]["StrategyId"]


def bind(site, strategy, *apis, environment="release"):
    """Binds APIs, by name."""
    ids = [site.apis[name] for name in apis]
    done = site.cloud.BindIPStrategy(
        ServiceId=site.id, StrategyId=strategy, EnvironmentName=environment, BindApiIds=ids
    )
    assert done["Result"] is True
    site.gateway.settle()


def unbind(site, strategy, *apis, environment="release"):
    """Lets APIs go."""
    ids = [site.apis[name] for name in apis]
    done = site.cloud.UnBindIPStrategy(
        ServiceId=site.id, StrategyId=strategy, EnvironmentName=environment, UnBindApiIds=ids
    )
    assert done["Result"] is True
    site.gateway.settle()


def ask(site, path="/a", address=None):
    """Status and body of a call that comes from `address`."""
    headers = [("X-Forwarded-For", address)] if address else []
    answer = call(site.gateway.http, "GET", path, site.host, headers)
    return answer.status, json.loads(answer.body) if answer.status != 200 else answer.text


def code(caught):
    """The code of a refusal."""
    return caught.value.code


def test_a_black_list_refuses_whom_it_names_at_once(site):
    strategy = create(site, "203.0.113.7\n198.51.100.0/24\n2001:db8::/32")
    assert ask(site, address="203.0.113.7") == (200, "a")
    bind(site, strategy, "a")
    for address in ("203.0.113.7", "198.51.100.200", "2001:db8::5"):
        assert ask(site, address=address) == REFUSED, address
    for address in ("203.0.113.8", "198.51.101.0", "2001:db9::5", None):
        assert ask(site, address=address) == (200, "a"), address
    assert ask(site, "/test/a", "203.0.113.7") == (200, "a"), "another environment"
    site.cloud.ModifyIPStrategy(ServiceId=site.id, StrategyId=strategy, StrategyData="203.0.113.8")
    site.gateway.settle()
    assert ask(site, address="203.0.113.7") == (200, "a")
    assert ask(site, address="203.0.113.8") == REFUSED
    unbind(site, strategy, "a")
    assert ask(site, address="203.0.113.8") == (200, "a")


def test_a_white_list_refuses_everybody_else(site):
    strategy = create(site, "203.0.113.0/24", "WHITE")
    bind(site, strategy, "a")
    assert ask(site, address="203.0.113.7") == (200, "a")
    assert ask(site, address="198.51.100.1") == REFUSED
    assert ask(site) == REFUSED
    site.cloud.DeleteIPStrategy(ServiceId=site.id, StrategyId=strategy)
    site.gateway.settle()
    assert ask(site) == (200, "a")


def test_it_comes_before_authentication(site):
    strategy = create(site, "203.0.113.7")
    bind(site, strategy, "b")
    assert ask(site, "/b", "203.0.113.7") == REFUSED
    assert ask(site, "/b", "203.0.113.8")[0] == 401


def test_a_load_balancer_tells_whose_address_is_judged(gateways):
    site = Site(gateways("--http-proxied", "127.0.0.1:0"), None)
    site.api(path="/a", mock="a", name="a")
    site.release()
    bind(site, create(site, "203.0.113.7"), "a")
    for address, status in (("203.0.113.7", REFUSED[0]), ("203.0.113.8", 200)):
        with Wire(split(site.gateway.addresses["http_proxied"][0])) as wire:
            wire.send(f"PROXY TCP4 {address} 192.0.2.1 4711 80\r\n".encode() + request("GET", "/a", site.host))
            assert wire.receive().status == status, address


def test_it_outlives_a_restart_and_a_switch_of_versions(site):
    strategy = create(site, "203.0.113.7")
    bind(site, strategy, "a", "b")
    site.release("release", "again")
    assert ask(site, address="203.0.113.7") == REFUSED
    site.gateway.restart()
    assert ask(site, address="203.0.113.7") == REFUSED
    assert ask(site, address="203.0.113.8") == (200, "a")


def test_a_websocket_is_refused_before_its_upgrade(gateway):
    echo = sockets.Echo()
    site = Site(gateway, None)
    sockets.api(site, echo, ApiName="chat")
    site.apis["chat"] = next(iter(site.apis.values()))
    site.release()
    bind(site, create(site, "203.0.113.7"), "chat")
    with pytest.raises(InvalidStatus) as refused:
        sockets.call(gateway.http, site.host, "/chat", additional_headers={"X-Forwarded-For": "203.0.113.7"})
    assert (refused.value.response.status_code, json.loads(refused.value.response.body)) == REFUSED
    assert echo.heads == []
    with sockets.call(gateway.http, site.host, "/chat") as connection:
        connection.send("in")
        assert connection.recv(timeout=60) == "in"
    echo.close()


@pytest.mark.both_sdks
def test_strategies_are_described_listed_and_bound(site):
    made = site.cloud.CreateIPStrategy(
        ServiceId=site.id, StrategyName="first", StrategyType="WHITE", StrategyData="1.1.1.1\n2.2.2.0/24"
    )["Result"]
    assert made["StrategyId"].startswith("IPStrategy-")
    assert (made["StrategyName"], made["StrategyType"]) == ("first", "WHITE")
    assert made["StrategyData"] == "1.1.1.1\n2.2.2.0/24"
    assert made["ServiceId"] == site.id and made["BindApiTotalCount"] == 0
    first, second = made["StrategyId"], create(site, "3.3.3.3", name="second")
    bind(site, first, "a")
    bind(site, first, "a", "b", environment="test")

    def describe(**fields):
        return site.cloud.DescribeIPStrategy(ServiceId=site.id, StrategyId=first, **fields)["Result"]

    assert [api["ApiName"] for api in describe(EnvironmentName="release")["BindApis"]] == ["a"]
    assert [api["ApiName"] for api in describe()["BindApis"]] == ["b", "a"]
    page = describe(Limit=1, Offset=1)
    assert (page["BindApiTotalCount"], [api["ApiName"] for api in page["BindApis"]]) == (2, ["a"])

    def listed(*names):
        filters = [{"Name": "StrategyName", "Values": list(names)}] if names else None
        told = site.cloud.DescribeIPStrategysStatus(ServiceId=site.id, Filters=filters)["Result"]
        assert told["TotalCount"] == len(told["StrategySet"])
        return [strategy["StrategyId"] for strategy in told["StrategySet"]]

    assert listed() == [second, first]
    assert listed("first") == [first]

    def bindable(strategy, environment="release", **fields):
        told = site.cloud.DescribeIPStrategyApisStatus(
            ServiceId=site.id, StrategyId=strategy, EnvironmentName=environment, **fields
        )["Result"]
        apis = told["ApiIdStatusSet"]
        return {api["ApiName"]: (api["OtherIPStrategyId"], api["OtherEnvironmentName"]) for api in apis}

    assert bindable(first) == {"b": ("", "")}
    assert bindable(second) == {"b": ("", ""), "a": (first, "release")}
    for name, value, expected in (("ApiName", "a", ["a"]), ("ApiPath", "/b", ["b"]), ("KeyWord", "a", None)):
        found = list(bindable(second, Filters=[{"Name": name, "Values": [value]}]))
        assert found == expected if expected else "a" in found
    bind(site, second, "a")
    assert bindable(second) == {"b": ("", "")}
    assert bindable(first) == {"b": ("", ""), "a": (second, "release")}, "it has moved"
    assert describe()["BindApiTotalCount"] == 2, "in the other environment it stays"

    unbind(site, first, "b", environment="test")
    assert [api["ApiName"] for api in describe()["BindApis"]] == ["a"]
    site.cloud.ModifyIPStrategy(ServiceId=site.id, StrategyId=first, StrategyData="4.4.4.4")
    assert describe()["StrategyData"] == "4.4.4.4"
    site.cloud.DeleteIPStrategy(ServiceId=site.id, StrategyId=first)
    assert listed() == [second]


@pytest.mark.both_sdks
@pytest.mark.parametrize(
    "fields, expected",
    [
        ({"StrategyType": "GREY"}, "InvalidParameter.FormatError"),
        ({"StrategyData": ""}, "InvalidParameter.FormatError"),
        ({"StrategyData": "1.1.1.1\nlocalhost"}, "InvalidParameter.FormatError"),
        ({"StrategyData": "1.1.1.1/33"}, "InvalidParameter.FormatError"),
        ({"StrategyName": ""}, "InvalidParameter.FormatError"),
        ({"ServiceId": "service-nowhere1"}, "ResourceNotFound.InvalidService"),
    ],
)
def test_what_is_no_strategy_is_refused_by_name(bare, fields, expected):
    given = {"ServiceId": bare.id, "StrategyName": "n", "StrategyType": "WHITE", "StrategyData": "1.1.1.1", **fields}
    with pytest.raises(Refused) as caught:
        bare.cloud.CreateIPStrategy(**given)
    assert code(caught) == expected
    if expected.startswith("Invalid"):
        assert next(iter(fields)) in caught.value.message


@pytest.mark.both_sdks
def test_what_is_not_there_is_refused(site):
    strategy = create(site, "1.1.1.1")
    nowhere = {"ServiceId": site.id, "StrategyId": "IPStrategy-nowhere1"}
    for action, fields in (
        ("ModifyIPStrategy", {"StrategyData": "1.1.1.1"}),
        ("DeleteIPStrategy", {}),
        ("DescribeIPStrategy", {}),
        ("DescribeIPStrategyApisStatus", {"EnvironmentName": "test"}),
        ("BindIPStrategy", {"EnvironmentName": "test", "BindApiIds": [site.apis["a"]]}),
        ("UnBindIPStrategy", {"EnvironmentName": "test", "UnBindApiIds": [site.apis["a"]]}),
    ):
        with pytest.raises(Refused) as caught:
            getattr(site.cloud, action)(**nowhere, **fields)
        assert code(caught) == "ResourceNotFound.InvalidIPStrategy", action
    here = {"ServiceId": site.id, "StrategyId": strategy}
    for fields, expected in (
        ({"EnvironmentName": "moon", "BindApiIds": [site.apis["a"]]}, "InvalidParameterValue.InvalidEnv"),
        ({"EnvironmentName": "test", "BindApiIds": ["api-nowhere1"]}, "ResourceNotFound.InvalidApi"),
    ):
        with pytest.raises(Refused) as caught:
            site.cloud.BindIPStrategy(**here, **fields)
        assert code(caught) == expected
    with pytest.raises(Refused) as caught:
        site.cloud.DescribeIPStrategy(**here, Filters=[{"Name": "ApiName", "Values": ["a"]}])
    assert code(caught) == "InvalidParameterValue.InvalidFilterNotSupportedName"


@pytest.mark.both_sdks
def test_no_more_than_fit(gateways):
    site = Site(gateways("--max-ip-strategies-per-service", "1"), None)
    create(site, "1.1.1.1")
    with pytest.raises(Refused) as caught:
        create(site, "1.1.1.1", name="second")
    assert code(caught) == "LimitExceeded.IpStrategyLimitExceeded"


def test_an_api_that_was_deleted_and_still_runs_is_let_go(site):
    strategy = create(site, "127.0.0.1")
    bind(site, strategy, "a", "b")
    site.cloud.DeleteApi(ServiceId=site.id, ApiId=site.apis["a"])
    told = site.cloud.DescribeIPStrategy(ServiceId=site.id, StrategyId=strategy, Limit=10, Offset=0)["Result"]
    listed = site.cloud.DescribeIPStrategysStatus(ServiceId=site.id)["Result"]["StrategySet"]
    assert (told["BindApiTotalCount"], [one["BindApiTotalCount"] for one in listed]) == (1, [1])
    assert call(site.gateway.http, "GET", "/a", site.host).status == 403, "the release still answers"
    unbind(site, strategy, "a")
    assert call(site.gateway.http, "GET", "/a", site.host).status == 200
    with pytest.raises(Refused) as refused:
        unbind(site, strategy, "a")
    assert refused.value.code == "ResourceNotFound.InvalidApi"
