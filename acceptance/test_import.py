"""OpenAPI documents: brought in through the SDK, the native API and the command line, and written out again."""

import json
import os
import subprocess

import pytest
import yaml

from stand.cloud import Cloud, Refused
from stand.expect import ABSENT, check
from stand.gateway import SECRET_ID, SECRET_KEY
from stand.native import Native, Problem
from stand.site import Site
from stand.tokens import Issuer
from stand.wire import call

MOCK = {"ServiceType": "MOCK", "ServiceMockReturnMessage": "hello"}


def document(paths, **more):
    """An OpenAPI document as text."""
    return yaml.safe_dump({"openapi": "3.0.0", "info": {"title": "shop", "version": "1"}, "paths": paths, **more})


def tollgate(gateway, *arguments):
    """The command line against this gateway: exit status, standard output, standard error."""
    env = {**os.environ, "TOLLGATE_OPERATOR_SECRET_ID": SECRET_ID, "TOLLGATE_OPERATOR_SECRET_KEY": SECRET_KEY}
    line = [os.environ["TOLLGATE_BINARY"], *map(str, arguments), "--admin", f"http://{gateway.admin}"]
    done = subprocess.run(line, env=env, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def site(gateway, backend):
    """A service without APIs."""
    return Site(gateway, backend)


@pytest.fixture
def native(gateway):
    """The native API of the same gateway."""
    return Native(gateway.admin)


# --- through the SDK ---


def imported(site, text, **fields):
    """What ImportOpenApi tells of each API, by its name."""
    told = site.cloud.ImportOpenApi(ServiceId=site.id, Content=text, **fields)["Result"]
    assert told["TotalCount"] == len(told["ApiSet"])
    return {api["ApiName"]: api for api in told["ApiSet"]}


@pytest.mark.both_sdks
@pytest.mark.parametrize("form", ["YAML", "JSON", None])
def test_a_document_of_the_vendor_becomes_apis_that_answer(site, form):
    paths = {
        "/hello": {
            "get": {
                "operationId": "hello",
                "responses": {"200": {"description": "ok"}},
                "x-apigw-api-business-type": "NORMAL",
                "x-apigw-api-type": "NORMAL",
                "x-apigw-backend": {**MOCK, "MockReturnHttpHeaders": [], "MockReturnHttpStatusCode": 200},
                "x-apigw-cors": True,
                "x-apigw-protocol": "HTTP",
                "x-apigw-service-timeout": 15,
            }
        },
        "/orders/{id}": {
            "post": {
                "operationId": "orders",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "page", "in": "query", "required": True, "schema": {"type": "integer"}},
                ],
                "x-apigw-backend": {
                    "ServiceType": "HTTP",
                    "ServiceConfig": {"Url": site.backend.url, "Path": "/v1/{id}", "Method": "POST"},
                },
                "x-apigw-const-paramters": [
                    {"Name": "X-By", "Position": "HEADER", "DefaultValue": "import", "Desc": "who"}
                ],
            }
        },
    }
    text = document(paths)
    if form == "JSON":
        text = json.dumps(yaml.safe_load(text))
    told = imported(site, text, **({"EncodeType": form, "ContentVersion": "openAPI"} if form else {}))
    assert {(api["Path"], api["Method"], api["Status"]) for api in told.values()} == {
        ("/hello", "GET", "success"),
        ("/orders/{id}", "POST", "success"),
    }
    assert all(api["ApiId"].startswith("api-") and api["CreatedTime"] and not api["ErrMsg"] for api in told.values())
    assert call(site.gateway.http, "GET", "/hello", site.host).status == 404, "nothing is released yet"
    site.release()
    answer = call(site.gateway.http, "GET", "/hello", site.host, [("Origin", "http://a.example")])
    assert (answer.status, answer.text) == (200, "hello")
    assert call(site.gateway.http, "POST", "/orders/7?page=1", site.host).status == 200
    assert site.backend.seen.target.startswith("/v1/7") and site.backend.seen.header("X-By") == "import"
    assert call(site.gateway.http, "POST", "/orders/7", site.host).status == 403, "`page` is required"
    described = site.cloud.DescribeApi(ServiceId=site.id, ApiId=told["hello"]["ApiId"])["Result"]
    assert (described["ServiceType"], described["EnableCORS"], described["AuthType"]) == ("MOCK", True, "NONE")


def test_what_is_told_of_an_imported_api_may_be_sent_back(site):
    """A backend in a network stays one, and what CreateApi would refuse is refused."""
    network = {"Product": "clb", "UniqVpcId": "vpc-1", "Url": site.backend.url, "Path": "/", "Method": "GET"}
    backend = {"ServiceType": "VPC", "ServiceConfig": network}
    nowhere = {**backend, "ServiceConfig": {**network, "UniqVpcId": ""}}
    many = [{"Name": f"X-{number}", "Position": "HEADER", "DefaultValue": "v"} for number in range(101)]
    tags = [{"Key": "k" * 128, "Value": ""}]
    paths = {
        "/inside": {"get": {"operationId": "inside", "x-apigw-backend": backend}},
        "/nowhere": {"get": {"operationId": "nowhere", "x-apigw-backend": nowhere}},
        "/long": {"get": {"operationId": "n" * 61, "x-apigw-backend": MOCK}},
        "/many": {"get": {"operationId": "many", "x-apigw-backend": MOCK, "x-apigw-const-paramters": many}},
        "/tags": {"get": {"operationId": "tags", "x-apigw-backend": MOCK, "x-apigw-tags": tags}},
    }
    told = {api["Path"]: api for api in imported(site, document(paths)).values()}
    assert told["/inside"]["Status"] == "success"
    for path, about in (("/nowhere", "UniqVpcId"), ("/long", "60"), ("/many", "100"), ("/tags", "127")):
        assert (told[path]["Status"], told[path]["ApiId"]) == ("fail", None), path
        assert about in told[path]["ErrMsg"], told[path]
    described = site.cloud.DescribeApi(ServiceId=site.id, ApiId=told["/inside"]["ApiId"])["Result"]
    assert described["ServiceType"] == "VPC"
    assert described["ServiceConfig"]["UniqVpcId"] == "vpc-1"


def test_a_mocks_status_and_headers_stay_when_the_api_is_modified(site):
    mock = {**MOCK, "MockReturnHttpStatusCode": 503, "MockReturnHttpHeaders": [{"Name": "X-A", "Value": "b"}]}
    told = imported(site, document({"/down": {"get": {"operationId": "down", "x-apigw-backend": mock}}}))
    site.cloud.ModifyApi(
        ServiceId=site.id, ApiId=told["down"]["ApiId"], ApiName="down", RequestConfig={"Path": "/down", "Method": "GET"},
        ServiceType="MOCK", ServiceMockReturnMessage="later", ApiDesc="another",
    )  # fmt: skip
    site.release()
    answer = call(site.gateway.http, "GET", "/down", site.host)
    assert (answer.status, answer.text, answer.header("X-A")) == (503, "later", "b")


@pytest.mark.both_sdks
def test_each_api_is_told_of_by_itself(site):
    site.api(path="/taken", mock="x", name="taken")
    paths = {
        "/good": {"get": {"operationId": "good", "x-apigw-backend": MOCK}},
        "/bad": {"get": {"operationId": "bad", "x-apigw-backend": {"ServiceType": "EB"}}},
        "/taken": {"get": {"operationId": "taken", "x-apigw-backend": MOCK}},
    }
    told = imported(site, document(paths))
    assert {name: api["Status"] for name, api in told.items()} == {"good": "success", "bad": "fail", "taken": "fail"}
    assert "/paths/~1bad/get/x-apigw-backend/ServiceType" in told["bad"]["ErrMsg"]
    assert "taken" in told["taken"]["ErrMsg"] and told["taken"]["ApiId"] is None
    listed = site.cloud.DescribeApisStatus(ServiceId=site.id)["Result"]["ApiIdStatusSet"]
    assert sorted(api["ApiName"] for api in listed) == ["good", "taken"]


@pytest.mark.both_sdks
def test_a_document_without_extensions_sends_to_its_server(site):
    text = document({"/there": {"get": {}}}, servers=[{"url": site.backend.url + "/base"}])
    assert imported(site, text)["GET /there"]["Status"] == "success"
    site.release()
    assert call(site.gateway.http, "GET", "/there", site.host).status == 200
    assert site.backend.seen.target == "/base/there"


@pytest.mark.both_sdks
@pytest.mark.parametrize(
    "text, fields, expected, told",
    [
        ("{", {}, "InvalidParameter.FormatError", "Content"),
        ("{}", {"EncodeType": "JSON"}, "InvalidParameter.FormatError", "openapi"),
        ("openapi: 4.0.0\npaths: {}", {}, "InvalidParameter.FormatError", "/openapi"),
        (document({"/a": {"get": {}}}), {}, "MissingParameter.BackendSpecificParam", "/servers"),
        (document({}), {"EncodeType": "XML"}, "InvalidParameterValue", "EncodeType"),
        (document({}), {"ContentVersion": "raml"}, "InvalidParameterValue.UnsupportedParameter", "ContentVersion"),
        ("#" * 102_401, {}, "InvalidParameterValue", "102400"),
        (document({f"/{n}": {"get": {"x-apigw-backend": MOCK}} for n in range(11)}), {}, "InvalidParameterValue", "10"),
        (document({}), {"ServiceId": "service-nowhere1"}, "ResourceNotFound.InvalidService", "service-nowhere1"),
    ],
)
def test_what_is_no_document_is_refused(bare, text, fields, expected, told):
    with pytest.raises(Refused) as caught:
        bare.cloud.ImportOpenApi(**{"ServiceId": bare.id, "Content": text, **fields})
    assert caught.value.code == expected and told in caught.value.message, caught.value


@pytest.mark.both_sdks
def test_a_service_that_is_full_takes_none(gateways):
    site = Site(gateways("--max-apis-per-service", "1"), None)
    text = document({f"/{n}": {"get": {"x-apigw-backend": MOCK}} for n in range(2)})
    with pytest.raises(Refused) as caught:
        imported(site, text)
    assert caught.value.code == "LimitExceeded.ApiCountLimitExceeded"
    assert site.cloud.DescribeApisStatus(ServiceId=site.id)["Result"]["TotalCount"] == 0


# --- other versions ---

# The same APIs in the words of two versions. The order of a form's fields is that of their names, which is all that a
# reader of a schema may rely on.
SWAGGER = """
swagger: "2.0"
info: {title: shop, description: "sells \U0001F986", version: "1"}
host: BACKEND
basePath: /v2/
schemes: [http, https]
consumes: [application/json]
securityDefinitions: {key: {type: apiKey, name: X-Key, in: header}}
parameters:
  Page: {name: page, in: query, type: integer, required: true}
definitions:
  Order: {type: object, properties: {n: {type: integer}}}
paths:
  /form:
    post:
      operationId: form
      consumes: [application/x-www-form-urlencoded]
      parameters:
        - {name: X-A, in: header, type: string, default: none}
        - {name: first, in: formData, type: integer, default: 7}
        - {name: last, in: formData, type: string, required: true, description: the last one}
      responses: {200: {description: ok}}
      x-apigw-const-paramters: [{Name: X-By, Position: HEADER, DefaultValue: import, Desc: who}]
  /hello:
    get:
      operationId: hello
      responses: {200: {description: ok}}
      x-apigw-backend: &hello
        ServiceType: MOCK
        ServiceMockReturnMessage: hello
        MockReturnHttpStatusCode: 203
        MockReturnHttpHeaders: [{Name: X-M, Value: "1"}]
      x-apigw-cors: true
      x-apigw-service-timeout: 20
  /orders/{id}:
    parameters:
      - {name: id, in: path, required: true, type: integer, format: int64}
      - {name: X-Trace, in: header, type: string, description: of the path}
    get:
      operationId: order
      summary: One
      parameters:
        - {$ref: "#/parameters/Page"}
        - {name: X-Trace, in: header, type: string, required: true}
      responses: {200: {description: ok, schema: {$ref: "#/definitions/Order"}}}
      security: [{key: []}]
    put:
      operationId: change
      parameters: [{name: order, in: body, required: true, schema: {$ref: "#/definitions/Order"}}]
      responses: {204: {description: done}}
  /secret:
    get: {operationId: secret, x-apigw-backend: *hello, x-apigw-auth-type: SECRET, security: [{key: []}]}
"""
OPENAPI_3_1 = """
openapi: 3.1.0
info: {title: shop, summary: a shop, description: "sells \U0001F986", version: "1"}
jsonSchemaDialect: https://json-schema.org/draft/2020-12/schema
servers: [{url: "http://BACKEND/{base}/", variables: {base: {default: v2, enum: [v1, v2]}}}]
webhooks: {sold: {post: {responses: {200: {description: heard}}}}}
components:
  securitySchemes: {tls: {type: mutualTLS}}
  parameters:
    Page: {name: page, in: query, required: true, schema: {type: [integer, "null"], examples: [1]}}
  requestBodies:
    Form: {content: {application/x-www-form-urlencoded: {schema: {$ref: "#/components/schemas/Form"}}}}
  schemas:
    Order: {type: object, properties: {n: {type: integer, exclusiveMinimum: 0}}}
    Form:
      type: object
      required: [last]
      properties:
        first: {type: ["null", integer], default: 7}
        last: {type: string, description: the last one}
  pathItems:
    Hello:
      get:
        operationId: hello
        x-apigw-backend: &hello
          ServiceType: MOCK
          ServiceMockReturnMessage: hello
          MockReturnHttpStatusCode: 203
          MockReturnHttpHeaders: [{Name: X-M, Value: "1"}]
        x-apigw-cors: true
        x-apigw-service-timeout: 20
paths:
  /form:
    post:
      operationId: form
      parameters: [{name: X-A, in: header, schema: {type: string, default: none}}]
      requestBody: {$ref: "#/components/requestBodies/Form"}
      x-apigw-const-paramters: [{Name: X-By, Position: HEADER, DefaultValue: import, Desc: who}]
  /hello: {$ref: "#/components/pathItems/Hello"}
  /orders/{id}:
    summary: orders
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer, format: int64}}
      - {name: X-Trace, in: header, schema: {type: string}, description: of the path}
    get:
      operationId: order
      summary: One
      parameters:
        - {$ref: "#/components/parameters/Page", description: beside a reference}
        - {name: X-Trace, in: header, required: true, schema: {type: string}}
      responses: {200: {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}}
      security: [{tls: []}]
    put:
      operationId: change
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
  /secret:
    get: {operationId: secret, x-apigw-backend: *hello, x-apigw-auth-type: SECRET, security: [{tls: []}]}
"""
VERSIONS = {"2.0": SWAGGER, "3.1": OPENAPI_3_1}
IN_BOTH = ["change", "form", "hello", "order", "secret"]

# What is written of both.
WRITTEN = {
    "/form": {"post": {
        "parameters": [{"name": "X-A", "in": "header", "schema": {"type": "string", "default": "none"}}],
        "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": {
            "required": ["last"],
            "properties": {
                "first": {"type": "integer", "default": 7},
                "last": {"type": "string", "description": "the last one"},
            },
        }}}},
        "x-apigw-auth-type": "NONE",
        "x-apigw-const-paramters": [{"Name": "X-By", "Position": "HEADER", "DefaultValue": "import", "Desc": "who"}],
    }},
    "/hello": {"get": {
        "operationId": "hello",
        "x-apigw-backend": {"ServiceType": "MOCK", "MockReturnHttpStatusCode": 203},
        "x-apigw-cors": True,
        "x-apigw-service-timeout": 20,
    }},
    "/orders/{id}": {
        "get": {
            "description": "One",
            "parameters": [
                {"name": "page", "in": "query", "required": True, "schema": {"type": "integer"}},
                {"name": "X-Trace", "in": "header", "required": True, "description": ABSENT},
                {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
            ],
            "x-apigw-backend": {"ServiceType": "HTTP", "ServiceConfig": {"Path": "/v2/orders/{id}"}},
        },
        "put": {"operationId": "change", "requestBody": ABSENT},
    },
    "/secret": {"get": {"x-apigw-auth-type": "SECRET"}},
}  # fmt: skip


def told_in(version, form, backend):
    """A document of that version, written so."""
    text = VERSIONS[version].replace("BACKEND", backend.url.partition("://")[2])
    if form == "YAML":
        return text
    return json.dumps(yaml.safe_load(text), ensure_ascii=False, indent="\t")


def answers(site, host):
    """Fails when the APIs of these documents do not answer as both versions have it."""
    def ask(method, path, headers=(), body=None):
        return call(site.gateway.http, method, path, host, headers, body)

    hello = ask("GET", "/hello")
    assert (hello.status, hello.text, hello.header("X-M")) == (203, "hello", "1")
    trace = [("X-Trace", "t")]
    assert ask("GET", "/orders/7?page=2", trace).status == 200
    assert site.backend.seen.target == "/v2/orders/7?page=2"
    assert ask("GET", "/orders/7", trace).status == 403, "`page` is needed"
    assert ask("GET", "/orders/7?page=2").status == 403, "the operation's own `X-Trace` is needed"
    order = b'{"n": 1}'
    assert ask("PUT", "/orders/7", [("Content-Type", "application/json")], order).status == 200
    assert (site.backend.seen.target, site.backend.seen.body) == ("/v2/orders/7", order.decode())
    form = [("Content-Type", "application/x-www-form-urlencoded")]
    assert ask("POST", "/form", form, b"last=x").status == 200
    seen = site.backend.seen
    assert sorted(seen.body.split("&")) == ["first=7", "last=x"]
    assert (seen.target, seen.header("X-A"), seen.header("X-By")) == ("/v2/form", "none", "import")
    assert ask("POST", "/form", form, b"first=1").status == 403, "`last` is needed"
    assert ask("GET", "/secret").status == 401


@pytest.mark.parametrize("form", ["YAML", "JSON"])
@pytest.mark.parametrize("version", VERSIONS)
def test_a_document_of_another_version_becomes_apis_that_answer_and_goes_out_again(site, native, version, form):
    text = told_in(version, form, site.backend)
    how = {"document": text, "format": form.lower()}

    def brought(where, **parameters):
        return native.ask("POST", f"/services/{where}import", how, params=parameters)

    preview = brought(f"{site.id}/", dry_run="true")
    told = [(change["noun"], change["name"], change["change"]) for change in preview["changes"]]
    assert sorted(told) == [("api", name, "added") for name in IN_BOTH]
    assert [warning["pointer"] for warning in preview["warnings"]] == ["/paths/~1orders~1{id}/get/security"]
    assert native.get(f"/services/{site.id}/openapi")["paths"] == {}, "a preview changes nothing"
    done = brought(f"{site.id}/")
    assert sorted(change["name"] for change in done["changes"]) == IN_BOTH
    assert call(site.gateway.http, "GET", "/hello", site.host).status == 404, "nothing is released yet"
    site.release()
    answers(site, site.host)

    written = native.get(f"/services/{site.id}/openapi")
    check(WRITTEN, written["paths"], {}, "what is written")
    for again in (text, json.dumps(written)):
        assert bring(native, site.id, again, prune="true")["changes"] == []
    made = brought("")
    copy = made["service"]
    found = native.get(f"/services/{copy}/openapi")
    assert (found["paths"], found["info"]["title"]) == (written["paths"], "shop")
    assert found["info"]["description"] == "sells \U0001F986"
    native.post(f"/services/{copy}/releases", {"environment": "release", "description": "copied"})
    site.gateway.settle()
    answers(site, site.gateway.host(copy))


@pytest.mark.both_sdks
@pytest.mark.parametrize("version, form", [("2.0", "JSON"), ("3.1", "YAML")])
def test_a_document_of_another_version_is_imported_through_the_sdk(site, version, form):
    told = imported(site, told_in(version, form, site.backend), EncodeType=form, ContentVersion="openAPI")
    assert {name: api["Status"] for name, api in told.items()} == dict.fromkeys(IN_BOTH, "success")
    described = site.cloud.DescribeApi(ServiceId=site.id, ApiId=told["form"]["ApiId"])["Result"]
    parameters = {item["Name"]: (item["Position"], item["Type"]) for item in described["RequestParameters"]}
    assert parameters == {"X-A": ("HEADER", "string"), "first": ("BODY", "integer"), "last": ("BODY", "string")}
    site.release()
    answers(site, site.host)


@pytest.mark.parametrize("version, form", [("2.0", "JSON"), ("3.1", "JSON"), ("2.0", "YAML")])
def test_the_command_line_takes_a_document_of_another_version(gateway, backend, tmp_path, version, form):
    file, out = tmp_path / f"shop.{form.lower()}", tmp_path / "out.yaml"
    file.write_text(told_in(version, form, backend), encoding="utf-8")
    status, told, fault = tollgate(gateway, "import", "-f", file, "--new", "shop")
    assert status == 0 and all(f"+ api {name}" in told for name in IN_BOTH), fault
    (service,) = Native(gateway.admin).get("/services")["items"]
    assert tollgate(gateway, "export", "--openapi", service["id"], "-o", out)[0] == 0
    for again in (file, out):
        status, told, fault = tollgate(gateway, "import", "-f", again, "--service", service["id"], "--prune")
        assert (status, told.strip()) == (0, "nothing changes"), fault


def test_json_is_read_however_a_program_writes_it(site, native, gateway, tmp_path):
    """Letters as escapes, as most programs write them: those beyond U+FFFF are two, which YAML does not know."""
    duck = {"description": "\U0001F986", "x-apigw-backend": MOCK}
    text = json.dumps(yaml.safe_load(document({"/duck": {"get": duck}})))
    assert "\\ud83e\\udd86" in text
    file = tmp_path / "duck.json"
    file.write_text(text)
    said = native.ask("POST", f"/services/{site.id}/import", {"document": text, "format": "json"})
    assert [change["change"] for change in said["changes"]] == ["added"]
    assert bring(native, site.id, text)["changes"] == [], "JSON is read where no format is said"
    status, told, fault = tollgate(gateway, "import", "-f", file, "--service", site.id)
    assert (status, told.strip()) == (0, "nothing changes"), fault


@pytest.mark.parametrize(
    "text, pointer",
    [
        ("swagger: '1.2'\npaths: {}", "/swagger"),
        ("swagger: 2.0\npaths: {/a: {get: {}}}", "/host"),
        ("swagger: 2.0\nhost: h\nschemes: [ftp]\npaths: {/a: {get: {}}}", "/host"),
        ("swagger: 2.0\nhost: h\npaths: {/a: {get: {parameters: [{name: a, in: cookie}]}}}",
         "/paths/~1a/get/parameters/0/in"),
        ("openapi: 3.1.0\nservers: [{url: 'http://h'}]\npaths: {/a: {get: {parameters: [{name: a, in: formData}]}}}",
         "/paths/~1a/get/parameters/0/in"),
        ("openapi: 3.2.0\npaths: {}", "/openapi"),
    ],
)  # fmt: skip
def test_what_another_version_does_not_know_is_told_with_its_place(bare, text, pointer):
    with pytest.raises(Problem) as caught:
        bring(Native(bare.gateway.admin), bare.id, text)
    assert [error["pointer"] for error in caught.value.body["errors"]] == [pointer]


# --- OAuth 2.0 ---

POOL = "https://id.example.com/realms/shop"


@pytest.fixture(scope="module")
def issuer():
    """One key for many tests: making one takes a while."""
    return Issuer()


def gives(issuer):
    """The members of an operation that gives tokens."""
    config = {"PublicKey": json.dumps(issuer.jwk), "TokenLocation": "Header"}
    return {"x-apigw-auth-type": "OAUTH", "x-apigw-api-business-type": "OAUTH", "x-apigw-oauth-config": config}


def takes(name):
    """The members of an operation that is called with the tokens of another."""
    return {"x-apigw-auth-type": "OAUTH", "x-apigw-auth-relation-api": name}


def statuses(site, issuer, host=None):
    """How calls without and with a token are answered."""
    bearer = ("Authorization", f'Bearer id_token="{issuer.token()}"')
    asked = [call(site.gateway.http, "GET", "/work", host or site.host, headers) for headers in ([], [bearer])]
    return [answer.status for answer in asked]


@pytest.mark.both_sdks
def test_authorization_apis_and_business_apis_are_imported(site, issuer):
    paths = {
        "/work": {"get": {"operationId": "work", "x-apigw-backend": MOCK, **takes("token")}},
        "/token": {"get": {"operationId": "token", "x-apigw-backend": MOCK, **gives(issuer)}},
        "/lost": {"get": {"operationId": "lost", "x-apigw-backend": MOCK, **takes("nowhere")}},
        "/bad": {
            "get": {
                "operationId": "bad",
                "x-apigw-backend": MOCK,
                **gives(issuer),
                "x-apigw-oauth-config": {"PublicKey": "{}", "TokenLocation": "Header"},
            }
        },
    }
    told = imported(site, document(paths))
    assert {name: api["Status"] for name, api in told.items()} == {
        "work": "success", "token": "success", "lost": "fail", "bad": "fail",
    }
    assert "nowhere" in told["lost"]["ErrMsg"]
    assert "/paths/~1bad/get/x-apigw-oauth-config/PublicKey" in told["bad"]["ErrMsg"]
    work, token = (
        site.cloud.DescribeApi(ServiceId=site.id, ApiId=told[name]["ApiId"])["Result"] for name in ("work", "token")
    )
    assert (work["AuthType"], work["ApiBusinessType"], work["AuthRelationApiId"]) == ("OAUTH", "NORMAL", token["ApiId"])
    assert (token["ApiBusinessType"], json.loads(token["OauthConfig"]["PublicKey"])) == ("OAUTH", issuer.jwk)
    site.release()
    assert statuses(site, issuer) == [401, 200]
    assert call(site.gateway.http, "GET", "/token", site.host).status == 200


@pytest.mark.both_sdks
def test_pools_of_users_are_imported(gateways):
    site = Site(gateways("--pool-issuer", POOL), None)
    pool = {"EIAMAppType": "Web", "EIAMAuthType": "Authorization", "EIAMAppId": "shop", "TokenTimeout": 600}
    paths = {
        "/token": {
            "get": {
                "operationId": "token",
                "x-apigw-backend": MOCK,
                "x-apigw-auth-type": "EIAM",
                "x-apigw-api-business-type": "OAUTH",
                "x-apigw-eiam-config": pool,
            }
        },
        "/work": {"get": {"x-apigw-backend": MOCK, "x-apigw-auth-type": "EIAM", "x-apigw-auth-relation-api": "token"}},
    }
    told = imported(site, document(paths))
    assert {api["Status"] for api in told.values()} == {"success"}, told
    for name, business in (("token", "OAUTH"), ("GET /work", "NORMAL")):
        found = site.cloud.DescribeApi(ServiceId=site.id, ApiId=told[name]["ApiId"])["Result"]
        assert (found["AuthType"], found["ApiBusinessType"]) == ("EIAM", business)
    assert found["AuthRelationApiId"] == told["token"]["ApiId"]
    listed = site.cloud.DescribeServicesStatus(Filters=[{"Name": "EIAMAppId", "Values": ["shop"]}])["Result"]
    assert listed["TotalCount"] == 1
    # Out, and in again beside it.
    native = Native(site.gateway.admin)
    written = native.get(f"/services/{site.id}/openapi")
    operation = written["paths"]["/token"]["get"]
    assert operation["x-apigw-eiam-config"] == pool and operation["x-apigw-oauth-config"] == {"PublicKey": POOL}
    made = bring(native, None, json.dumps(written), name="copy")
    assert native.get(f"/services/{made['service']}/openapi")["paths"] == written["paths"]


def test_a_service_with_tokens_goes_out_and_comes_in_again(site, native, issuer):
    # The business API is the older one, and goes before its authorization API in the document.
    config = {"PublicKey": json.dumps(issuer.jwk), "TokenLocation": "Header", "LoginRedirectUrl": ""}
    site.api(path="/work", method="GET", mock="done", name="work")
    gives_them = {"AuthType": "OAUTH", "ApiBusinessType": "OAUTH", "OauthConfig": config}
    site.api(path="/token", method="GET", mock="x", name="token", **gives_them)
    site.change("work", AuthType="OAUTH", AuthRelationApiId=site.apis["token"])
    site.release()
    written = native.get(f"/services/{site.id}/openapi")
    assert written["paths"]["/work"]["get"]["x-apigw-auth-relation-api"] == "token"
    assert site.apis["token"] not in json.dumps(written)
    assert native.get(f"/services/{site.id}/openapi", environment="release") == written
    assert bring(native, site.id, json.dumps(written), prune="true")["changes"] == []

    copy = bring(native, None, json.dumps(written), name="copy")["service"]
    assert native.get(f"/services/{copy}/openapi")["paths"] == written["paths"]
    native.post(f"/services/{copy}/releases", {"environment": "release", "description": "copied"})
    site.gateway.settle()
    assert statuses(site, issuer, site.gateway.host(copy)) == [401, 200]

    # Another one gives the tokens; the preview tells it, and the old one goes.
    later = json.loads(json.dumps(written))
    later["paths"]["/token2"] = {"get": later["paths"].pop("/token")["get"] | {"operationId": "token2"}}
    later["paths"]["/work"]["get"] |= takes("token2")
    preview = bring(native, site.id, json.dumps(later), prune="true", dry_run="true")["changes"]
    assert {(change["name"], change["change"]) for change in preview if change["noun"] == "api"} == {
        ("token", "removed"), ("token2", "added"), ("work", "changed"),
    }
    (changed,) = (change for change in preview if change["name"] == "work")
    assert [field["field"] for field in changed["fields"]] == ["/oauth/business/authorization"]
    assert native.get(f"/services/{site.id}/openapi") == written
    bring(native, site.id, json.dumps(later), prune="true")
    for wrong, place in ((takes("nowhere"), "x-apigw-auth-relation-api"), (gives(issuer), "x-apigw-auth-relation-api")):
        later["paths"]["/work"]["get"] |= {"x-apigw-auth-relation-api": "token2", **wrong}
        with pytest.raises(Problem) as caught:
            bring(native, site.id, json.dumps(later))
        assert [error["pointer"] for error in caught.value.body["errors"]] == [f"/paths/~1work/get/{place}"]


# --- through the native API ---


def bring(native, service, text, **parameters):
    """Brings a document into a service, or into a new one."""
    place = f"/services/{service}/import" if service else "/services/import"
    return native.ask("POST", place, {"document": text}, params=parameters)


def test_a_preview_tells_what_will_change_and_changes_nothing(site, native):
    site.api(path="/kept", mock="x", name="kept")
    site.api(path="/changed", mock="old", name="changed")
    text = document(
        {
            "/changed": {"get": {"operationId": "changed", "x-apigw-backend": MOCK}},
            "/new": {"get": {"operationId": "new", "x-apigw-backend": MOCK, "security": [{"key": []}]}},
        }
    )
    before = native.get(f"/services/{site.id}/openapi")
    preview = bring(native, site.id, text, dry_run="true")
    assert {(change["noun"], change["name"], change["change"]) for change in preview["changes"]} == {
        ("api", "changed", "changed"),
        ("api", "new", "added"),
    }
    assert [warning["pointer"] for warning in preview["warnings"]] == ["/paths/~1new/get/security"]
    assert native.get(f"/services/{site.id}/openapi") == before
    done = bring(native, site.id, text)
    assert {change["name"] for change in done["changes"]} == {change["name"] for change in preview["changes"]}
    assert len(done["apis"]) == 2 and done["service"] == site.id
    assert bring(native, site.id, text)["changes"] == []
    removed = bring(native, site.id, text, prune="true")["changes"]
    assert [(change["name"], change["change"]) for change in removed] == [("kept", "removed")]


def test_what_is_written_brought_in_again_changes_nothing(site, native, gateway):
    site.api(path="/a/{id}", to="/x/{id}", name="a", AuthType="SECRET", EnableCORS=True)
    site.api(path="=/exact", mock="only", name="exact", ApiDesc="just this")
    site.api(path="/form", method="POST", to="/f", name="form", RequestParameters=[
        {"Name": "last", "Position": "BODY", "Type": "int", "DefaultValue": "1", "Required": False},
        {"Name": "X-A", "Position": "HEADER", "Type": "String", "Required": True, "Desc": "a"},
    ])
    written = native.get(f"/services/{site.id}/openapi")
    assert bring(native, site.id, json.dumps(written), prune="true")["changes"] == []
    made = bring(native, None, json.dumps(written), name="copy")
    copy = native.get(f"/services/{made['service']}/openapi")
    assert copy["paths"] == written["paths"]
    assert copy["info"] == {**written["info"], "title": "copy"}
    site.release()
    site.change("exact", ServiceMockReturnMessage="later")
    released = native.get(f"/services/{site.id}/openapi", environment="release")
    assert released == written
    assert native.get(f"/services/{site.id}/openapi") != written


def test_all_that_is_wrong_is_told_with_its_place_and_nothing_happens(site, native):
    text = document(
        {
            "/good": {"get": {"x-apigw-backend": MOCK}},
            "/bad": {"get": {"x-apigw-backend": MOCK, "x-apigw-cors": 1, "x-apigw-service-timeout": 0}},
        }
    )
    with pytest.raises(Problem) as caught:
        bring(native, site.id, text)
    assert caught.value.status == 422
    places = {error["pointer"] for error in caught.value.body["errors"]}
    assert places == {"/paths/~1bad/get/x-apigw-cors", "/paths/~1bad/get/x-apigw-service-timeout"}
    with pytest.raises(Problem) as caught:
        bring(native, site.id, document({
            "/a": {"get": {"operationId": "same", "x-apigw-backend": MOCK}},
            "/b": {"get": {"operationId": "same", "x-apigw-backend": MOCK}},
        }))
    assert caught.value.status == 422 and caught.value.body["errors"][0]["pointer"] == "/paths/~1b/get"
    assert native.get(f"/services/{site.id}/openapi")["paths"] == {}
    with pytest.raises(Problem) as caught:
        bring(native, "service-nowhere1", text)
    assert caught.value.status == 404
    services = native.get("/services")["total"]
    with pytest.raises(Problem):
        bring(native, None, text)
    assert native.get("/services")["total"] == services


# --- through the command line ---


def test_the_command_line_imports_and_exports(site, gateway, tmp_path):
    file = tmp_path / "shop.yaml"
    file.write_text(document({"/hello": {"get": {"operationId": "hello", "x-apigw-backend": MOCK}}}))
    status, out, _ = tollgate(gateway, "import", "-f", file, "--service", site.id, "--dry-run")
    assert status == 0 and "+ api hello" in out and "nothing was changed" in out
    status, out, _ = tollgate(gateway, "import", "-f", file, "--service", site.id)
    assert status == 0 and "1 thing changed" in out
    written = tmp_path / "out.yaml"
    assert tollgate(gateway, "export", "--openapi", site.id, "-o", written)[0] == 0
    assert tollgate(gateway, "import", "-f", written, "--service", site.id, "--prune")[1].strip() == "nothing changes"
    status, out, _ = tollgate(gateway, "import", "-f", written, "--new", "copy")
    assert status == 0 and "+ service copy" in out
    names = [s["ServiceName"] for s in Cloud(gateway.admin).DescribeServicesStatus()["Result"]["ServiceSet"]]
    assert names == ["copy", "acceptance"]
    file.write_text("openapi: 3.0.0\npaths: {/a: {got: {}}}")
    status, _, fault = tollgate(gateway, "import", "-f", file, "--service", site.id)
    assert status == 1 and "/paths/~1a/got" in fault
    status, _, fault = tollgate(gateway, "import", "-f", file)
    assert status == 2 and "--service" in fault
