"""Plugins through the SDK: made, changed, deleted, put on APIs, listed; and what is refused by name."""

import json
import time

import pytest

from stand import plugins
from stand.cloud import Cloud, Refused
from stand.site import Site

pytestmark = pytest.mark.both_sdks

BLACK = {"type": "black_list", "blocks": "203.0.113.7"}


@pytest.fixture
def site(gateway):
    """A service with three APIs, of which the last is not released."""
    site = Site(gateway, None)
    site.api(path="/a", mock="a", name="a", ApiDesc="first")
    site.api(path="/b", mock="b", name="b")
    site.release("release")
    site.release("test")
    site.api(path="/c", mock="c", name="c")
    return site


def refused(action, **fields):
    """The refusal of an action."""
    with pytest.raises(Refused) as caught:
        action(**fields)
    return caught.value


def test_a_plugin_is_made_changed_and_deleted(site):
    made = site.cloud.CreatePlugin(
        PluginName="office", PluginType="IPControl", PluginData=json.dumps(BLACK), Description="of the office",
        Tags=[{"Key": "k", "Value": "v"}],
    )["Result"]
    assert made["PluginId"].startswith("plugin-") and len(made["PluginId"]) == 15
    assert (made["PluginName"], made["PluginType"], made["Description"]) == ("office", "IPControl", "of the office")
    assert made["PluginData"] == '{"blocks":"203.0.113.7","type":"black_list"}', "the names come back in order"
    assert made["AttachedApiTotalCount"] == 0
    plugin = made["PluginId"]

    def describe():
        return site.cloud.DescribePlugin(PluginId=plugin)["Result"]

    assert describe() | {"AttachedApis": None} == made
    changed = {**BLACK, "type": "white_list", "descriptions": {"203.0.113.7": "the door"}}
    plugins.change(site, plugin, changed)
    told = describe()
    assert json.loads(told["PluginData"]) == changed
    assert (told["PluginName"], told["Description"]) == ("office", "of the office")
    assert site.cloud.ModifyPlugin(PluginId=plugin, PluginName="home", Description="")["Result"] is True
    assert (describe()["PluginName"], describe()["Description"]) == ("home", "")
    plugins.attach(site, plugin, "a")
    assert site.cloud.DeletePlugin(PluginId=plugin)["Result"] is True
    assert refused(site.cloud.DescribePlugin, PluginId=plugin).code == "ResourceNotFound.InvalidPlugin"
    by_api = site.cloud.DescribePluginsByApi(ServiceId=site.id, ApiId=site.apis["a"])["Result"]
    assert by_api["TotalCount"] == 0, "what it was attached to is free again"


def test_plugins_are_listed_newest_first_and_by_what_they_are(site):
    made = [plugins.make(site, "IPControl", BLACK, name=f"p{number}") for number in range(3)]
    newest = [*reversed(made)]

    def listed(**fields):
        told = site.cloud.DescribePlugins(**fields)["Result"]
        return [plugin["PluginId"] for plugin in told["PluginSet"]], told["TotalCount"]

    # What was made in one instant stands in the order of its identifier.
    assert sorted(listed()[0]) == sorted(newest)
    order = listed()[0]
    assert listed(Limit=2) == (order[:2], 3)
    assert listed(Limit=2, Offset=2) == (order[2:], 3)
    assert listed(PluginIds=made[:2])[1] == 2
    assert listed(PluginName="p1") == ([made[1]], 1)
    assert listed(PluginType="IPControl")[1] == 3
    assert listed(PluginType="ProxyCache") == ([], 0)
    assert refused(site.cloud.DescribePlugins, PluginType="Magic").code == "InvalidParameterValue.NotInOptions"
    filters = [{"Name": "PluginName", "Values": ["p1"]}]
    told = refused(site.cloud.DescribePlugins, Filters=filters)
    assert told.code == "InvalidParameterValue.InvalidFilterNotSupportedName"


def test_attachments_are_told_from_both_sides(site):
    first = plugins.make(site, "IPControl", BLACK, name="first")
    second = plugins.make(site, "IPControl", BLACK, name="second")
    plugins.attach(site, first, "a")
    # Times are told in seconds and kept in milliseconds.
    time.sleep(0.01)
    plugins.attach(site, first, "a", "b", environment="test")
    plugins.attach(site, second, "b")

    def apis(plugin, **fields):
        told = site.cloud.DescribePluginApis(PluginId=plugin, **fields)["Result"]
        return [(api["ApiName"], api["Environment"]) for api in told["AttachedApis"]], told["TotalCount"]

    told, total = apis(first)
    assert (set(told[:2]), told[2], total) == ({("a", "test"), ("b", "test")}, ("a", "release"), 3)
    assert apis(first, Limit=1, Offset=2) == ([("a", "release")], 3)
    described = site.cloud.DescribePlugin(PluginId=first, Limit=1, Offset=2)["Result"]
    assert described["AttachedApiTotalCount"] == 3
    [attached] = described["AttachedApis"]
    assert attached["AttachedTime"].endswith("Z")
    assert {name: attached[name] for name in attached if name != "AttachedTime"} == {
        "ServiceId": site.id,
        "ServiceName": "acceptance",
        "ServiceDesc": "",
        "ApiId": site.apis["a"],
        "ApiName": "a",
        "ApiDesc": "first",
        "Environment": "release",
    }

    def of_api(name, **fields):
        told = site.cloud.DescribePluginsByApi(ServiceId=site.id, ApiId=site.apis[name], **fields)["Result"]
        return [(plugin["PluginName"], plugin["Environment"]) for plugin in told["PluginSummary"]]

    assert of_api("a") == [("first", "test"), ("first", "release")]
    assert of_api("b", EnvironmentName="release") == [("second", "release")]
    assert of_api("a", Limit=1, Offset=1) == [("first", "release")]
    assert of_api("c") == []

    def stand(plugin, environment, **fields):
        told = site.cloud.DescribeAllPluginApis(
            ServiceId=site.id, PluginId=plugin, EnvironmentName=environment, **fields
        )["Result"]
        return {api["ApiName"]: (api["IsAttached"], api["AttachedOtherPlugin"]) for api in told["ApiSet"]}

    assert stand(first, "release") == {"c": (False, False), "b": (False, True), "a": (True, False)}
    assert stand(second, "test") == {"c": (False, False), "b": (False, True), "a": (False, True)}
    assert list(stand(first, "release", Limit=1, Offset=2)) == ["a"]
    plugins.detach(site, second, "b")
    assert stand(first, "release")["b"] == (False, False)


def test_attaching_twice_is_done_once(site):
    plugin = plugins.make(site, "IPControl", BLACK)
    plugins.attach(site, plugin, "a", "a")
    plugins.attach(site, plugin, "a", "b")
    told = site.cloud.DescribePluginApis(PluginId=plugin)["Result"]
    assert told["TotalCount"] == 2


def test_what_cannot_be_attached_is_refused_and_changes_nothing(site):
    plugin, other = (plugins.make(site, "IPControl", BLACK, name=name) for name in ("first", "second"))
    plugins.attach(site, other, "b")
    place = {"PluginId": plugin, "ServiceId": site.id, "EnvironmentName": "release", "ApiIds": [site.apis["a"]]}
    both = [site.apis["a"], site.apis["b"]]
    for fields, code, word in (
        ({"PluginId": "plugin-nowhere1"}, "ResourceNotFound.InvalidPlugin", "plugin-nowhere1"),
        ({"ServiceId": "service-nowhere1"}, "ResourceNotFound.InvalidService", "service-nowhere1"),
        ({"ApiIds": ["api-nowhere1"]}, "ResourceNotFound.InvalidApi", "api-nowhere1"),
        ({"EnvironmentName": "moon"}, "InvalidParameterValue.InvalidEnv", "moon"),
        ({"EnvironmentName": "prepub"}, "InvalidParameterValue.InvalidEnvStatus", "prepub"),
        ({"ApiIds": [site.apis["c"]]}, "InvalidParameterValue.InvalidEnvStatus", site.apis["c"]),
        ({"ApiIds": both}, "InvalidParameterValue.DuplicatePluginConfig", other),
        ({"ApiIds": []}, "InvalidParameterValue", "ApiIds"),
        ({"ApiIds": [f"api-{number:08}" for number in range(101)]}, "InvalidParameterValue.LimitExceeded", "ApiIds"),
    ):
        told = refused(site.cloud.AttachPlugin, **{**place, **fields})
        assert told.code == code, fields
        assert word in told.message, told.message
    assert site.cloud.DescribePluginApis(PluginId=plugin)["Result"]["TotalCount"] == 0
    del place["ApiIds"]
    place["ApiId"] = site.apis["a"]
    for fields, code in (
        ({}, "InvalidParameterValue.InvalidApiIds"),
        ({"PluginId": "plugin-nowhere1"}, "ResourceNotFound.InvalidPlugin"),
        ({"ServiceId": "service-nowhere1"}, "ResourceNotFound.InvalidService"),
        ({"ApiId": "api-nowhere1"}, "ResourceNotFound.InvalidApi"),
        ({"EnvironmentName": "moon"}, "InvalidParameterValue.InvalidEnv"),
    ):
        assert refused(site.cloud.DetachPlugin, **{**place, **fields}).code == code, fields


def test_a_plugin_that_is_not_there_is_refused(site):
    plugin = {"PluginId": "plugin-nowhere1"}
    place = {**plugin, "ServiceId": site.id, "EnvironmentName": "release"}
    for action, fields in (
        ("ModifyPlugin", {**plugin, "PluginName": "name"}),
        ("DeletePlugin", plugin),
        ("DescribePlugin", plugin),
        ("DescribePluginApis", plugin),
        ("DescribeAllPluginApis", place),
    ):
        assert refused(getattr(site.cloud, action), **fields).code == "ResourceNotFound.InvalidPlugin", action
    nowhere = {"ServiceId": site.id, "ApiId": "api-nowhere1"}
    assert refused(site.cloud.DescribePluginsByApi, **nowhere).code == "ResourceNotFound.InvalidApi"


@pytest.mark.parametrize(
    "fields, code",
    [
        ({"PluginName": "x"}, "InvalidParameter.FormatError"),
        ({"PluginName": "1x"}, "InvalidParameter.FormatError"),
        ({"PluginName": "x_"}, "InvalidParameter.FormatError"),
        ({"PluginName": "a-b"}, "InvalidParameter.FormatError"),
        ({"PluginName": "x" * 51}, "InvalidParameter.FormatError"),
        ({"Description": "x" * 201}, "InvalidParameter.FormatError"),
        ({"PluginType": "Magic"}, "InvalidParameterValue.NotInOptions"),
        ({"PluginType": "ipcontrol"}, "InvalidParameterValue.NotInOptions"),
        ({"Tags": [{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}]}, "InvalidParameterValue.InvalidTagValues"),
        ({"PluginData": "{"}, "InvalidParameterValue.InvalidPluginConfig"),
    ],
)
def test_what_is_no_plugin_is_refused_by_name(bare, fields, code):
    given = {"PluginName": "name", "PluginType": "IPControl", "PluginData": json.dumps(BLACK), **fields}
    told = refused(bare.cloud.CreatePlugin, **given)
    assert told.code == code
    assert next(iter(fields)) in told.message, told.message


def test_data_that_are_no_json_have_another_code_when_they_change(site):
    plugin = plugins.make(site, "IPControl", BLACK)
    assert refused(site.cloud.ModifyPlugin, PluginId=plugin, PluginData="{").code == "FailedOperation.InvalidInputJSON"


def test_no_more_than_fit(gateways):
    gateway = gateways("--max-plugins", "1", "--max-services-per-plugin", "1")
    sites = [Site(gateway, None) for _ in range(2)]
    for site in sites:
        site.api(path="/a", mock="a", name="a")
        site.release("release")
        site.release("test")
    plugin = plugins.make(sites[0], "IPControl", BLACK)
    told = refused(
        sites[0].cloud.CreatePlugin, PluginName="second", PluginType="IPControl", PluginData=json.dumps(BLACK)
    )
    assert told.code == "LimitExceeded"
    plugins.attach(sites[0], plugin, "a")
    plugins.attach(sites[0], plugin, "a", environment="test")
    place = {"ServiceId": sites[1].id, "EnvironmentName": "release", "ApiIds": [sites[1].apis["a"]]}
    told = refused(sites[1].cloud.AttachPlugin, PluginId=plugin, **place)
    assert told.code == "LimitExceeded.ServiceCountForPluginLimitExceeded"


def test_attachments_go_with_their_api_and_service(site):
    plugin = plugins.make(site, "IPControl", BLACK)
    other = Site(site.gateway, None)
    other.api(path="/x", mock="x", name="x")
    other.release()
    plugins.attach(other, plugin, "x")
    other.cloud.UnReleaseService(ServiceId=other.id, EnvironmentName="release")
    told = site.cloud.DescribePluginApis(PluginId=plugin)["Result"]
    assert told["TotalCount"] == 1, "an API that goes off line keeps its plugins"
    other.cloud.DeleteApi(ServiceId=other.id, ApiId=other.apis["x"])
    other.cloud.DeleteService(ServiceId=other.id)
    assert site.cloud.DescribePluginApis(PluginId=plugin)["Result"]["TotalCount"] == 0
    site.gateway.restart()
    site.cloud = Cloud(site.gateway.admin)
    assert site.cloud.DescribePlugin(PluginId=plugin)["Result"]["AttachedApiTotalCount"] == 0
