"""GrpcGateway: calls with JSON become calls of gRPC, in front of a server with generated code."""

import json
from pathlib import Path

import grpc
import pytest
import yaml

from stand import plugins
from stand.cloud import Cloud, Refused
from stand.tags import UNCERTAIN
from stand.messaging import FILE, Messaging
from stand.site import Site
from stand.wire import call

HERE = Path(__file__).parent
CERTIFICATES = HERE / "stand" / "certificates"
PROTO = FILE.read_text()
SCENARIOS = yaml.safe_load((HERE / "scenarios" / "transcoding.yaml").read_text())


@pytest.fixture(scope="module")
def code(tmp_path_factory):
    """Where the generated code stands."""
    return tmp_path_factory.mktemp("code")


@pytest.fixture
def messaging(code):
    """A gRPC server."""
    server = Messaging(code)
    yield server
    server.close()


def in_front_of(gateway, service_type, config, **fields):
    """A service whose one API is open to everything under `/`."""
    site = Site(gateway, None)
    config = {"Path": "/", "Method": "ANY", **config}
    site.api(path="/", name="all", ServiceType=service_type, ServiceConfig=config, **fields)
    site.release()
    return site


@pytest.fixture
def site(shared, messaging):
    """An open API in front of the server, without a plugin."""
    return in_front_of(shared, "GRPC", {"Url": f"grpc://127.0.0.1:{messaging.port}"})


def put(site, proto=PROTO):
    """Puts a plugin with this file on the API."""
    return plugins.attach(site, plugins.make(site, "GrpcGateway", {"proto": proto}), "all")


def ask(site, method, target, body=None, headers=()):
    """The answer to a call."""
    return call(site.gateway.http, method, target, site.host, list(headers), body and body.encode())


def failure(answer):
    """What a refused call is told."""
    return answer.status, json.loads(answer.body)["message"]


def test_calls_become_messages_and_answers_become_json(site):
    put(site)
    for case in SCENARIOS:
        body = case.get("body")
        answer = ask(site, case["method"], case["target"], body if isinstance(body, str | None) else json.dumps(body))
        assert answer.status == case.get("status", 200), (case, answer.body)
        told = [json.loads(line) for line in answer.body.splitlines()]
        assert told == (case["lines"] if "lines" in case else [case["told"]]), case
        assert answer.header("content-type") == "application/json", case
        assert answer.header("grpc-status") is None, case


def test_what_goes_there_is_a_call_of_grpc(site, messaging):
    put(site)
    answer = ask(site, "GET", "/v1/messages/7", headers=[("X-Mine", "1"), ("grpc-timeout", "1n"), ("Accept-Encoding", "gzip")])
    assert answer.status == 200, answer.body
    assert answer.header("x-served-by") == "messaging"
    (heard,) = messaging.heard
    assert heard["x-mine"] == "1"
    # The API's time is the call's.
    assert 0 < heard["remaining"] <= 15


WAYS = {
    "grpcs": lambda port: ("GRPC", {"Url": f"grpcs://127.0.0.1:{port}"}),
    "https": lambda port: ("GRPC", {"Url": f"https://127.0.0.1:{port}"}),
    "upstream": lambda port: ("GRPC", {"Product": "upstream", "UpstreamId": port}),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_ways_to_a_server(gateways, code, way):
    gateway = gateways(environment={"SSL_CERT_FILE": str(CERTIFICATES / "root.pem")})
    server = Messaging(code, tls=CERTIFICATES / "backend.pem")
    try:
        place = server.port
        if way == "upstream":
            place = Cloud(gateway.admin).raw("CreateUpstream", {
                "Scheme": "gRPCs",
                "Algorithm": "ROUND-ROBIN",
                "UniqVpcId": "vpc-12345678",
                "UpstreamHost": "127.0.0.1",
                "Nodes": [{"Host": "127.0.0.1", "Port": server.port, "Weight": 1}],
            })["UpstreamId"]  # fmt: skip
        site = in_front_of(gateway, *WAYS[way](place))
        assert site.cloud.DescribeApi(ServiceId=site.id, ApiId=site.apis["all"])["Result"]["ServiceType"] == "GRPC"
        put(site)
        answer = ask(site, "GET", "/v1/messages/7?revision=3")
        assert json.loads(answer.body)["revision"] == 3, answer.body
    finally:
        server.close()


def test_without_a_plugin_the_call_is_refused_until_there_is_one(site):
    missing = UNCERTAIN["transcoding_missing"]
    assert failure(ask(site, "GET", "/v1/messages/7")) == (missing["status"], missing["message"])
    plugin = put(site)
    assert ask(site, "GET", "/v1/messages/7").status == 200
    plugins.detach(site, plugin, "all")
    assert failure(ask(site, "GET", "/v1/messages/7")) == (missing["status"], missing["message"])


def test_another_file_acts_at_once(site):
    plugin = put(site)
    assert ask(site, "GET", "/v2/7").status == 400
    plugins.change(site, plugin, {"proto": PROTO.replace('get: "/v1/messages/{message_id}"', 'get: "/v2/{message_id}"')})
    assert json.loads(ask(site, "GET", "/v2/7").body)["message_id"] == "7"
    assert ask(site, "GET", "/v1/messages/7").status == 400


def test_what_no_rule_is_for_is_refused_in_the_vendors_words(site):
    put(site)
    status = UNCERTAIN["not_transcoded"]["status"]
    words = "failed to transcode .proto file Unknown "
    assert failure(ask(site, "GET", "/something")) == (status, words + 'path "/something"')
    assert failure(ask(site, "OPTIONS", "/v1/messages/7")) == (status, words + 'method "options"')


def test_what_does_not_fit_is_told_by_name_and_never_sent(site, messaging):
    put(site)
    for target, body, expected in [
        ("/v1/messages/7?revision=x", None, "`revision` is int64, and `x` is none"),
        ("/v1/messages/7?sub=x", None, "`sub` is a message; its fields have names of their own"),
        ("/v1/refusals", "{", "the body is no JSON: EOF while parsing an object at line 1 column 1"),
        ("/v1/refusals", "[]", "the body is no object"),
    ]:
        assert failure(ask(site, "POST" if body else "GET", target, body)) == (400, expected)
    assert messaging.heard == []


def test_a_call_of_grpc_passes_as_it_is(site, messaging):
    put(site)
    options = [("grpc.default_authority", site.host), ("grpc.enable_http_proxy", 0)]
    address = "{}:{}".format(*site.gateway.http)
    with grpc.insecure_channel(address, options) as channel:
        stub = messaging.services.MessagingStub(channel)
        asked = messaging.messages.GetMessageRequest(message_id="7", revision=2)
        assert stub.GetMessage(asked, timeout=60).revision == 2
        assert [message.revision for message in stub.Count(messaging.messages.CountRequest(to=3), timeout=60)] == [0, 1, 2]


def test_a_backend_that_speaks_http_is_called_as_it_is(shared, backend):
    site = Site(shared, backend)
    site.api(path="/", name="all")
    site.release()
    put(site)
    assert ask(site, "GET", "/v1/messages/7").status == 200
    assert backend.seen.target == "/v1/messages/7"


def test_what_is_too_long_is_refused(gateways, messaging):
    gateway = gateways("--grpc-message-size", "1KiB")
    site = in_front_of(gateway, "GRPC", {"Url": f"grpc://127.0.0.1:{messaging.port}"})
    put(site)
    long = json.dumps({"text": "x" * 1100})
    assert ask(site, "PUT", "/v1/messages/7", long).status == 413
    assert messaging.heard == []
    assert ask(site, "PATCH", "/v1/messages/7?times=300", json.dumps({"text": "long"})).status == 502
    assert ask(site, "PATCH", "/v1/messages/7?times=3", json.dumps({"text": "long"})).status == 200


def test_a_file_is_checked_when_it_is_written(site):
    for data, expected in [
        ({"proto": "message {"}, "proto file format error: line 1: expected an identifier"),
        ({"proto": PROTO.replace('import "google/api/annotations.proto";', "")}, "proto file format error"),
        ({"proto": PROTO.replace("{message_id}", "{nothing}", 1)}, "`nothing` is no field of acceptance.GetMessageRequest"),
        ({"proto": 'syntax = "proto3";\nimport "a.proto";'}, "line 2: import 'a.proto' not found"),
        ({"proto": PROTO + "//" + "x" * 2**20}, "at most 1048576 are allowed"),
        ({}, "proto"),
        ({"proto": PROTO, "more": 1}, "more"),
        ({"proto": 7}, "PluginData.proto"),
    ]:
        with pytest.raises(Refused) as refused:
            plugins.make(site, "GrpcGateway", data)
        assert expected in refused.value.message, refused.value.message
    plugin = put(site)
    known = site.cloud.DescribePlugin(PluginId=plugin)["Result"]
    assert json.loads(known["PluginData"]) == {"proto": PROTO}
    assert known["PluginType"] == "GrpcGateway"


def test_http_urls_of_grpc_belong_to_its_type(shared):
    site = Site(shared, None)
    with pytest.raises(Refused) as refused:
        site.api(path="/", ServiceType="HTTP", ServiceConfig={"Url": "grpc://127.0.0.1:1", "Path": "/", "Method": "ANY"})
    assert refused.value.code == "InvalidParameterValue.InvalidUrl"
