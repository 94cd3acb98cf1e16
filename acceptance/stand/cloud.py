"""The official SDKs, unmodified, pointed at the management address: the one for Python, and the one for Node."""

import json
import os
from types import SimpleNamespace

from tencentcloud.apigateway.v20180808 import apigateway_client, models
from tencentcloud.common import credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from .gateway import REGION, SECRET_ID, SECRET_KEY
from .node_sdk import NODE

MODES = [
    (signature, method)
    for signature in ("TC3-HMAC-SHA256", "HmacSHA256", "HmacSHA1")
    for method in ("POST", "GET")
]
DEFAULT_MODE = MODES[0]
SDKS = ("python", "node")

# The SDK that speaks for a `Cloud` that is made now; the fixture `sdk` sets it.
SPEAKER = SimpleNamespace(sdk=SDKS[0])

# Pairs of SDK and action, of every action that was carried out.
DONE = set()


class Refused(Exception):
    """The management side refused an action."""

    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def foreign():
    """Another endpoint to run the management scenarios against: its address and key pair, or None."""
    endpoint = os.environ.get("TOLLGATE_CLOUD_ENDPOINT")
    if not endpoint:
        return None
    return {
        "endpoint": endpoint,
        "scheme": os.environ.get("TOLLGATE_CLOUD_SCHEME", "https"),
        "secret_id": os.environ["TOLLGATE_CLOUD_SECRET_ID"],
        "secret_key": os.environ["TOLLGATE_CLOUD_SECRET_KEY"],
        "region": os.environ.get("TOLLGATE_CLOUD_REGION", REGION),
    }


class Cloud:
    """An SDK's client; every action is a method that takes and gives plain data."""

    def __init__(
        self, endpoint, scheme="http", secret_id=SECRET_ID, secret_key=SECRET_KEY, region=REGION, mode=DEFAULT_MODE
    ):
        self.sdk = SPEAKER.sdk
        kind = {"python": PythonSdk, "node": NodeSdk}[self.sdk]
        elsewhere = foreign()
        if elsewhere and elsewhere["endpoint"] == endpoint:
            scheme, secret_id, secret_key, region = (
                elsewhere[name] for name in ("scheme", "secret_id", "secret_key", "region")
            )
        self.speaker = kind(endpoint, scheme, secret_id, secret_key, region, mode)

    @property
    def client(self):
        """The client of the SDK for Python."""
        return self.speaker.client

    def call(self, action, fields=None):
        """Runs an action through the SDK's own method, with the fields that its models declare and no others."""
        request = getattr(models, f"{action}Request")()
        request.from_json_string(json.dumps(fields or {}))
        answer = self.speaker.call(action, request, fields or {})
        DONE.add((self.sdk, action))
        return answer

    def raw(self, action, fields=None):
        """Runs an action and gives the `Response` object as it stood on the wire."""
        answer = self.speaker.raw(action, fields or {})
        DONE.add((self.sdk, action))
        return answer

    def __getattr__(self, action):
        return lambda **fields: self.call(action, fields)


class PythonSdk:
    """`tencentcloud-sdk-python-apigateway`."""

    def __init__(self, endpoint, scheme, secret_id, secret_key, region, mode):
        signature, method = mode
        http = HttpProfile(protocol=scheme, endpoint=endpoint, reqMethod=method, reqTimeout=60, keepAlive=True)
        profile = ClientProfile(signMethod=signature, httpProfile=http, language="en-US")
        pair = credential.Credential(secret_id, secret_key)
        self.client = apigateway_client.ApigatewayClient(pair, region, profile)

    def call(self, action, request, _fields):
        """The action's method, with its model."""
        try:
            response = getattr(self.client, action)(request)
        except TencentCloudSDKException as error:
            raise Refused(error.code, error.message) from None
        return json.loads(response.to_json_string())

    def raw(self, action, fields):
        """The action by its name, without a model."""
        try:
            return self.client.call_json(action, fields)["Response"]
        except TencentCloudSDKException as error:
            raise Refused(error.code, error.message) from None


class NodeSdk:
    """`tencentcloud-sdk-nodejs`. It has models while it is compiled only, so its answers are read by those of Python:
    a field that none of them declares fails the test."""

    def __init__(self, endpoint, scheme, secret_id, secret_key, region, mode):
        signature, method = mode
        self.client = SimpleNamespace(
            endpoint=endpoint,
            scheme=scheme,
            secretId=secret_id,
            secretKey=secret_key,
            region=region,
            signature=signature,
            method=method,
        )

    def call(self, action, _request, fields):
        """The action's method."""
        response = getattr(models, f"{action}Response")()
        response._deserialize(self._ask(action, fields, typed=True))
        return json.loads(response.to_json_string())

    def raw(self, action, fields):
        """The action by its name."""
        return self._ask(action, fields, typed=False)

    def _ask(self, action, fields, typed):
        told = NODE.ask(**vars(self.client), action=action, fields=fields, typed=typed)
        if "error" in told:
            raise Refused(told["error"]["code"], told["error"]["message"])
        return told["response"]
