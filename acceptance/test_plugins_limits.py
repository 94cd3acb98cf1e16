"""TrafficControl and TrafficControlByParameter: exact numbers in windows so long that none ends during a test."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from stand import plugins
from stand.applications import documented
from stand.cloud import Refused
from stand.site import Site
from stand.wire import call

YEAR = {"expire_type": "day", "expire": 366}
SECONDS = 366 * 86400
LIMITED = (429, "API rate limit exceeded")


@pytest.fixture
def site(gateways):
    """Two APIs in two environments, on a gateway that believes what 127.0.0.1 says of its callers."""
    site = Site(gateways("--trusted-proxies", "127.0.0.1"), None)
    site.api(path="/a", mock="a", name="a")
    site.api(path="/b/{x}", mock="b", name="b")
    site.release("release")
    site.release("test")
    return site


def ask(site, path="/a", address=None, headers=()):
    """The status of a call that comes from `address`."""
    sent = [*headers, *([("X-Forwarded-For", address)] if address else [])]
    answer = call(site.gateway.http, "GET", path, site.host, sent)
    if answer.status == 429:
        assert json.loads(answer.body) == {"message": LIMITED[1]}
    return answer.status


def asks(site, count, **how):
    """How many of so many calls were admitted."""
    return [ask(site, **how) for _ in range(count)].count(200)


def test_calls_of_an_api_are_counted_exactly(site):
    plugins.attach(site, plugins.make(site, "TrafficControl", {**YEAR, "api_rate_limit": 50}), "a")
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: asks(site, 20), range(4))) == 50
    assert asks(site, 3, path="/test/a") == 3, "another environment"
    assert asks(site, 3, path="/b/1") == 3, "another API"


def test_addresses_have_limits_and_special_ones_their_own(site):
    data = {
        **YEAR,
        "api_rate_limit": 10,
        "ip_rate_limit": 2,
        "spec_ip_rate_limits": [{"ip_key": "203.0.113.9", "rate_limit": 5}],
    }
    plugins.attach(site, plugins.make(site, "TrafficControl", data), "a", "b")
    assert asks(site, 4, address="203.0.113.1") == 2
    assert asks(site, 4, address="203.0.113.2") == 2
    assert asks(site, 9, address="203.0.113.9") == 5
    assert asks(site, 4, address="203.0.113.3") == 1, "a refused call used up nothing of the API's ten"
    assert asks(site, 4, address="203.0.113.4") == 0
    assert asks(site, 4, path="/b/1", address="203.0.113.1") == 2, "each API is counted for itself"


def test_applications_have_limits_and_special_ones_their_own(site):
    site.api(path="/app", mock="app", name="app", AuthType="APP")
    site.release("release", "with applications")
    apps = [site.cloud.CreateApiApp(ApiAppName=name)["Result"] for name in ("one", "two")]
    for app in apps:
        place = {"ApiAppId": app["ApiAppId"], "Environment": "release"}
        site.cloud.BindApiApp(**place, ServiceId=site.id, ApiId=site.apis["app"])
    special = [{"app_id": apps[1]["ApiAppId"], "rate_limit": 4}]
    data = {**YEAR, "api_rate_limit": 5, "app_rate_limit": 2, "spec_app_rate_limits": special}
    plugins.attach(site, plugins.make(site, "TrafficControl", data), "app")

    def admitted(app, count):
        signed = [documented((app["ApiAppKey"], app["ApiAppSecret"]), "GET", "/app")[0] for _ in range(count)]
        return asks_each(site, "/app", signed)

    assert admitted(apps[0], 4) == 2
    assert admitted(apps[1], 6) == 3, "its own limit is 4, and the API's 5 are used up"


def asks_each(site, path, all_headers):
    """How many of calls with these headers were admitted."""
    return [ask(site, path, headers=list(headers.items())) for headers in all_headers].count(200)


def test_a_change_acts_at_once_and_forgets_no_call(site):
    plugin = plugins.attach(site, plugins.make(site, "TrafficControl", {**YEAR, "api_rate_limit": 2}), "a")
    assert asks(site, 4) == 2
    plugins.change(site, plugin, {**YEAR, "api_rate_limit": 3})
    assert asks(site, 4) == 1
    site.release("release", "again")
    assert asks(site, 4) == 0
    plugins.detach(site, plugin, "a")
    assert asks(site, 4) == 4


def test_the_lowest_limit_wins(site):
    plugins.attach(site, plugins.make(site, "TrafficControl", {**YEAR, "api_rate_limit": 3}), "a")
    key = site.key()[0]
    assert key
    site.cloud.ModifyApiEnvironmentStrategy(
        ServiceId=site.id, EnvironmentName="release", Strategy=5000, ApiIds=[site.apis["a"]]
    )
    site.gateway.settle()
    assert asks(site, 5) == 3


def strategy(name="s", weight=0, place="query", of="user", limit=2, window=SECONDS, condition=""):
    """A strategy by parameter."""
    parameter = {"type": place, "name": of} if of else {"type": place}
    return {
        "name": name,
        "strategy_weight": weight,
        "parameters": [parameter],
        "rate_limit": limit,
        "window": window,
        "condition": condition,
    }


def by(*strategies, window=0, limit=1):
    """A plugin by parameter."""
    return {"default_window": window, "default_rate_limit": limit, "strategies": list(strategies)}


def test_each_value_of_a_parameter_is_counted_for_itself(site):
    plugins.attach(site, plugins.make(site, "TrafficControlByParameter", by(strategy())), "a")
    for user in ("ann", "bob"):
        assert asks(site, 4, path=f"/a?user={user}") == 2
    assert asks(site, 2, path="/a?x=1&user=%61nn") == 0, "the same value in another spelling"
    assert asks(site, 4) == 2, "calls without the parameter are counted together"
    assert ask(site, path="/a?user=eve&user=ann") == 403, "what cannot be judged is refused"
    assert ask(site, path=f"/a?user={'x' * 500}") == 200


def test_headers_paths_and_the_bound_on_all(site):
    strategies = (
        strategy("header", 2, "header", "X-User", 3),
        strategy("path", 1, "path", None, 2),
    )
    plugins.attach(site, plugins.make(site, "TrafficControlByParameter", by(*strategies, window=SECONDS, limit=6)), "b")
    ann, bob = [("x-user", "ann")], [("X-User", "bob")]
    assert asks(site, 4, path="/b/1", headers=ann) == 2, "the path's bound"
    assert asks(site, 4, path="/b/2", headers=ann) == 1, "the header's bound"
    assert asks(site, 4, path="/b/2", headers=bob) == 1
    assert asks(site, 4, path="/b/3", headers=bob) == 2
    assert asks(site, 4, path="/b/4", headers=[("X-User", "eve")]) == 0, "all together"


def test_a_strategy_is_for_the_calls_of_its_condition(site):
    condition = "header.tier = 'free' and query.n = 1"
    data = by(strategy(limit=1, condition=condition))
    plugins.attach(site, plugins.make(site, "TrafficControlByParameter", data), "a")
    free = [("Tier", "free")]
    assert asks(site, 3, path="/a?user=ann&n=1", headers=free) == 1
    assert asks(site, 3, path="/a?user=ann&n=2", headers=free) == 3
    assert asks(site, 3, path="/a?user=ann&n=1") == 3
    assert ask(site, path="/a?user=bob&n=1", headers=[*free, ("Tier", "paid")]) == 403


def test_an_api_has_one_sort_of_traffic_control(site):
    first = plugins.make(site, "TrafficControl", {**YEAR, "api_rate_limit": 2}, name="first")
    second = plugins.make(site, "TrafficControlByParameter", by(strategy()), name="second")
    plugins.attach(site, first, "a")
    with pytest.raises(Refused) as caught:
        plugins.attach(site, second, "a")
    assert caught.value.code == "InvalidParameterValue.DuplicatePluginConfig"
    plugins.attach(site, second, "b")


def test_data_are_told_back_as_they_were_read(site):
    for kind, data in (
        ("TrafficControl", {**YEAR, "api_rate_limit": 2}),
        (
            "TrafficControl",
            {
                **YEAR,
                "api_rate_limit": 9,
                "app_rate_limit": 3,
                "ip_rate_limit": 2,
                "spec_app_rate_limits": [{"app_id": "app-1", "rate_limit": 5}],
                "spec_ip_rate_limits": [{"ip_key": "203.0.113.9", "rate_limit": 5}],
            },
        ),
        ("TrafficControlByParameter", by(strategy(condition="path='/a'"), limit=7)),
        ("TrafficControlByParameter", by(strategy(place="path", of=None), window=60, limit=7)),
    ):
        plugin = plugins.make(site, kind, data)
        told = site.cloud.DescribePlugin(PluginId=plugin)["Result"]
        assert (told["PluginType"], json.loads(told["PluginData"])) == (kind, data)


CONTROL = {**YEAR, "api_rate_limit": 2}


def ips(*special):
    """A plugin with bounds of their own for addresses."""
    return {**CONTROL, "spec_ip_rate_limits": [{"ip_key": key, "rate_limit": limit} for key, limit in special]}


def apps(*special):
    """A plugin with bounds of their own for applications."""
    return {**CONTROL, "spec_app_rate_limits": [{"app_id": key, "rate_limit": limit} for key, limit in special]}


@pytest.mark.parametrize(
    "kind, data, member",
    [
        ("TrafficControl", {**CONTROL, "expire_type": "week"}, "expire_type"),
        ("TrafficControl", {**CONTROL, "expire": 0}, "expire"),
        ("TrafficControl", {**CONTROL, "expire": 367}, "expire"),
        ("TrafficControl", {**CONTROL, "api_rate_limit": 0}, "api_rate_limit"),
        ("TrafficControl", {**CONTROL, "api_rate_limit": "2"}, "api_rate_limit"),
        ("TrafficControl", {**CONTROL, "app_rate_limit": -1}, "app_rate_limit"),
        ("TrafficControl", {**CONTROL, "ip_rate_limit": 2**32}, "ip_rate_limit"),
        ("TrafficControl", ips(("me", 1)), "spec_ip_rate_limits.0.ip_key"),
        ("TrafficControl", ips(("1.1.1.1", 0)), "spec_ip_rate_limits.0.rate_limit"),
        ("TrafficControl", ips(("1.1.1.1", 1), ("1.1.1.1", 1)), "spec_ip_rate_limits.1.ip_key"),
        ("TrafficControl", apps(*((f"app-{n}", 1) for n in range(31))), "spec_app_rate_limits"),
        ("TrafficControl", apps(("", 1)), "spec_app_rate_limits.0.app_id"),
        ("TrafficControl", {**CONTROL, "user_rate_limit": 1}, "user_rate_limit"),
        ("TrafficControlByParameter", by(), "strategies"),
        ("TrafficControlByParameter", by(*(strategy(f"s{n}", n) for n in range(11))), "strategies"),
        ("TrafficControlByParameter", by(strategy(), limit=0), "default_rate_limit"),
        ("TrafficControlByParameter", by(strategy(), window=-1), "default_window"),
        ("TrafficControlByParameter", by(strategy("")), "strategies.0.name"),
        ("TrafficControlByParameter", by(strategy("x" * 51)), "strategies.0.name"),
        ("TrafficControlByParameter", by(strategy("a", 1), strategy("a", 2)), "strategies.1.name"),
        ("TrafficControlByParameter", by(strategy("a", 1), strategy("b", 1)), "strategies.1.strategy_weight"),
        ("TrafficControlByParameter", by(strategy(weight=101)), "strategies.0.strategy_weight"),
        ("TrafficControlByParameter", by(strategy(place="body")), "strategies.0.parameters.0.type"),
        ("TrafficControlByParameter", by(strategy(place="path", of="x")), "strategies.0.parameters.0.name"),
        ("TrafficControlByParameter", by(strategy(of=None)), "strategies.0.parameters.0.name"),
        ("TrafficControlByParameter", by({**strategy(), "parameters": []}), "strategies.0.parameters"),
        ("TrafficControlByParameter", by(strategy(limit=0)), "strategies.0.rate_limit"),
        ("TrafficControlByParameter", by(strategy(window=0)), "strategies.0.window"),
        ("TrafficControlByParameter", by(strategy(condition="header.a = b")), "strategies.0.condition"),
    ],
)
def test_wrong_data_are_refused_by_member(bare, kind, data, member):
    with pytest.raises(Refused) as caught:
        plugins.make(bare, kind, data)
    expected = "InvalidPluginConfig"
    expected = {"ip_key": "InvalidIPAddress", "condition": "InvalidCondition"}.get(member.split(".")[-1], expected)
    if "twice" in caught.value.message:
        expected = "InvalidPluginConfig"
    assert caught.value.code == f"InvalidParameterValue.{expected}"
    assert f"`PluginData.{member}`" in caught.value.message, caught.value.message


def test_a_conditions_fault_is_told_with_its_place(site):
    with pytest.raises(Refused) as caught:
        plugins.make(site, "TrafficControlByParameter", by(strategy(condition="header.a = 1 and query.b ~ 2")))
    assert "at character 26: one of `=`" in caught.value.message, caught.value.message
