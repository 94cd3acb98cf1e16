"""Cloud functions as backends: real Python and Node runtimes, the cloud's Invoke API, web functions."""

import json

import pytest

from stand import functions
from stand.gateway import APP_ID
from stand.patience import until
from stand.signing import date_source
from stand.site import Site
from stand.tags import UNCERTAIN
from stand.wire import call

MALFORMED = UNCERTAIN["malformed_integrated"]
FAILED = UNCERTAIN["failed_function"]


@pytest.fixture(scope="module")
def notes(tmp_path_factory):
    """Where asynchronous functions leave what they did."""
    return tmp_path_factory.mktemp("notes")


@pytest.fixture(scope="module")
def python(notes):
    """A Python runtime."""
    runtime = functions.python(notes)
    yield runtime
    runtime.close()


@pytest.fixture(scope="module")
def node():
    """A Node runtime."""
    runtime = functions.node()
    yield runtime
    runtime.close()


@pytest.fixture
def gateway(gateways, python, node):
    """A gateway whose functions are in the two runtimes."""
    own = [f"default/{name}={node.url}/default/{name}/1" for name in ("hello", "callback")]
    return gateways(
        "--function-endpoint", python.url + "/{namespace}/{function}/{qualifier}",
        "--function-endpoints", ",".join([*own, "default/nobody=http://127.0.0.1:9"]),
        "--function-body-size", "64KiB",
    )  # fmt: skip


@pytest.fixture
def site(gateway):
    """A service on it."""
    return Site(gateway, None)


def function(site, name, path=None, **fields):
    """Makes an API that a function answers."""
    fields = {"ServiceType": "SCF", "ServiceScfFunctionName": name, "ServiceConfig": None, **fields}
    return site.api(path=path or f"/{name}", name=fields.pop("ApiName", None), **fields)


def ask(site, method, target, headers=(), body=None):
    """One call."""
    body = body.encode() if isinstance(body, str) else body
    return call(site.gateway.http, method, target, site.host, headers, body)


def test_an_event_is_told_member_by_member(site):
    function(
        site,
        "echo",
        path="/test/{id}",
        RequestParameters=[
            {"Name": "id", "Position": "PATH", "Type": "String", "Required": True},
            {"Name": "foo", "Position": "QUERY", "Type": "String", "Required": False},
            {"Name": "page", "Position": "QUERY", "Type": "String", "Required": False, "DefaultValue": "1"},
            {"Name": "left", "Position": "QUERY", "Type": "String", "Required": False},
            {"Name": "headerParam", "Position": "HEADER", "Type": "String", "Required": True},
        ],
    )
    site.release("test")
    answer = ask(
        site,
        "POST",
        "/test/test/a%20b?foo=bar&bob=alice&x=1&x=%E4%BD%A0",
        [
            ("headerParam", "v"),
            ("Accept", "text/html"),
            ("Accept", "*/*"),
            ("X-Forwarded-For", "10.0.0.9"),
            ("X-Real-IP", "10.0.0.9"),
            ("X-Anonymous-Consumer", "false"),
            ("Content-Type", "text/plain"),
        ],
        "héllo",
    )
    assert answer.status == 200, answer.text
    event = json.loads(answer.body)
    request_id = answer.header("X-Api-RequestId")
    assert event == {
        "requestContext": {
            "serviceId": site.id,
            "path": "/test/{id}",
            "httpMethod": "ANY",
            "requestId": request_id,
            "identity": {},
            "sourceIp": "127.0.0.1",
            "stage": "test",
        },
        "headers": {
            "accept": "text/html,*/*",
            "content-length": "6",
            "content-type": "text/plain",
            "endpoint-timeout": "15",
            "headerparam": "v",
            "host": site.host,
            "requestsource": "APIGW",
            "x-anonymous-consumer": "true",
            "x-api-requestid": request_id,
            "x-api-scheme": "http",
            "x-b3-traceid": request_id,
            "x-client-proto": "http",
            "x-client-proto-ver": "HTTP/1.1",
            "x-forwarded-for": "10.0.0.9, 127.0.0.1",
            "x-qualifier": "$LATEST",
            "x-real-ip": "127.0.0.1",
        },
        "body": "héllo",
        "pathParameters": {"id": "a b"},
        "queryStringParameters": {"foo": "bar", "page": "1"},
        "headerParameters": {"headerparam": "v"},
        "stageVariables": {"stage": "test"},
        "path": "/test/a%20b",
        "queryString": {"foo": "bar", "bob": "alice", "x": ["1", "你"]},
        "httpMethod": "POST",
        "isBase64Encoded": "false",
    }


def test_a_function_is_told_whom_a_trusted_proxy_tells_of(gateways, python):
    gateway = gateways(
        "--function-endpoint", python.url + "/{namespace}/{function}/{qualifier}", "--trusted-proxies", "127.0.0.1"
    )  # fmt: skip
    site = Site(gateway, None)
    function(site, "echo")
    site.release()
    event = json.loads(ask(site, "GET", "/echo", [("X-Forwarded-For", "198.51.100.7")]).body)
    assert event["requestContext"]["sourceIp"] == "198.51.100.7"
    assert event["headers"]["x-real-ip"] == "198.51.100.7"
    assert event["headers"]["x-forwarded-for"] == "198.51.100.7, 127.0.0.1"


def test_a_signed_call_tells_who_called(site):
    function(site, "echo", AuthType="SECRET", ServiceScfFunctionQualifier="$DEFAULT", ServiceScfFunctionNamespace="other")
    site.release()
    key = site.key()
    site.plan(key[0])
    answer = ask(site, "GET", "/echo", date_source(*key))
    event = json.loads(answer.body)
    assert event["requestContext"]["identity"] == {"secretId": key[0]}
    assert event["headers"]["x-qualifier"] == "$DEFAULT"
    assert "x-anonymous-consumer" not in event["headers"]
    assert event["body"] == ""
    refused = ask(site, "GET", "/echo")
    assert refused.status == 401


def test_an_answer_names_its_function(site):
    function(site, "echo")
    site.release()
    answer = ask(site, "GET", "/release/echo?a=1")
    told = {name: answer.header(name) for name, _ in answer.headers if name.startswith("X-Api-")}
    told.pop("X-Api-RequestId"), told.pop("X-Api-ID"), told.pop("X-Api-RateLimit")
    assert told == {
        "X-Api-FuncName": "echo",
        "X-Api-AppId": APP_ID,
        "X-Api-ServiceId": site.id,
        "X-Api-HttpHost": site.host,
        "X-Api-Uri": "/release/echo",
        "X-Api-Status": "200",
        "X-Api-UpstreamStatus": "200",
    }
    assert answer.header("Content-Type") == "application/json"


def test_a_required_parameter_is_missed_before_the_function_is_called(site):
    function(site, "echo", RequestParameters=[{"Name": "q", "Position": "QUERY", "Type": "String", "Required": True}])
    site.release()
    answer = ask(site, "GET", "/echo")
    assert (answer.status, json.loads(answer.body)) == (403, {"message": "querystring q is required"})


def test_an_integrated_response_says_status_headers_and_body(site):
    function(site, "page", ServiceScfIsIntegratedResponse=True, EnableCORS=True)
    site.release()
    answer = ask(site, "GET", "/page?name=you")
    assert (answer.status, answer.text) == (200, "<h1>hello you</h1>")
    assert answer.header("Content-Type") == "text/html"
    assert answer.all("Set-Cookie") == ["a=1", "b=2"]
    assert answer.header("Access-Control-Allow-Origin") == "*"
    head = ask(site, "HEAD", "/page?name=you")
    assert (head.status, head.body, head.header("Content-Length")) == (200, b"", "18")


def test_what_the_gateway_says_to_other_sites_the_function_does_not_say_again(site):
    function(site, "decided", ServiceScfIsIntegratedResponse=True, EnableCORS=True)
    site.release()
    result = '{"statusCode":200,"headers":{"Access-Control-Allow-Origin":"*","Access-Control-Max-Age":"5"},"body":"x"}'
    answer = ask(site, "POST", "/decided", body=result)
    assert answer.all("Access-Control-Allow-Origin") == ["*"]
    assert answer.all("Access-Control-Max-Age") == ["5"]


RESULTS = {
    "no object": ('"text"', 403, MALFORMED),
    "no status": ('{"body":"x"}', 403, MALFORMED),
    "a status as text": ('{"statusCode":"200"}', 403, MALFORMED),
    "a status that is none": ('{"statusCode":1000}', 403, MALFORMED),
    "an interim status": ('{"statusCode":101}', 403, MALFORMED),
    "a body that is no text": ('{"statusCode":200,"body":{"a":1}}', 403, MALFORMED),
    "headers that are none": ('{"statusCode":200,"headers":"a: b"}', 403, MALFORMED),
    "two content types": ('{"statusCode":200,"headers":{"Content-Type":["a/b","c/d"]}}', 403, MALFORMED),
    "a line break in a header": ('{"statusCode":200,"headers":{"X":"a\\r\\nEvil: b"}}', 403, MALFORMED),
    "no base64": ('{"statusCode":200,"isBase64Encoded":true,"body":"%%"}', 403, MALFORMED),
    "only a status": ('{"statusCode":204}', 204, ""),
    "the least": ('{"statusCode":200,"headers":{},"body":"x"}', 200, "x"),
    "a redirect": ('{"statusCode":302,"headers":{"Location":"/x"},"body":""}', 302, ""),
    "headers of the connection": ('{"statusCode":200,"headers":{"Content-Length":"99","Connection":"close"},"body":"x"}', 200, "x"),
}  # fmt: skip


def test_what_is_no_integrated_response_is_told_to_the_caller(site):
    function(site, "decided", ServiceScfIsIntegratedResponse=True)
    site.release()
    for what, (result, status, body) in RESULTS.items():
        answer = ask(site, "POST", "/decided", body=result)
        assert (answer.status, answer.text) == (status, body), what
        assert answer.header("X-Api-UpstreamStatus") == "200", what
        assert answer.header("Evil") is None, what
    answer = ask(site, "POST", "/decided", body="{oops")
    request_id = answer.header("X-Api-RequestId")
    text = f"requestId {request_id} , Invalid scf response. expected scf response valid JSON."
    assert (answer.status, json.loads(answer.body)) == (403, {"errno": 403, "error": text})


def test_a_result_passes_through_as_it_is(site):
    function(site, "decided")
    site.release()
    for result in ('"text"', '{"statusCode": 404, "body": "x"}', "null", "[1,\n2]"):
        answer = ask(site, "POST", "/decided", body=result)
        assert (answer.status, answer.text) == (200, result)


def test_a_failed_function_is_told_with_its_status(site):
    function(site, "failing", ServiceScfIsIntegratedResponse=True)
    site.release()
    answer = ask(site, "GET", "/failing")
    assert (answer.status, answer.reason) == (FAILED, f"status code {FAILED}")
    assert answer.header("X-Api-UpstreamStatus") == str(FAILED)
    told = json.loads(answer.body)
    assert told["errorMessage"] == "user code exception caught"
    assert "no luck" in told["stackTrace"]


def test_a_slow_function_is_not_waited_for(site):
    function(site, "slow", ServiceTimeout=1)
    site.release()
    answer = ask(site, "GET", "/slow")
    assert (answer.status, json.loads(answer.body)) == (504, {"message": "Gateway Time-out"})


def test_a_function_that_nobody_runs_is_told(site, gateways):
    function(site, "nobody")
    site.release()
    assert ask(site, "GET", "/nobody").status == 502
    bare = Site(gateways(), None)
    function(bare, "echo")
    function(bare, "web", ServiceScfFunctionType="HTTP")
    bare.release()
    for path in ("/echo", "/web"):
        answer = ask(bare, "GET", path)
        assert {"status": answer.status, **json.loads(answer.body)} == UNCERTAIN["no_runtime"]


def test_a_body_is_told_in_base64_where_the_api_says_so(site):
    function(site, "picture", ServiceScfIsIntegratedResponse=True, IsBase64Encoded=True, ApiName="all")
    function(site, "picture", path="/some", ServiceScfIsIntegratedResponse=True, ApiName="some")
    rules = [{"Name": "Content_Type", "Value": ["image/"]}, {"Name": "Accept", "Value": ["image/webp", "image/avif"]}]
    site.change("some", IsBase64Encoded=True, IsBase64Trigger=True, Base64EncodedTriggerRules=rules)
    told = site.cloud.DescribeApi(ServiceId=site.id, ApiId=site.apis["some"])["Result"]
    assert (told["IsBase64Encoded"], told["IsBase64Trigger"]) == (True, True)
    assert told["Base64EncodedTriggerRules"] == rules
    site.release()
    picture = bytes(range(256))
    for path, headers, encoded in [
        ("/picture", [], True),
        ("/some", [], False),
        ("/some", [("Content-Type", "text/plain")], False),
        ("/some", [("Content-Type", "IMAGE/PNG")], True),
        ("/some", [("Accept", "text/html, image/avif;q=0.8")], True),
    ]:
        body = picture if encoded else b"plain"
        answer = ask(site, "POST", path, headers, body)
        assert answer.status == 200, answer.text
        assert answer.header("X-Was-Encoded") == ("true" if encoded else "false"), (path, headers)
        assert answer.body == body[::-1]
        assert answer.header("Content-Type") == "image/png"


def test_a_body_is_bounded_after_base64(site):
    function(site, "decided", ApiName="plain")
    function(site, "picture", IsBase64Encoded=True, ServiceScfIsIntegratedResponse=True)
    site.release()
    fits, fills = 64 * 1024, 64 * 1024 // 4 * 3
    assert ask(site, "POST", "/decided", body=b"1" * fits).status == 200
    assert ask(site, "POST", "/decided", body=b"1" * (fits + 1)).status == 413
    assert ask(site, "POST", "/picture", body=b"1" * fills).status == 200
    assert ask(site, "POST", "/picture", body=b"1" * (fills + 1)).status == 413


def test_an_asynchronous_call_is_answered_before_the_function_is_done(site, notes):
    function(site, "note", ServiceScfEventIsAsyncCall=True)
    function(site, "slow", ServiceScfEventIsAsyncCall=True, ServiceTimeout=1)
    site.release()
    answer = ask(site, "POST", "/note", body="remember")
    assert (answer.status, answer.text) == (200, UNCERTAIN["async_begun"])
    note = notes / answer.header("X-Api-RequestId")
    until(lambda: note.exists() and note.read_text() == "remember", "the function has run")
    assert ask(site, "POST", "/slow", body="x").status == 200
    until(lambda: "an asynchronous call failed" in site.gateway.log(), "a failure is logged")


def test_functions_in_node_are_called_the_same_way(site):
    function(site, "hello", path="/hello/{id}", ServiceScfIsIntegratedResponse=True)
    function(site, "callback")
    site.release()
    answer = ask(site, "PUT", "/hello/7", body="x")
    assert answer.status == 201
    assert answer.header("X-Function") == "hello"
    assert json.loads(answer.body) == {"method": "PUT", "path": "/hello/7", "id": "7", "body": "x"}
    assert json.loads(ask(site, "POST", "/callback", body="y").body) == {"got": "y"}
    failed = ask(site, "POST", "/callback", body="fail")
    assert (failed.status, json.loads(failed.body)["errorMessage"]) == (FAILED, "asked to fail")


def test_a_web_function_gets_the_call_itself(site):
    function(site, "web", path="/web", ServiceScfFunctionType="HTTP")
    site.release()
    answer = ask(
        site,
        "PUT",
        "/release/web/a/b?q=1",
        [("X-Own", "mine"), ("X-Scf-Name", "forged"), ("x-scf-memory", "1")],
        "body",
    )
    seen = json.loads(answer.body)
    assert (seen["method"], seen["path"], seen["body"]) == ("PUT", "/web/a/b?q=1", "body")
    scf = {name: value for name, value in seen["headers"].items() if name.startswith("x-scf-")}
    assert scf == {
        "x-scf-request-id": answer.header("X-Api-RequestId"),
        "x-scf-memory": "128",
        "x-scf-timeout": "15",
        "x-scf-version": "$LATEST",
        "x-scf-name": "web",
        "x-scf-namespace": "default",
        "x-scf-region": "ap-guangzhou",
        "x-scf-appid": APP_ID,
        "x-scf-uin": APP_ID,
    }
    assert seen["headers"]["x-own"] == "mine"
    assert answer.header("X-Own") == "web"
    assert answer.all("X-Api-FuncName") == ["web"]
    assert ask(site, "GET", "/web?status=433").header("X-Api-UpstreamStatus") == "433"


@pytest.fixture
def api():
    """The cloud's Invoke API."""
    api = functions.InvokeApi()
    yield api
    api.close()


@pytest.fixture
def cloudy(gateways, api):
    """A service on a gateway whose functions are in the cloud."""
    pair = {"TOLLGATE_CLOUD_SECRET_ID": functions.SECRET_ID, "TOLLGATE_CLOUD_SECRET_KEY": functions.SECRET_KEY}
    return Site(gateways("--function-api", api.url, "--cloud-region", "ap-beijing", environment=pair), None)


def test_a_function_is_invoked_through_the_clouds_api(cloudy, api):
    function(
        cloudy, "hello", ServiceScfFunctionNamespace="shop", ServiceScfFunctionQualifier="3",
        ServiceScfIsIntegratedResponse=True,
    )  # fmt: skip
    cloudy.release()
    api.result["RetMsg"] = json.dumps({"statusCode": 201, "body": "你好"})
    answer = ask(cloudy, "POST", "/hello", body="x")
    assert (answer.status, answer.text) == (201, "你好"), answer.text
    [request] = api.requests
    told = (request.FunctionName, request.Namespace, request.Qualifier, request.InvocationType)
    assert told == ("hello", "shop", "3", "RequestResponse")
    assert json.loads(request.ClientContext)["body"] == "x"
    assert api.headers[0]["X-TC-Region"] == "ap-beijing"


def test_what_the_clouds_api_says_of_a_failure_reaches_the_caller(cloudy, api):
    function(cloudy, "hello")
    cloudy.release()
    for result, status, body in [
        ({"RetMsg": '{"a":1}', "InvokeResult": 0, "ErrMsg": ""}, 200, '{"a":1}'),
        ({"RetMsg": '{"errorCode":1}', "InvokeResult": 1, "ErrMsg": "raised"}, FAILED, '{"errorCode":1}'),
        ({"RetMsg": "", "InvokeResult": 433, "ErrMsg": "too late"}, 433, "too late"),
        ({"RetMsg": "", "InvokeResult": 0, "ErrMsg": "raised"}, FAILED, "raised"),
    ]:
        api.result = result
        answer = ask(cloudy, "GET", "/hello")
        assert (answer.status, answer.text) == (status, body)
        assert answer.header("X-Api-UpstreamStatus") == str(status)
    api.error = {"Code": "ResourceNotFound.Function", "Message": "no such function"}
    answer = ask(cloudy, "GET", "/hello")
    assert (answer.status, json.loads(answer.body)) == (502, {"message": "Bad Gateway"})
    assert "ResourceNotFound.Function" in cloudy.gateway.log()


def test_an_asynchronous_call_through_the_clouds_api_is_an_event(cloudy, api):
    function(cloudy, "hello", ServiceScfEventIsAsyncCall=True)
    cloudy.release()
    assert ask(cloudy, "POST", "/hello", body="x").status == 200
    until(lambda: api.requests, "the function is invoked")
    assert api.requests[0].InvocationType == "Event"


def test_a_signature_of_another_key_is_refused(gateways, api):
    pair = {"TOLLGATE_CLOUD_SECRET_ID": functions.SECRET_ID, "TOLLGATE_CLOUD_SECRET_KEY": "0ther-secret"}
    site = Site(gateways("--function-api", api.url, environment=pair), None)
    function(site, "hello")
    site.release()
    assert ask(site, "GET", "/hello").status == 502
    assert not api.requests
    assert "0ther-secret" not in site.gateway.log()

