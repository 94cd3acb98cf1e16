"""The console's pages about upstreams: nodes, weights, algorithms, health checks, and how the nodes are."""

import re

import pytest
from playwright.sync_api import expect

from stand.browser import WAIT, look
from stand.native import Native


@pytest.fixture
def native(gateway):
    """A client with an access key, of the gateway that the console shows."""
    return Native(gateway.admin)


def test_an_upstream_is_made_watched_changed_and_deleted(consoles, native, backend):
    console = consoles()
    console.log_in("upstreams")
    console.sees(console.words("upstreams:empty.title"))
    look(console, "upstreams-empty")
    console.press("shell:action.create")
    console.field("upstreams:field.name").fill("orders-1")
    console.sees(console.words("rules:nameSigns"))
    console.field("upstreams:field.name").fill("orders")
    nodes = console.page.get_by_role("table", name=console.words("upstreams:nodes.title"))
    host, port, weight = (
        lambda at, key=key: nodes.get_by_label(console.words(key)).nth(at)
        for key in ("upstreams:nodes.host", "upstreams:nodes.port", "upstreams:nodes.weight")
    )
    host(0).fill("127.0.0.1:80")
    console.sees(console.words("rules:nodeHost"))
    host(0).fill("127.0.0.1")
    port(0).fill(backend.url.rpartition(":")[2])
    weight(0).fill("30")
    console.press("upstreams:nodes.add")
    # Nobody listens there: the port is the discard service's.
    host(1).fill("127.0.0.1")
    port(1).fill("9")
    weight(1).fill("101")
    console.sees(console.words("rules:range", min=0, max=100))
    weight(1).fill("10")
    console.field("upstreams:checks.active").click()
    console.field("upstreams:checks.interval").fill("1")
    console.field("upstreams:checks.tcpFailures").fill("1")
    look(console, "upstream-new")
    console.press("shell:action.save")
    console.sees(console.words("upstreams:info.unused"))
    good = re.compile(console.words("upstreams:health.healthy"))
    expect(console.row(backend.url.removeprefix("http://"))).to_contain_text(good, timeout=WAIT)
    expect(console.row("127.0.0.1:9")).to_contain_text(console.words("upstreams:health.unhealthy"), timeout=WAIT)
    look(console, "upstream")

    (made,) = native.get("/upstreams")["items"]
    assert (made["name"], made["balancing"]) == ("orders", {"type": "round_robin"})
    assert [(node["port"], node["weight"]) for node in made["members"]["nodes"]][1] == (9, 10)

    console.press("shell:action.edit")
    console.choose("upstreams:field.algorithm", console.words("upstreams:algorithm.consistent_hash"))
    console.choose("upstreams:hash.title", console.words("upstreams:hash.header"))
    console.field("upstreams:hash.headerName").fill("X-User")
    console.page.get_by_role("button", name=console.words("upstreams:nodes.remove")).nth(1).click()
    console.go("shell:nav.services")
    console.sees(console.words("shell:unsaved.title"))
    console.press("shell:unsaved.stay")
    console.press("shell:action.save")
    console.sees(console.words("upstreams:info.unused"))
    (made,) = native.get("/upstreams")["items"]
    assert made["balancing"] == {"type": "consistent_hash", "key": {"of": "header", "name": "X-User"}}
    assert len(made["members"]["nodes"]) == 1
    assert made["health"]["interval"] == 1, "what was not touched stays"

    console.go("shell:nav.upstreams")
    expect(console.row("orders")).to_contain_text(console.words("upstreams:nodes.healthy", count=1), timeout=WAIT)
    look(console, "upstreams")
    console.in_row("orders", "shell:action.delete")
    console.confirm("shell:action.delete")
    console.sees(console.words("upstreams:empty.title"))


def test_an_upstream_in_use_tells_by_whom_and_stays(consoles, native, backend):
    node = {"host": "127.0.0.1", "port": int(backend.url.rpartition(":")[2]), "weight": 1}
    members = {"type": "nodes", "nodes": [node]}
    values = {"name": "orders", "protocol": "http", "balancing": {"type": "random_two"}, "members": members}
    upstream = native.post("/upstreams", values)["id"]
    service = native.post("/services", {"name": "shop"})["id"]
    console = consoles("zh")
    console.log_in(f"services/{service}/apis/new")
    console.field("apis:field.name").fill("list_orders")
    console.field("apis:field.path").fill("/orders")
    console.front.get_by_text(console.words("apis:auth.none"), exact=True).click()
    console.press("shell:action.next")
    console.page.get_by_role("main").get_by_text(console.words("apis:backend.upstream"), exact=True).click()
    console.choose("apis:field.upstream", "orders")
    console.field("apis:field.backendPath").fill("/all")
    look(console, "api-backend-upstream-zh")
    console.press("shell:action.next")
    console.press("shell:action.finish")
    console.sees(upstream)
    (api,) = native.get(f"/services/{service}/apis")["items"]
    made = native.get(f"/services/{service}/apis/{api['id']}")["definition"]["backend"]
    assert made == {"type": "upstream", "upstream": upstream, "path": "/all", "method": {"fixed": "GET"}}

    console.open(f"upstreams/{upstream}")
    console.sees("list_orders")
    look(console, "upstream-zh")
    console.press("shell:action.delete")
    console.sees(console.words("upstreams:delete.hindered", count=1))
    assert not console.button("shell:action.delete").is_enabled()
    look(console, "upstream-delete-zh")
    assert native.get("/upstreams")["total"] == 1


def test_an_upstream_that_somebody_else_changed_is_not_overwritten(consoles, native, backend):
    node = {"host": "127.0.0.1", "port": 9, "weight": 1}
    members = {"type": "nodes", "nodes": [node]}
    values = {"name": "orders", "protocol": "http", "balancing": {"type": "round_robin"}, "members": members}
    upstream = native.post("/upstreams", values)["id"]
    console = consoles()
    console.log_in(f"upstreams/{upstream}/edit")
    console.field("upstreams:field.retries").fill("7")
    native.change("PUT", f"/upstreams/{upstream}", {**values, "retries": 1})
    console.press("shell:action.save")
    console.sees(console.words("problems:changed"))
    assert native.get(f"/upstreams/{upstream}")["retries"] == 1
