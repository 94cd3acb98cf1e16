"""Captures what the vendor's own Python packages send, byte for byte, as the vectors in this folder.

    python3 -m venv venv
    venv/bin/pip install tencentcloud-sdk-python-apigateway tencentcloud-apigateway-authorization
    venv/bin/python capture.py

Made with tencentcloud-sdk-python-apigateway 3.1.140, tencentcloud-sdk-python-common 3.1.195 and
tencentcloud-apigateway-authorization 0.1.0. The clock stands still, so that a second run changes nothing but
nonces, boundaries and trace ids.
"""

import datetime
import pathlib
import socket
import threading
import time

import requests
from apigateway import auth
from tencentcloud.apigateway.v20180808 import apigateway_client, models
from tencentcloud.common import credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

SECRET_ID = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE"
SECRET_KEY = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"
NOW = 1551113065  # 2019-02-25T16:44:25Z
FOLDER = pathlib.Path(__file__).parent

listener = socket.create_server(("127.0.0.1", 19080))
ENDPOINT = "127.0.0.1:19080"


def receive():
    """One request, whole, and a decent answer."""
    connection, _ = listener.accept()
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        body += connection.recv(65536)
    answer = b'{"Response":{"RequestId":"1"}}'
    connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
        % (len(answer), answer)
    )
    connection.close()
    return head + b"\r\n\r\n" + body


def capture(name, send):
    received = []
    thread = threading.Thread(target=lambda: received.append(receive()), daemon=True)
    thread.start()
    send()
    thread.join()
    (FOLDER / f"{name}.http").write_bytes(received[0])


def client(method, sign_method, token=None, unsigned=False, language=None):
    http = HttpProfile(protocol="http", endpoint=ENDPOINT, reqMethod=method)
    profile = ClientProfile(signMethod=sign_method, httpProfile=http, language=language or "zh-CN")
    profile.unsignedPayload = unsigned
    return apigateway_client.ApigatewayClient(
        credential.Credential(SECRET_ID, SECRET_KEY, token), "ap-guangzhou", profile
    )


def create_service(client):
    request = models.CreateServiceRequest()
    request.ServiceName = "orders"
    request.Protocol = "http&https"
    request.ServiceDesc = "订单 & more = “quoted”"
    request.NetTypes = ["OUTER", "INNER"]
    tag = models.Tag()
    tag.Key, tag.Value = "team_name", "blue + green"
    request.Tags = [tag]
    client.CreateService(request)


def describe(client):
    request = models.DescribeServicesStatusRequest()
    request.Limit, request.Offset = 10, 0
    name = models.Filter()
    name.Name, name.Values = "ServiceName", ["订单", "a b&c=d/~*+"]
    request.Filters = [name]
    client.DescribeServicesStatus(request)


class Moment(datetime.datetime):
    @classmethod
    def utcnow(cls):
        return cls(2019, 2, 25, 16, 44, 25)


def main():
    time.time = lambda: NOW
    tc3 = "TC3-HMAC-SHA256"
    capture("tc3/post-json", lambda: create_service(client("POST", tc3)))
    capture("tc3/get-query", lambda: describe(client("GET", tc3)))
    capture("tc3/get-no-parameters", lambda: client("GET", tc3).call("DescribeServicesStatus", {}))
    capture("tc3/post-token-language", lambda: describe(client("POST", tc3, token="temporary", language="en-US")))
    capture("tc3/post-unsigned-payload", lambda: create_service(client("POST", tc3, unsigned=True)))
    capture("tc3/get-unsigned-payload", lambda: describe(client("GET", tc3, unsigned=True)))
    capture(
        "tc3/post-multipart",
        lambda: client("POST", tc3).call("ImportOpenApi", {"Content": "a: 1"}, options={"IsMultipart": True}),
    )
    capture(
        "tc3/post-octet-stream",
        lambda: client("POST", tc3).call_octet_stream("ImportOpenApi", {"X-Note": "Mixed Case"}, b"\x00\xff raw \r\n"),
    )
    for method in ("GET", "POST"):
        for sign_method in ("HmacSHA1", "HmacSHA256"):
            name = f"tc1/{method.lower()}-{sign_method.lower()}"
            capture(f"{name}-create", lambda: create_service(client(method, sign_method)))
            capture(f"{name}-describe", lambda: describe(client(method, sign_method, token="temporary")))

    auth.datetime.datetime = Moment
    url = f"http://{ENDPOINT}/release/orders?id=1"
    plain = auth.Auth(SECRET_ID, SECRET_KEY)
    capture("key_pair/date-only", lambda: requests.get(url, headers=plain.generateHeaders()))
    sourced = auth.Auth(SECRET_ID, SECRET_KEY, {"Source": "AndriodApp", "X-Custom-Header": "Some Value"})
    capture("key_pair/own-headers", lambda: requests.post(url, data={"a": "1"}, headers=sourced.generateHeaders()))
    # The package changes the headers it was given: used again it signs its own former Authorization header,
    # which the request then no longer has.
    capture("key_pair/used-twice.refused", lambda: requests.get(url, headers=sourced.generateHeaders()))


main()
