"""Applications: made, bound to APIs and described, through the SDK."""

import re

import pytest

from stand.cloud import Cloud, Refused
from stand.site import Site
from stand.tags import UNCERTAIN

pytestmark = pytest.mark.both_sdks


@pytest.fixture
def site(gateways):
    """A service with two APIs in two environments."""
    site = Site(gateways(), None)
    site.api(path="/a", mock="a", name="a")
    site.api(path="/b", mock="b", name="b")
    site.release("release")
    return site


def create(site, name="shop", **fields):
    """Makes an application."""
    return site.cloud.CreateApiApp(ApiAppName=name, **fields)["Result"]


def place(site, app, api="a", environment="release"):
    """What says that an application may call an API."""
    return {"ApiAppId": app, "Environment": environment, "ServiceId": site.id, "ApiId": site.apis[api]}


def refused(action, **fields):
    """The code and the message of a refusal."""
    with pytest.raises(Refused) as caught:
        action(**fields)
    return caught.value.code, caught.value.message


def test_an_application_is_made_changed_and_listed(site):
    made = create(site, ApiAppDesc="the shop's pages")
    assert re.fullmatch(r"app-[a-z0-9]{8}", made["ApiAppId"])
    assert re.fullmatch(r"APID[a-zA-Z0-9]{36}", made["ApiAppKey"]) and len(made["ApiAppSecret"]) == 40
    assert (made["ApiAppName"], made["ApiAppDesc"]) == ("shop", "the shop's pages")
    assert made["CreatedTime"] == made["ModifiedTime"]
    other = create(site, "other")

    def listed(*filters, **fields):
        filters = [{"Name": name, "Values": values} for name, *values in filters]
        told = site.cloud.DescribeApiAppsStatus(Filters=filters or None, **fields)["Result"]
        return told["TotalCount"], [app["ApiAppName"] for app in told["ApiAppSet"]]

    assert listed() == (2, ["other", "shop"])
    assert listed(Limit=1, Offset=1) == (2, ["shop"])
    assert listed(("ApiAppName", "shop")) == listed(("ApiAppId", made["ApiAppId"])) == (1, ["shop"])
    assert listed(("KeyWord", "oth")) == (1, ["other"])
    assert listed(("ApiAppName", "shop"), ("KeyWord", "oth")) == (0, [])
    assert site.cloud.ModifyApiApp(ApiAppId=made["ApiAppId"], ApiAppName="store")["Result"] is True
    (found,) = site.cloud.DescribeApiAppsStatus(Filters=[{"Name": "ApiAppId", "Values": [made["ApiAppId"]]}])[
        "Result"
    ]["ApiAppSet"]
    assert (found["ApiAppName"], found["ApiAppDesc"]) == ("store", "the shop's pages"), "what is left out stays"
    assert (found["ApiAppKey"], found["ApiAppSecret"]) == (made["ApiAppKey"], made["ApiAppSecret"])
    assert site.cloud.DeleteApiApp(ApiAppId=other["ApiAppId"])["Result"] is True
    assert listed() == (1, ["store"])


def test_a_pair_is_changed(site):
    app, other = create(site), create(site, "other")

    def pair():
        apps = site.cloud.DescribeApiAppsStatus()["Result"]["ApiAppSet"]
        return next((a["ApiAppKey"], a["ApiAppSecret"]) for a in apps if a["ApiAppId"] == app["ApiAppId"])

    def update(**fields):
        return site.cloud.UpdateApiAppKey(ApiAppId=app["ApiAppId"], **fields)["Result"]

    assert update(ApiAppKey=app["ApiAppKey"]) is True
    key, secret = pair()
    assert key == app["ApiAppKey"] and secret != app["ApiAppSecret"] and len(secret) == 40, "a fresh secret"
    assert update(ApiAppKey="my-own-key", ApiAppSecret="my-own-secret_1") is True
    assert pair() == ("my-own-key", "my-own-secret_1")
    for fields, expected, word in (
        ({"ApiAppKey": other["ApiAppKey"]}, UNCERTAIN["application_key_taken"], other["ApiAppKey"]),
        ({"ApiAppKey": "a b c d e f"}, "InvalidParameter.FormatError", "ApiAppKey"),
        ({"ApiAppKey": "my-own-key", "ApiAppSecret": "short"}, "InvalidParameter.FormatError", "ApiAppSecret"),
    ):
        code, message = refused(update, **fields)
        assert code == expected and word in message
    site.gateway.restart()
    site.cloud = Cloud(site.gateway.admin)
    assert pair() == ("my-own-key", "my-own-secret_1"), "it is sealed in the store, and read again"


def test_applications_are_bound_and_described_from_both_sides(site):
    shop, other = create(site)["ApiAppId"], create(site, "other")["ApiAppId"]
    for fields in (place(site, shop), place(site, shop, "b", "test"), place(site, other)):
        assert site.cloud.BindApiApp(**fields)["Result"] is True

    def apis(*filters, app=shop, **fields):
        filters = [{"Name": name, "Values": values} for name, *values in filters]
        told = site.cloud.DescribeApiAppBindApisStatus(ApiAppId=app, Filters=filters or None, **fields)["Result"]
        rows = [(row["ApiName"], row["EnvironmentName"]) for row in told["ApiAppApiSet"]]
        return told["TotalCount"], rows

    assert apis() == (2, [("b", "test"), ("a", "release")])
    assert apis(Limit=1, Offset=1) == (2, [("a", "release")])
    for name, value in (("ApiId", site.apis["a"]), ("ApiName", "a"), ("Environment", "release")):
        assert apis((name, value)) == (1, [("a", "release")]), name
    assert apis(("ServiceId", site.id))[0] == 2 and apis(("ServiceId", "service-other123"))[0] == 0
    assert apis(("KeyWord", site.apis["b"][4:]))[0] == 1

    def apps(*filters, of=("a", "b")):
        filters = [{"Name": name, "Values": values} for name, *values in filters]
        ids = [site.apis[name] for name in of]
        told = site.cloud.DescribeApiBindApiAppsStatus(ServiceId=site.id, ApiIds=ids, Filters=filters or None)
        return [(row["ApiAppName"], row["ApiName"]) for row in told["Result"]["ApiAppApiSet"]]

    assert apps() == [("other", "a"), ("shop", "b"), ("shop", "a")]
    assert apps(of=["a"]) == [("other", "a"), ("shop", "a")]
    assert apps(("ApiAppId", other)) == apps(("KeyWord", "oth")) == [("other", "a")]
    assert apps(("Environment", "test")) == [("shop", "b")]
    row = site.cloud.DescribeApiAppBindApisStatus(ApiAppId=other)["Result"]["ApiAppApiSet"][0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", row["AuthorizedTime"])
    assert (row["ApiRegion"], row["ServiceId"], row["ApiId"]) == ("guangzhou", site.id, site.apis["a"])
    assert site.cloud.UnbindApiApp(**place(site, shop, "b", "test"))["Result"] is True
    assert apis() == (1, [("a", "release")])


def test_what_is_bound_stays(site):
    app = create(site)["ApiAppId"]
    here = place(site, app)
    associated, unassociated = "UnsupportedOperation.ResourceAssociated", "UnsupportedOperation.ResourceUnassociated"
    assert refused(site.cloud.UnbindApiApp, **here)[0] == unassociated
    site.cloud.BindApiApp(**here)
    assert refused(site.cloud.BindApiApp, **here)[0] == associated
    assert refused(site.cloud.DeleteApiApp, ApiAppId=app)[0] == associated
    code, message = refused(site.cloud.DeleteApi, ServiceId=site.id, ApiId=site.apis["a"])
    assert code == associated and app in message
    site.cloud.UnbindApiApp(**here)
    site.cloud.DeleteApi(ServiceId=site.id, ApiId=site.apis["a"])
    site.cloud.DeleteApiApp(ApiAppId=app)


def test_what_is_not_there_is_refused_by_its_kind(site):
    app = create(site)["ApiAppId"]
    no_app, no_api = "ResourceNotFound.InvalidApiApp", "ResourceNotFound.InvalidApi"
    cloud = site.cloud
    for action, fields in (
        (cloud.ModifyApiApp, {"ApiAppName": "n"}),
        (cloud.DeleteApiApp, {}),
        (cloud.UpdateApiAppKey, {"ApiAppKey": "my-own-key"}),
        (cloud.DescribeApiAppBindApisStatus, {}),
        (cloud.BindApiApp, place(site, "")),
        (cloud.UnbindApiApp, place(site, "")),
    ):
        assert refused(action, **(fields | {"ApiAppId": "app-nowhere1"}))[0] == no_app
    for change, expected in (
        ({"ServiceId": "service-nowhere1"}, "ResourceNotFound.InvalidService"),
        ({"ApiId": "api-nowhere1"}, no_api),
        ({"Environment": "moon"}, "InvalidParameterValue.InvalidEnv"),
    ):
        for action in (cloud.BindApiApp, cloud.UnbindApiApp):
            assert refused(action, **(place(site, app) | change))[0] == expected
    nowhere = {"ServiceId": site.id, "ApiIds": ["api-nowhere1"]}
    assert refused(cloud.DescribeApiBindApiAppsStatus, **nowhere)[0] == no_api
    elsewhere = {"Filters": [{"Name": "Environment", "Values": ["prod"]}]}
    for action, fields in (
        (cloud.DescribeApiAppBindApisStatus, {"ApiAppId": app}),
        (cloud.DescribeApiBindApiAppsStatus, {"ServiceId": site.id, "ApiIds": [site.apis["a"]]}),
    ):
        assert refused(action, **fields, **elsewhere)[0] == "InvalidParameterValue.InvalidEnv"
    code, _ = refused(cloud.DescribeApiAppsStatus, Filters=[{"Name": "Colour", "Values": ["red"]}])
    assert code == "InvalidParameterValue.InvalidFilterNotSupportedName"
    for name in ("", "a b", "x" * 51):
        code, message = refused(cloud.CreateApiApp, ApiAppName=name)
        assert code == "InvalidParameter.FormatError" and "ApiAppName" in message


def test_who_calls_as_an_application_sees_service_and_api(site):
    service = site.cloud.DescribeServiceForApiApp(ServiceId=site.id, ApiRegion="ap-guangzhou")
    assert service["ServiceId"] == site.id and service["ApiTotalCount"] == 2 and "InstanceId" not in service
    api = {"ServiceId": site.id, "ApiId": site.apis["a"]}
    assert (
        site.cloud.DescribeApiForApiApp(**api, ApiRegion="guangzhou")["Result"]
        == site.cloud.DescribeApi(**api)["Result"]
    )
    assert refused(site.cloud.DescribeApiForApiApp, **api, ApiRegion="")[0] == "InvalidParameter.FormatError"
    nowhere = {"ServiceId": site.id, "ApiId": "api-nowhere1", "ApiRegion": "ap-guangzhou"}
    assert refused(site.cloud.DescribeApiForApiApp, **nowhere)[0] == "ResourceNotFound.InvalidApi"


def test_no_more_than_fit(gateways):
    site = Site(gateways("--max-applications", "2", "--max-applications-per-api", "1"), None)
    site.api(path="/a", mock="a", name="a")
    apps = [create(site, name)["ApiAppId"] for name in ("one", "two")]
    expected = "LimitExceeded.ApiAppCountLimitExceeded"
    assert refused(site.cloud.CreateApiApp, ApiAppName="three")[0] == expected
    site.cloud.BindApiApp(**place(site, apps[0]))
    assert refused(site.cloud.BindApiApp, **place(site, apps[1]))[0] == expected
    site.cloud.BindApiApp(**place(site, apps[1], environment="test"))
