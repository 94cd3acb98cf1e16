"""Exclusive instances through the SDK: an installation describes itself as one."""

import pytest

from stand.cloud import Cloud, Refused
from stand.tags import UNCERTAIN

pytestmark = pytest.mark.both_sdks

ID = "instance-tollgate"


@pytest.fixture
def cloud(gateway):
    """The SDK, pointed at a gateway of the test's own."""
    return Cloud(gateway.admin)


def code(caught):
    """The code of a refusal."""
    return caught.value.code


def test_an_installation_describes_itself(cloud):
    told = cloud.DescribeExclusiveInstanceDetail(InstanceId=ID)["Result"]
    assert (told["InstanceId"], told["InstanceName"], told["InstanceDescription"]) == (ID, "tollgate", "")
    assert (told["InstanceState"], told["InstanceType"], told["InstanceChargeType"]) == ("RUNNING", "basic", "POSTPAID")
    assert told["Zones"] == [told["Zone"]] and told["Zone"].startswith("ap-guangzhou")
    rates = {parameter["Name"]: parameter for parameter in told["Parameters"]}
    assert set(rates) == {"ServiceRequestNumPreSec", "ApiRequestNumPreSec"}
    for rate in rates.values():
        assert (rate["Value"], rate["Minimum"], rate["Maximum"], rate["Type"]) == (5000, 1, 5000, "integer")


@pytest.mark.parametrize("action", ["DescribeExclusiveInstances", "DescribeExclusiveInstancesStatus"])
def test_it_is_the_only_one_of_its_list(cloud, action):
    def listed(**fields):
        told = cloud.raw(action, {"Limit": 20, "Offset": 0, **fields})["Result"]
        return told["TotalCount"], [instance["InstanceId"] for instance in told["InstanceSet"]]

    assert listed() == (1, [ID])
    assert listed(Offset=1) == (1, [])
    for name, value, found in (
        ("InstanceId", ID, True),
        ("InstanceId", "instance-other", False),
        ("InstanceName", "tollgate", True),
        ("InstanceName", "toll", False),
        ("InstanceState", "RUNNING", True),
        ("InstanceState", "ISOLATED", False),
        ("KeyWord", "toll", True),
        ("KeyWord", "pike", False),
    ):
        expected = (1, [ID]) if found else (0, [])
        assert listed(Filters=[{"Name": name, "Values": [value]}]) == expected, (name, value)
    for fields, expected in (
        ({"Limit": 0}, "InvalidParameterValue.RangeExceeded"),
        ({"Limit": 101}, "InvalidParameterValue.RangeExceeded"),
        ({"Offset": -1}, "InvalidParameterValue.RangeExceeded"),
        ({"Filters": [{"Name": "Zone", "Values": ["x"]}]}, "InvalidParameterValue.InvalidFilterNotSupportedName"),
    ):
        with pytest.raises(Refused) as caught:
            listed(**fields)
        assert code(caught) == expected, fields
    with pytest.raises(Refused) as caught:
        cloud.raw(action, {"Limit": 20})
    assert code(caught) == "MissingParameter" and "Offset" in caught.value.message


def test_its_name_is_kept(cloud, gateway):
    changed = cloud.ModifyExclusiveInstance(InstanceId=ID, InstanceName="边缘 edge", InstanceDescription="in the cellar")
    assert (changed["Result"]["InstanceName"], changed["Result"]["InstanceDescription"]) == ("边缘 edge", "in the cellar")
    began = changed["Result"]["CreatedTime"]
    cloud.ModifyExclusiveInstance(InstanceId=ID, InstanceDescription="")
    gateway.restart()
    told = Cloud(gateway.admin).DescribeExclusiveInstanceDetail(InstanceId=ID)["Result"]
    assert (told["InstanceName"], told["InstanceDescription"], told["CreatedTime"]) == ("边缘 edge", "", began)


def test_what_it_cannot_be_is_refused_by_name(cloud):
    for fields, expected, told in (
        ({"InstanceId": "instance-other1"}, "FailedOperation.InstanceNotExist", "instance-other1"),
        ({"InstanceName": ""}, "InvalidParameter.FormatError", "InstanceName"),
        ({"InstanceName": "n" * 51}, "InvalidParameter.FormatError", "InstanceName"),
        ({"InstanceDescription": "d" * 201}, "InvalidParameter.FormatError", "InstanceDescription"),
        (
            {"Parameters": [{"Name": "Colour", "Value": "1"}]},
            "InvalidParameterValue.InvalidRequestParameters",
            "Parameters.0.Name",
        ),
        (
            {"Parameters": [{"Name": "ApiRequestNumPreSec", "Value": "6000"}]},
            UNCERTAIN["instance_parameter"],
            "service_rate_default",
        ),
    ):
        with pytest.raises(Refused) as caught:
            cloud.ModifyExclusiveInstance(**{"InstanceId": ID, **fields})
        assert code(caught) == expected and told in caught.value.message, caught.value
    unchanged = [{"Name": "ApiRequestNumPreSec", "Value": "5000"}]
    assert cloud.ModifyExclusiveInstance(InstanceId=ID, Parameters=unchanged)["Result"]["InstanceId"] == ID
    with pytest.raises(Refused) as caught:
        cloud.DescribeExclusiveInstanceDetail(InstanceId="instance-other1")
    assert code(caught) == "FailedOperation.InstanceNotExist"


def test_what_the_vendor_documents_no_field_of_has_none(cloud):
    assert set(cloud.raw("DescribeExclusiveInstanceRegions")) == {"RequestId"}
    assert set(cloud.raw("DescribeInstancesNetworkConfig", {"Limit": 1, "Offset": 0})) == {"RequestId"}
    with pytest.raises(Refused) as caught:
        cloud.DescribeInstancesNetworkConfig(Limit=101)
    assert code(caught) == "InvalidParameterValue.RangeExceeded"


def test_another_instance_is_another_installation(cloud):
    with pytest.raises(Refused, match="another installation") as caught:
        cloud.CreateExclusiveInstances(
            Zones=["ap-guangzhou-1"],
            InstanceType="basic",
            NetworkConfig={"InternetMaxBandwidthOut": 1},
            VpcConfig={"UniqVpcId": "vpc-1", "UniqSubnetId": "subnet-1"},
            PayMode="POSTPAID",
        )
    assert code(caught) == "UnsupportedOperation"
