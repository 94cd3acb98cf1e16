"""The whole walk of an operator and a caller: official SDK on one side, third-party signer on the other.

Every step leaves the world as the next one finds it, so the walk is one test; it is walked on a gateway that just runs,
on one that is restarted between all chapters, and on one that is killed between all chapters.
"""

import pytest
import requests
from apigateway.auth import Auth

from stand.cloud import Cloud, Refused
from stand.dns import point_here
from stand.patience import until


class Walk:
    """One service on its way from its making to its end."""

    def __init__(self, gateway, backend):
        self.gateway = gateway
        self.backend = backend

    @property
    def cloud(self):
        """The SDK, pointed at where the gateway now listens."""
        return Cloud(self.gateway.admin)

    def call(self, path, environment="release", signed=True):
        """A call as a caller makes it."""
        url = f"http://{self.gateway.host(self.service)}:{self.gateway.http[1]}/{environment}{path}"
        headers = Auth(*self.pair, {"Source": "walk"}).generateHeaders() if signed else {}
        return requests.get(url, headers=headers, timeout=60)

    def refused(self, code, action, **fields):
        """An action that must be refused with this code."""
        with pytest.raises(Refused) as caught:
            self.cloud.call(action, fields)
        assert caught.value.code == code, caught.value

    # --- the chapters, in order ---

    def build(self):
        """A service with an API in front of a backend and one that is answered by the gateway."""
        made = self.cloud.CreateService(ServiceName="walk", Protocol="http&https", ServiceDesc="the walk")
        self.service = made["ServiceId"]
        assert made["OuterSubDomain"] == self.gateway.host(self.service)
        common = {"ServiceId": self.service, "Protocol": "HTTP", "AuthType": "SECRET", "ServiceTimeout": 15}
        self.http_api = self.cloud.CreateApi(
            **common,
            ApiName="proxied",
            RequestConfig={"Path": "/orders/{id}", "Method": "GET"},
            RequestParameters=[{"Name": "id", "Position": "PATH", "Type": "String", "Required": True}],
            ServiceType="HTTP",
            ServiceConfig={"Url": self.backend.url, "Path": "/v1/orders/{id}", "Method": "GET"},
            ServiceParameters=[
                {
                    "Name": "id",
                    "Position": "PATH",
                    "RelevantRequestParameterName": "id",
                    "RelevantRequestParameterPosition": "PATH",
                }
            ],
        )["Result"]["ApiId"]
        self.mock = {
            **common,
            "ApiName": "mocked",
            "RequestConfig": {"Path": "/mock", "Method": "GET"},
            "ServiceType": "MOCK",
        }
        self.mock_api = self.cloud.CreateApi(**self.mock, ServiceMockReturnMessage="one")["Result"]["ApiId"]

    def release(self):
        """Released to each of the three environments."""
        self.versions = {}
        for environment in ("test", "prepub", "release"):
            answer = self.cloud.ReleaseService(
                ServiceId=self.service, EnvironmentName=environment, ReleaseDesc=f"to {environment}"
            )
            self.versions[environment] = answer["Result"]["ReleaseVersion"]
        told = self.cloud.DescribeServiceEnvironmentList(ServiceId=self.service)["Result"]["EnvironmentList"]
        assert {row["EnvironmentName"]: row["VersionName"] for row in told} == self.versions

    def admit(self):
        """A key in a plan that is bound to the three environments."""
        key = self.cloud.CreateApiKey(SecretName="walker")["Result"]
        self.pair = (key["AccessKeyId"], key["AccessKeySecret"])
        plan = self.cloud.CreateUsagePlan(UsagePlanName="walk", MaxRequestNumPreSec=2000, MaxRequestNum=100_000)
        self.plan = plan["Result"]["UsagePlanId"]
        self.cloud.BindSecretIds(UsagePlanId=self.plan, AccessKeyIds=[self.pair[0]])
        for environment in self.versions:
            self.cloud.BindEnvironment(
                UsagePlanIds=[self.plan], BindType="SERVICE", Environment=environment, ServiceId=self.service
            )

    def use(self):
        """Signed calls are answered in each environment, and others are not."""
        for environment in self.versions:
            assert self.call("/mock", environment).text == "one"
            answer = self.call("/orders/17", environment)
            assert answer.status_code == 200
            assert answer.json()["path"] == "/v1/orders/17"
        assert self.call("/mock", signed=False).status_code == 401
        headers = answer.headers
        assert headers["X-Api-ID"] == self.http_api
        assert len(headers["X-Api-RequestId"]) == 32
        assert headers["X-Secret-ID"] == self.pair[0]
        assert headers["X-Service-RateLimit"].endswith("/5000")
        assert headers["X-UsagePlan-RateLimit"].endswith("/2000")
        assert headers["X-UsagePlan-Quota"].endswith("/100000")
        assert headers["X-RateLimit-Limit"] == "2000"

    def exceed(self):
        """A rate that is exceeded, seen by the caller; then lifted."""
        self.cloud.ModifyUsagePlan(UsagePlanId=self.plan, MaxRequestNumPreSec=1)
        exceeded = {"message": "API rate limit exceeded"}
        until(lambda: refusal(self.call("/mock")) == (429, exceeded), "the rate acts")
        self.cloud.ModifyUsagePlan(UsagePlanId=self.plan, MaxRequestNumPreSec=2000)
        until(lambda: self.call("/mock").status_code == 200, "the rate is lifted")

    def disable(self):
        """A key that is switched off and on."""
        self.cloud.DisableApiKey(AccessKeyId=self.pair[0])
        until(lambda: self.call("/mock").status_code == 401, "the key is off")
        self.cloud.EnableApiKey(AccessKeyId=self.pair[0])
        until(lambda: self.call("/mock").status_code == 200, "the key is on")

    def change(self):
        """A change that shows after its release only, and is taken back."""
        self.cloud.ModifyApi(**self.mock, ApiId=self.mock_api, ServiceMockReturnMessage="two")
        assert self.call("/mock").text == "one"
        self.cloud.ReleaseService(ServiceId=self.service, EnvironmentName="release", ReleaseDesc="two")
        until(lambda: self.call("/mock").text == "two", "the release acts")
        assert self.call("/mock", "test").text == "one"
        self.cloud.UpdateService(
            ServiceId=self.service,
            EnvironmentName="release",
            VersionName=self.versions["release"],
            UpdateDesc="back",
        )
        until(lambda: self.call("/mock").text == "one", "the version is back")

    def unrelease(self):
        """The environments go offline, one by one."""
        for environment in self.versions:
            self.cloud.UnReleaseService(ServiceId=self.service, EnvironmentName=environment)
            until(lambda at=environment: self.call("/mock", at).status_code == 404, "the environment is offline")

    def end(self):
        """Everything is deleted, in the order that the rules ask for."""
        self.refused("UnsupportedOperation.ApiListNotEmpty", "DeleteService", ServiceId=self.service)
        for environment in self.versions:
            self.cloud.UnBindEnvironment(
                UsagePlanIds=[self.plan], BindType="SERVICE", Environment=environment, ServiceId=self.service
            )
        for api in (self.http_api, self.mock_api):
            self.cloud.DeleteApi(ServiceId=self.service, ApiId=api)
        self.cloud.DeleteService(ServiceId=self.service)
        self.refused("ResourceNotFound.InvalidService", "DescribeService", ServiceId=self.service)
        self.cloud.UnBindSecretIds(UsagePlanId=self.plan, AccessKeyIds=[self.pair[0]])
        self.cloud.DisableApiKey(AccessKeyId=self.pair[0])
        self.cloud.DeleteApiKey(AccessKeyId=self.pair[0])
        self.cloud.DeleteUsagePlan(UsagePlanId=self.plan)

    def gone(self):
        """Nothing is left."""
        cloud = self.cloud
        assert cloud.DescribeServicesStatus()["Result"]["TotalCount"] == 0
        assert cloud.DescribeApiKeysStatus()["Result"]["TotalCount"] == 0
        assert cloud.DescribeUsagePlansStatus()["Result"]["TotalCount"] == 0


def refusal(answer):
    """Status and body of a refused call."""
    return (answer.status_code, answer.json()) if answer.status_code >= 400 else None


def run_on(gateway):
    """Between two chapters nothing happens."""


def restart(gateway):
    """Between two chapters the process is ended and started again."""
    gateway.restart()


def crash(gateway):
    """Between two chapters the process is killed and started again."""
    gateway.kill()
    gateway.start()


@pytest.mark.parametrize("between", [run_on, restart, crash])
def test_the_walk(gateway, backend, between, monkeypatch):
    point_here(monkeypatch)
    walk = Walk(gateway, backend)
    chapters = [
        walk.build,
        walk.release,
        walk.admit,
        walk.use,
        walk.exceed,
        walk.disable,
        walk.change,
        walk.unrelease,
        walk.end,
        walk.gone,
    ]
    for chapter in chapters:
        chapter()
        between(gateway)
