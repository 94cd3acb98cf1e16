"""The door of the management side: who may come in, and the envelopes that the SDKs need."""

import hashlib
import hmac
import json
import re
import time
import urllib.request

import pytest

from stand.cloud import MODES, Cloud, Refused
from stand.expect import check
from stand.gateway import SECRET_ID, SECRET_KEY, split
from stand.tags import UNCERTAIN
from stand.wire import Wire, call

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def refused(cloud, action="DescribeServicesStatus", fields=None):
    """The code with which an action is refused."""
    with pytest.raises(Refused) as caught:
        cloud.raw(action, fields)
    return caught.value.code


@pytest.mark.parametrize("mode", MODES, ids=" ".join)
def test_a_wrong_secret_does_not_come_in(shared, mode):
    code = refused(Cloud(shared.admin, secret_key="wrong", mode=mode))
    check(UNCERTAIN["wrong_signature"], code, {}, "the code")


@pytest.mark.parametrize("mode", MODES, ids=" ".join)
def test_an_unknown_id_does_not_come_in(shared, mode):
    code = refused(Cloud(shared.admin, secret_id="AKIDnobody", mode=mode))
    check(UNCERTAIN["unknown_secret_id"], code, {}, "the code")


def test_an_unknown_action_is_refused_by_name(shared):
    with pytest.raises(Refused, match="MakeCoffee") as caught:
        Cloud(shared.admin).raw("MakeCoffee")
    check(UNCERTAIN["unknown_action"], caught.value.code, {}, "the code")


def test_an_action_that_is_not_served_yet_is_refused_by_name(shared):
    with pytest.raises(Refused, match="CreateExclusiveInstances") as caught:
        Cloud(shared.admin).raw("CreateExclusiveInstances", {"InstanceName": "x"})
    check(UNCERTAIN["action_not_served"], caught.value.code, {}, "the code")


def signed(host, action, body, content_type="application/json", at=None, extra=None):
    """A TC3 request made by hand, as another language's SDK makes it."""
    at = int(time.time()) if at is None else at
    date = time.strftime("%Y-%m-%d", time.gmtime(at))
    headers = {"content-type": content_type, "host": host, **(extra or {})}
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    digest = hashlib.sha256(body).hexdigest()
    canonical = f"POST\n/\n\n{lines}\n{names}\n{digest}"
    scope = f"{date}/apigateway/tc3_request"
    text = f"TC3-HMAC-SHA256\n{at}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = b"TC3" + SECRET_KEY.encode()
    for part in (date, "apigateway", "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return {
        "Authorization": f"TC3-HMAC-SHA256 Credential={SECRET_ID}/{scope}, SignedHeaders={names}, Signature={signature}",
        "Content-Type": content_type,
        "X-TC-Action": action,
        "X-TC-Version": "2018-08-08",
        "X-TC-Timestamp": str(at),
        "X-TC-Region": "ap-guangzhou",
        **(extra or {}),
    }


def post(gateway, headers, body):
    """Status, content type and JSON of a POST to the management address."""
    request = urllib.request.Request(f"http://{gateway.admin}/", body, headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.status, answer.headers["Content-Type"], json.load(answer)


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8"])
def test_the_envelope_of_an_answer(shared, content_type):
    headers = signed(shared.admin, "DescribeServicesStatus", b"{}", content_type)
    status, told, body = post(shared, headers, b"{}")
    assert (status, told, list(body)) == (200, "application/json", ["Response"])
    assert re.fullmatch(UUID, body["Response"]["RequestId"])
    assert "Error" not in body["Response"]


def test_the_envelope_of_a_refusal(shared):
    body = b'{"ServiceId":"service-nosuch00"}'
    status, told, answer = post(shared, signed(shared.admin, "DescribeService", body), body)
    assert (status, told, list(answer)) == (200, "application/json", ["Response"])
    assert sorted(answer["Response"]) == ["Error", "RequestId"]
    assert sorted(answer["Response"]["Error"]) == ["Code", "Message"]
    assert re.fullmatch(UUID, answer["Response"]["RequestId"])


def test_more_headers_may_be_signed(shared):
    headers = signed(shared.admin, "DescribeServicesStatus", b"{}", extra={"x-tc-action": "DescribeServicesStatus"})
    headers.pop("X-TC-Action")
    assert "Error" not in post(shared, headers, b"{}")[2]["Response"]


def test_an_old_signature_does_not_come_in(shared):
    headers = signed(shared.admin, "DescribeServicesStatus", b"{}", at=int(time.time()) - 3600)
    error = post(shared, headers, b"{}")[2]["Response"]["Error"]
    check(UNCERTAIN["expired_signature"], error["Code"], {}, "the code")


def test_a_changed_body_does_not_come_in(shared):
    headers = signed(shared.admin, "DescribeServicesStatus", b'{"Limit":1}')
    error = post(shared, headers, b'{"Limit":2}')[2]["Response"]["Error"]
    check(UNCERTAIN["wrong_signature"], error["Code"], {}, "the code")


def test_another_version_of_the_interface_is_refused(shared):
    headers = signed(shared.admin, "DescribeServicesStatus", b"{}") | {"X-TC-Version": "2017-01-01"}
    error = post(shared, headers, b"{}")[2]["Response"]["Error"]
    check(UNCERTAIN["unknown_version"], error["Code"], {}, "the code")


@pytest.mark.parametrize("body", [b"[]", b"{", b'"x"', b'{"Limit":"many"}', b'{"Filters":{}}', b"\xff\xfe"])
def test_a_body_that_is_no_request_is_refused(shared, body):
    error = post(shared, signed(shared.admin, "DescribeServicesStatus", body), body)[2]["Response"]["Error"]
    assert error["Code"].startswith("InvalidParameter"), error


def test_the_payload_may_be_left_unsigned(shared):
    cloud = Cloud(shared.admin)
    cloud.client.profile.unsignedPayload = True
    assert cloud.CreateService(ServiceName="unsigned", Protocol="http")["ServiceId"]


def test_a_request_may_come_in_parts(shared):
    cloud = Cloud(shared.admin)
    fields = {"ServiceName": "multipart", "Protocol": "http"}
    answer = cloud.client.call_json("CreateService", fields, options={"IsMultipart": True})
    assert answer["Response"]["ServiceName"] == "multipart"


def test_a_browser_is_led_to_the_console(shared):
    with Wire(split(shared.admin)) as wire:
        wire.send(f"GET / HTTP/1.1\r\nHost: {shared.admin}\r\n\r\n")
        answer = wire.receive()
    assert answer.status in (302, 303, 307)
    assert answer.header("location") == "/console/"


def test_the_management_side_tells_nothing_to_somebody_without_a_signature(shared):
    with Wire(split(shared.admin)) as wire:
        wire.send(
            f"POST / HTTP/1.1\r\nHost: {shared.admin}\r\nX-TC-Action: DescribeServicesStatus\r\n"
            "X-TC-Version: 2018-08-08\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
        )
        answer = json.loads(wire.receive().body)["Response"]
    assert sorted(answer) == ["Error", "RequestId"]


def test_the_management_side_is_not_on_the_callers_listeners(shared):
    headers = signed(shared.admin, "DescribeServicesStatus", b"{}")
    answer = call(shared.http, "POST", "/", shared.admin, list(headers.items()), b"{}")
    assert answer.status == 404
    for path in ("/healthz", "/readyz", "/metrics", "/console/"):
        assert call(shared.http, "GET", path, shared.admin).status == 404
