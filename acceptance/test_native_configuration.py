"""A whole configuration: taken out, brought in here and elsewhere, through the API and through the command line."""

import json
import os
import subprocess

import pytest
import yaml

from stand.authority import Authority
from stand.gateway import SECRET_ID, SECRET_KEY
from stand.native import Native, refused
from stand.secure import Secure
from stand.tokens import Issuer
from stand.wire import call

NOUNS = [
    "upstreams", "plugins", "keys", "applications", "usage_plans", "certificates", "services", "api_documents",
]

SHOP = """
keys:
  - name: mobile
usage_plans:
  - {name: gold, rate: 10, keys: [mobile]}
upstreams:
  - id: nodes
    protocol: http
    balancing: {type: round_robin}
    members: {type: nodes, nodes: [{host: 127.0.0.1, port: 9, weight: 1}]}
services:
  - name: shop
    apis:
      - definition:
          {name: hello, path: /hello, method: GET, auth: none, backend: {type: mock, body: hello}}
      - definition:
          {name: orders, path: /orders, method: ANY, auth: key_pair, backend: {type: upstream, upstream: nodes}}
    environments:
      - {name: release, runs: working, usage_plans: [gold], api_rates: {orders: 5}}
"""


def tollgate(gateway, *arguments, **more):
    """The command line against this gateway: exit status, standard output, standard error."""
    env = {**os.environ, "TOLLGATE_OPERATOR_SECRET_ID": SECRET_ID, "TOLLGATE_OPERATOR_SECRET_KEY": SECRET_KEY}
    line = [os.environ["TOLLGATE_BINARY"], *arguments, "--admin", f"http://{gateway.admin}"]
    done = subprocess.run(line, env=env, capture_output=True, text=True, timeout=60, check=False, **more)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def native(gateway):
    """A client with an access key, on a gateway of its own."""
    return Native(gateway.admin)


def test_a_configuration_goes_in_comes_out_and_changes_nothing_again(gateway, native, tmp_path):
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP)
    status, out, _ = tollgate(gateway, "apply", "-f", file, "--dry-run")
    assert status == 0 and "+ service shop" in out and "nothing was changed" in out
    assert native.get("/services")["total"] == 0

    status, out, _ = tollgate(gateway, "apply", "-f", file)
    assert status == 0 and "+ api hello" in out and "+ release release" in out
    assert [service["name"] for service in native.every("/services")] == ["shop"]
    revision = native.get("/about")["revision"]

    status, exported, _ = tollgate(gateway, "export")
    assert status == 0 and "secret" not in exported
    assert tollgate(gateway, "apply", "-f", "-", "--prune", input=exported)[:2] == (0, "nothing changes\n")
    assert tollgate(gateway, "apply", "-f", file)[:2] == (0, "nothing changes\n")
    assert native.get("/about")["revision"] == revision

    changed = exported.replace("body: hello", "body: bye")
    status, out, _ = tollgate(gateway, "apply", "-f", "-", input=changed)
    assert status == 0 and '/backend/body: "hello" -> "bye"' in out
    assert tollgate(gateway, "export")[1].replace("body: bye", "body: hello") == exported



ACCESS = """
plugins:
  - {name: office, type: address_access, data: {says: white, addresses: 10.0.0.0/8}}
applications:
  - name: app
services:
  - name: shop
    ip_strategies:
      - {name: inside, kind: white, addresses: 127.0.0.1}
    apis:
      - definition:
          {name: hello, path: /hello, method: GET, auth: application, backend: {type: mock, body: hello}}
    environments:
      - name: release
        runs: working
        api_plugins: {hello: [office]}
        api_applications: {hello: [app]}
        api_ip_strategies: {hello: inside}
api_documents:
  - {name: guide, service: shop, environment: release, apis: [hello]}
"""


def test_who_may_call_goes_in_comes_out_and_changes_nothing_again(gateway, gateways, native, tmp_path):
    status, out, fault = tollgate(gateway, "apply", "-f", "-", input=ACCESS)
    assert status == 0, fault
    for told in ("+ plugin office", "+ application app", "+ ip_strategy inside", "+ api_document guide"):
        assert told in out
    (plugin,) = native.every("/plugins")
    assert native.every(f"/plugins/{plugin['id']}/attachments")[0]["api_name"] == "hello"
    assert native.every("/applications")[0]["bindings"] == 1
    assert tollgate(gateway, "apply", "-f", "-", "--prune", input=ACCESS)[:2] == (0, "nothing changes\n")
    status, exported, _ = tollgate(gateway, "export")
    assert status == 0 and "secret" not in exported and "password" not in exported
    assert tollgate(gateway, "apply", "-f", "-", "--prune", input=exported)[:2] == (0, "nothing changes\n")

    file = tmp_path / "all.yaml"
    assert tollgate(gateway, "export", "--secrets", "-o", file)[0] == 0
    other = gateways()
    status, _, fault = tollgate(other, "apply", "-f", file)
    assert status == 0, fault
    assert Native(other.admin).post("/configuration/reveal") == native.post("/configuration/reveal")

    changed = exported.replace("10.0.0.0/8", "192.168.0.0/16")
    status, out, _ = tollgate(gateway, "apply", "-f", "-", input=changed)
    assert status == 0 and '/data/addresses: "10.0.0.0/8" -> "192.168.0.0/16"' in out
    status, _, fault = tollgate(gateway, "apply", "-f", "-", input=exported.replace("10.0.0.0/8", "nowhere"))
    assert status == 1 and "/plugins/0" in fault and "/data/addresses" in fault
    assert "- plugin office" in tollgate(gateway, "apply", "-f", "-", "--prune", input="{}")[1]
    assert all(found == [] for found in native.get("/configuration").values())


def shop_of_domains(authority, **domain):
    """A service at a name of its own, and its certificate."""
    chain, key = authority.issue("one.example.com")
    mappings = [{"path": "/v1", "environment": "release"}]
    entry = {"name": "One.example.com", "protocol": "both", "certificate": {"stored": "one"}, "mappings": mappings}
    hello = {"name": "hello", "path": "/hello", "method": "GET", "auth": "none", "backend": {"type": "mock", "body": "hello"}}
    return {
        "certificates": [{"id": "one", "name": "our shop", "chain": chain, "key": key}],
        "services": [{
            "name": "shop",
            "domains": [entry | domain, {"name": "plain.example.com", "protocol": "http"}],
            "apis": [{"definition": hello}],
            "environments": [{"name": "release", "runs": "working"}],
        }],
    }


def test_domains_and_certificates_go_in_come_out_and_change_nothing_again(gateway, gateways, native, tmp_path):
    authority = Authority(tmp_path / "authority")
    document = shop_of_domains(authority)
    text = yaml.safe_dump(document)
    status, out, fault = tollgate(gateway, "apply", "-f", "-", "--dry-run", input=text)
    assert status == 0 and "+ domain One.example.com" in out and "+ certificate our shop" in out, fault
    assert native.get("/services")["total"] == 0
    status, _, fault = tollgate(gateway, "apply", "-f", "-", input=text)
    assert status == 0, fault
    gateway.settle()

    def told(gateway, path):
        with Secure(gateway.https, authority.trusting(), "one.example.com") as wire:
            answer = wire.ask("GET", path, "one.example.com")
            return answer.status, answer.text

    assert told(gateway, "/v1/hello") == (200, "hello") and told(gateway, "/hello")[0] == 404
    assert call(gateway.http, "GET", "/hello", "plain.example.com").text == "hello"
    assert tollgate(gateway, "apply", "-f", "-", "--prune", input=text)[:2] == (0, "nothing changes\n")
    status, exported, _ = tollgate(gateway, "export")
    assert status == 0 and "PRIVATE" not in exported and "BEGIN CERTIFICATE" in exported
    assert tollgate(gateway, "apply", "-f", "-", "--prune", input=exported)[:2] == (0, "nothing changes\n")

    file = tmp_path / "all.yaml"
    assert tollgate(gateway, "export", "--secrets", "-o", file)[0] == 0
    other = gateways()
    problem = tollgate(other, "apply", "-f", "-", input=exported)
    assert problem[0] == 1 and "/certificates/0: `/key`" in problem[2], "no key is told"
    status, _, fault = tollgate(other, "apply", "-f", file)
    assert status == 0, fault
    assert tollgate(other, "export", "--secrets")[1] == file.read_text()
    other.settle()
    assert told(other, "/v1/hello") == (200, "hello")

    changed = exported.replace("path: /v1", "path: /v2")
    status, out, _ = tollgate(gateway, "apply", "-f", "-", "--dry-run", input=changed)
    assert status == 0 and "~ domain One.example.com" in out and '"/v2"' in out
    assert told(gateway, "/v1/hello")[0] == 200
    assert tollgate(gateway, "apply", "-f", "-", input=changed)[0] == 0
    gateway.settle()
    assert told(gateway, "/v1/hello")[0] == 404 and told(gateway, "/v2/hello")[0] == 200

    replaced = shop_of_domains(authority)
    out = tollgate(gateway, "apply", "-f", "-", "--dry-run", input=yaml.safe_dump(replaced))[1]
    assert "~ certificate our shop" in out and "-----" not in out
    without = yaml.safe_load(exported)
    without["services"][0].pop("domains")
    without.pop("certificates")
    out = tollgate(gateway, "apply", "-f", "-", "--prune", input=yaml.safe_dump(without))[1]
    assert "- domain One.example.com" in out and "- domain plain.example.com" in out and "- certificate our shop" in out
    assert [found["id"] for found in native.every("/certificates")] == ["default"], "what is the gateway's stays"


def test_what_is_wrong_with_domains_is_told_at_its_place(gateways, tmp_path):
    gateway = gateways("--domain-check")
    authority = Authority(tmp_path / "authority")
    for fields, member in (
        ({"name": "localhost"}, "name"),
        ({"name": "two.example.com"}, "certificate"),
        ({"certificate": None}, "certificate"),
        ({"mappings": []}, "mappings"),
        ({"protocl": "http"}, "protocl"),
        # It leads nowhere.
        ({}, "name"),
    ):
        text = yaml.safe_dump(shop_of_domains(authority, **fields))
        status, _, fault = tollgate(gateway, "apply", "-f", "-", "--dry-run", input=text)
        assert status == 1 and "/services/0/domains/0" in fault and f"/{member}" in fault, (fields, fault)


def test_apis_with_tokens_go_in_come_out_and_change_nothing_again(gateway, gateways, native):
    issuer = Issuer()
    mock = {"method": "GET", "auth": "oauth", "backend": {"type": "mock", "body": "done"}}
    rules = {"public_key": json.dumps(issuer.jwk), "location": "header", "login": "https://login.example.com/"}
    apis = [
        {"name": "work", "path": "/work", "oauth": {"business": {"authorization": "token"}}, **mock},
        {"name": "token", "path": "/token", "oauth": {"authorization": rules}, **mock},
    ]
    shop = {
        "name": "shop",
        "apis": [{"definition": definition} for definition in apis],
        "environments": [{"name": "release", "runs": "working"}],
    }
    text = yaml.safe_dump({"services": [shop]})
    status, out, fault = tollgate(gateway, "apply", "-f", "-", input=text)
    assert status == 0 and "+ api work" in out, fault
    assert tollgate(gateway, "apply", "-f", "-", "--prune", input=text)[:2] == (0, "nothing changes\n")
    exported = tollgate(gateway, "export")[1]
    assert tollgate(gateway, "apply", "-f", "-", "--prune", input=exported)[:2] == (0, "nothing changes\n")
    other = gateways()
    status, _, fault = tollgate(other, "apply", "-f", "-", input=exported)
    assert status == 0, fault
    assert tollgate(other, "export")[1] == exported
    for made in (gateway, other):
        made.settle()
        (service,) = Native(made.admin).every("/services")
        bearer = ("Authorization", f'Bearer id_token="{issuer.token()}"')
        asked = [call(made.http, "GET", "/work", service["default_host"], headers) for headers in ([], [bearer])]
        assert [answer.status for answer in asked] == [302, 200]
    changed = exported.replace("login.example.com", "other.example.com")
    out = tollgate(gateway, "apply", "-f", "-", "--dry-run", input=changed)[1]
    assert "~ api token" in out and "other.example.com" in out
    # The console keeps what it does not show.
    path = f"/services/{service['id']}/apis/{yaml.safe_load(exported)['services'][0]['apis'][1]['id']}"
    definition = native.get(path)["definition"]
    assert definition["oauth"]["authorization"]["location"] == "header"
    native.change("PUT", path, definition | {"description": "tokens"})
    assert native.get(path)["definition"] == definition | {"description": "tokens"}
    assert tollgate(gateway, "apply", "-f", "-", "--prune", input="{}")[0] == 0


def test_a_configuration_with_secrets_makes_the_same_elsewhere(gateway, gateways, native, tmp_path):
    tollgate(gateway, "apply", "-f", "-", input=SHOP)
    file = tmp_path / "all.yaml"
    assert tollgate(gateway, "export", "--secrets", "-o", file)[0] == 0
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    assert native.get("/audit", action="configuration.reveal")["total"] == 1
    other = gateways()
    status, _, fault = tollgate(other, "apply", "-f", file)
    assert status == 0, fault
    assert tollgate(other, "export", "--secrets")[1] == file.read_text()


def test_what_is_not_named_goes_only_when_it_is_pruned(gateway, native):
    tollgate(gateway, "apply", "-f", "-", input=SHOP)
    assert tollgate(gateway, "apply", "-f", "-", input="services: []")[:2] == (0, "nothing changes\n")
    status, out, _ = tollgate(gateway, "apply", "-f", "-", "--prune", input="services: []")
    assert status == 0 and "- service shop" in out and "- key mobile" in out
    configuration = native.get("/configuration")
    assert configuration == {noun: [] for noun in NOUNS}


def test_a_fault_is_told_at_its_place_and_nothing_is_changed(gateway, native):
    before = native.get("/about")["revision"]
    wrong = yaml.safe_load(SHOP)
    wrong["services"][0]["apis"][1]["definition"]["path"] = "/hello"
    wrong["services"][0]["apis"][1]["definition"]["method"] = "GET"
    problem = refused(native.ask, "PUT", "/configuration", wrong, {"If-Match": "*"})
    pointers = [error["pointer"] for error in problem.body["errors"]]
    assert (problem.status, pointers) == (409, ["/services/0/apis/1/definition/path"])
    wrong["usage_plans"][0]["rte"] = 1
    assert tollgate(gateway, "apply", "-f", "-", input=yaml.safe_dump(wrong))[0] == 1
    problem = refused(native.ask, "PUT", "/configuration", wrong, {"If-Match": "*"})
    assert [error["pointer"] for error in problem.body["errors"]] == ["/usage_plans/0/rte"]
    assert refused(native.ask, "PUT", "/configuration", wrong, {"If-Match": '"0"'}).status in (412, 422)
    assert native.get("/about")["revision"] == before


def test_an_upstream_is_a_noun_like_the_others(native):
    body = {
        "name": "nodes",
        "protocol": "http",
        "balancing": {"type": "round_robin"},
        "members": {"type": "nodes", "nodes": [{"host": "127.0.0.1", "port": 9, "weight": 1}]},
    }
    made = native.post("/upstreams", body)
    path = f"/upstreams/{made['id']}"
    assert made["nodes"] == [{"host": "127.0.0.1", "port": 9, "health": "unchecked"}]
    assert native.change("PUT", path, {**body, "name": "others"})["name"] == "others"
    wrong = refused(native.change, "PUT", path, {**body, "balancing": {"type": "chance"}})
    assert wrong.body["errors"][0]["pointer"] == "/balancing/type"
    service = native.post("/services", {"name": "s"})
    api = {"name": "a", "path": "/", "method": "GET", "auth": "none"}
    native.post(f"/services/{service['id']}/apis", {**api, "backend": {"type": "upstream", "upstream": made["id"]}})
    assert [use["name"] for use in native.get(path)["used_by"]] == ["a"]
    assert refused(native.change, "DELETE", path).body["type"] == "urn:tollgate:problem:in-use"
