"""A whole configuration: taken out, brought in here and elsewhere, through the API and through the command line."""

import os
import subprocess

import pytest
import yaml

from stand.gateway import SECRET_ID, SECRET_KEY
from stand.native import Native, refused

NOUNS = ["upstreams", "plugins", "keys", "applications", "usage_plans", "services", "api_documents"]

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
