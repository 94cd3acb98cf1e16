"""The official SDK, unmodified, pointed at the management address."""

import json
import os

from tencentcloud.apigateway.v20180808 import apigateway_client, models
from tencentcloud.common import credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from .gateway import REGION, SECRET_ID, SECRET_KEY

MODES = [
    (signature, method)
    for signature in ("TC3-HMAC-SHA256", "HmacSHA256", "HmacSHA1")
    for method in ("POST", "GET")
]
DEFAULT_MODE = MODES[0]


class Refused(Exception):
    """The management side refused an action."""

    def __init__(self, error):
        super().__init__(f"{error.code}: {error.message}")
        self.code = error.code
        self.message = error.message


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
    """The SDK's client; every action is a method that takes and gives plain data."""

    def __init__(
        self, endpoint, scheme="http", secret_id=SECRET_ID, secret_key=SECRET_KEY, region=REGION, mode=DEFAULT_MODE
    ):
        signature, method = mode
        http = HttpProfile(protocol=scheme, endpoint=endpoint, reqMethod=method, reqTimeout=60, keepAlive=True)
        profile = ClientProfile(signMethod=signature, httpProfile=http, language="en-US")
        pair = credential.Credential(secret_id, secret_key)
        self.client = apigateway_client.ApigatewayClient(pair, region, profile)

    def call(self, action, fields=None):
        """Runs an action through the SDK's own request and response models."""
        request = getattr(models, f"{action}Request")()
        request.from_json_string(json.dumps(fields or {}))
        try:
            response = getattr(self.client, action)(request)
        except TencentCloudSDKException as error:
            raise Refused(error) from None
        return json.loads(response.to_json_string())

    def raw(self, action, fields=None):
        """Runs an action and gives the `Response` object as it stood on the wire."""
        try:
            return self.client.call_json(action, fields or {})["Response"]
        except TencentCloudSDKException as error:
            raise Refused(error) from None

    def __getattr__(self, action):
        return lambda **fields: self.call(action, fields)
