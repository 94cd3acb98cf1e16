"""A service as its operators build it: through the SDK, with shorthand for what most tests do not care about."""

import re

from .cloud import Cloud


class Site:
    """One service on a gateway, its APIs by name, and one backend behind them."""

    def __init__(self, gateway, backend, **service):
        self.gateway = gateway
        self.backend = backend
        self.cloud = Cloud(gateway.admin)
        fields = {"ServiceName": "acceptance", "Protocol": "http&https", **service}
        self.id = self.cloud.CreateService(**fields)["ServiceId"]
        self.apis = {}
        self.definitions = {}

    @property
    def host(self):
        """The service's own host name."""
        return self.gateway.host(self.id)

    def definition(self, path="/", method="ANY", mock=None, to="", send_as="ANY", name=None, **fields):
        """An API's fields: `to` and `send_as` are path and method at the backend; a `mock` has none. The variables of
        the path are declared where no parameters are given."""
        made = {
            "ServiceId": self.id,
            "ApiName": name or f"api_{len(self.apis)}",
            "Protocol": "HTTP",
            "AuthType": "NONE",
            "RequestConfig": {"Path": path, "Method": method},
            "ServiceTimeout": 15,
            "RequestParameters": [
                {"Name": name, "Position": "PATH", "Type": "String", "Required": True}
                for name in re.findall(r"\{([^}]*)\}", path)
            ],
        }
        if mock is not None:
            made |= {"ServiceType": "MOCK", "ServiceMockReturnMessage": mock}
        else:
            url = self.backend.url if self.backend else "http://127.0.0.1:9"
            made |= {"ServiceType": "HTTP", "ServiceConfig": {"Url": url, "Path": to, "Method": send_as}}
        return made | fields

    def api(self, **fields):
        """Makes an API and gives its id."""
        definition = self.definition(**fields)
        name = definition["ApiName"]
        self.apis[name] = self.cloud.CreateApi(**definition)["Result"]["ApiId"]
        self.definitions[name] = definition
        return self.apis[name]

    def change(self, name, **fields):
        """Changes an API."""
        self.definitions[name] |= fields
        self.cloud.ModifyApi(**self.definitions[name], ApiId=self.apis[name])

    def release(self, environment="release", description="acceptance"):
        """Releases the service and gives the version."""
        answer = self.cloud.ReleaseService(
            ServiceId=self.id, EnvironmentName=environment, ReleaseDesc=description
        )
        self.gateway.settle()
        return answer["Result"]["ReleaseVersion"]

    def key(self, **fields):
        """Makes a key and gives id and secret."""
        made = self.cloud.CreateApiKey(**{"SecretName": "caller", **fields})["Result"]
        return made["AccessKeyId"], made["AccessKeySecret"]

    def plan(self, *keys, environment="release", apis=None, **fields):
        """Makes a usage plan with these keys and puts it on the service, or on some of its APIs."""
        plan = self.cloud.CreateUsagePlan(**{"UsagePlanName": "plan", **fields})["Result"]["UsagePlanId"]
        if keys:
            self.cloud.BindSecretIds(UsagePlanId=plan, AccessKeyIds=list(keys))
        if environment:
            self.bind(plan, environment, apis)
        return plan

    def bind(self, plan, environment="release", apis=None):
        """Puts a plan on the service, or on some of its APIs."""
        scope = {"BindType": "API", "ApiIds": list(apis)} if apis else {"BindType": "SERVICE"}
        self.cloud.BindEnvironment(UsagePlanIds=[plan], Environment=environment, ServiceId=self.id, **scope)
        self.gateway.settle()
