"""The console's pages about who may call how much: keys, usage plans, bindings, throttles; and what a half-filled dialog asks."""

import re

import pytest
import requests
from playwright.sync_api import expect

from stand.browser import WAIT, look
from stand.dns import point_here
from stand.native import Native

# Tables whose rows are wider than what is seen of them.
COVERED = """
    [...document.querySelectorAll('.ant-table-content')]
        .filter((table) => table.scrollWidth > table.clientWidth)
        .map((table) => `${table.scrollWidth} > ${table.clientWidth}`)
"""


@pytest.fixture
def native(gateway):
    """A client with an access key, of the gateway that the console shows."""
    return Native(gateway.admin)


def hello(native, *, auth="none", paths=("/hello",)):
    """A published service with an API for each path; its identifier."""
    service = native.post("/services", {"name": "shop"})["id"]
    for path in paths:
        backend = {"type": "mock", "body": "hello"}
        api = {"name": path[1:], "path": path, "method": "GET", "auth": auth, "backend": backend}
        native.post(f"/services/{service}/apis", api)
    native.post(f"/services/{service}/releases", {"environment": "release", "description": "first"})
    return service


def test_a_pair_that_callers_have_already_is_brought_along_and_replaced(consoles, native):
    console = consoles()
    console.log_in("keys")
    console.press("shell:action.create")
    console.field("keys:field.name").fill("old_friend")
    console.front.get_by_text(console.words("keys:type.manual"), exact=True).click()
    console.field("keys:field.id").fill("AK")
    console.sees(console.words("rules:length", min=5, max=50))
    console.field("keys:field.id").fill("AK_of_a_friend")
    console.field("keys:field.secret").fill("short")
    console.sees(console.words("rules:length", min=10, max=50))
    console.field("keys:field.secret").fill("a_secret_of_old")
    console.press("shell:action.submit")
    console.sees(console.words("keys:made.title"))
    console.press("shell:action.close")
    console.dialog_closes()
    assert native.post("/keys/AK_of_a_friend/reveal")["secret"] == "a_secret_of_old"

    console.press("shell:action.create")
    console.field("keys:field.name").fill("twin")
    console.front.get_by_text(console.words("keys:type.manual"), exact=True).click()
    console.field("keys:field.id").fill("AK_of_a_friend")
    console.field("keys:field.secret").fill("another_secret")
    console.press("shell:action.submit")
    console.sees("AK_of_a_friend` already")
    look(console, "key-taken")
    console.press("shell:action.close")
    console.press("shell:unsaved.leave")
    console.dialog_closes()

    row = console.row("old_friend")
    row.get_by_role("button", name=console.words("shell:action.show")).click()
    expect(row).to_contain_text("a_secret_of_old", timeout=WAIT)
    console.in_row("old_friend", "keys:action.rotate")
    console.field("keys:rotate.secret").fill("a_secret_of_now")
    look(console, "key-rotate")
    console.press("keys:action.rotate")
    console.sees(console.words("keys:made.rotated"))
    console.press("shell:action.close")
    console.dialog_closes()
    assert native.post("/keys/AK_of_a_friend/reveal")["secret"] == "a_secret_of_now"
    expect(row).not_to_contain_text("a_secret_of_old", timeout=WAIT)


def test_a_key_cannot_be_deleted_before_what_holds_it_is_cleared(consoles, native):
    key = native.post("/keys", {"name": "bound"})["id"]
    plan = native.post("/usage-plans", {"name": "gold"})["id"]
    native.post(f"/usage-plans/{plan}/keys", {"keys": [key]})
    console = consoles("zh")
    console.log_in("keys")
    console.in_row("bound", "shell:action.delete")
    console.sees(console.words("keys:delete.hindered"))
    console.sees(console.words("keys:delete.bound", plans="gold"))
    assert not console.button("shell:action.delete").is_enabled()
    look(console, "key-delete")


def test_a_plan_rules_single_apis_and_is_changed_and_unbound(consoles, native):
    service = hello(native, auth="key_pair", paths=("/cheap", "/dear"))
    native.post("/usage-plans", {"name": "gold", "rate": 10})
    console = consoles()
    console.log_in(f"services/{service}/plans")
    console.press("plans:ofService.bind")
    console.choose("plans:environments.environment", console.words("services:environment.release"))
    console.front.get_by_text(console.words("plans:environments.single"), exact=True).click()
    console.press("shell:action.submit")
    expect(console.front.get_by_text(console.words("rules:empty"))).to_have_count(2, timeout=WAIT)
    console.front.get_by_label("dear").check()
    console.front.get_by_label("gold").check()
    look(console, "service-bind-apis")
    console.press("shell:action.submit")
    console.dialog_closes()
    console.sees(console.words("plans:environments.api", api="dear"))
    (binding,) = native.get(f"/services/{service}/bindings")["items"]
    assert (binding["plan_name"], binding["api_name"]) == ("gold", "dear")

    # A plan on the whole of the same environment would make it unclear which counts.
    native.post("/usage-plans", {"name": "silver"})
    console.press("plans:ofService.bind")
    console.choose("plans:environments.environment", console.words("services:environment.release"))
    console.front.get_by_label("silver").check()
    console.press("shell:action.submit")
    expect(console.front.get_by_role("alert").first).to_be_visible(timeout=WAIT)
    look(console, "service-bind-clash")
    console.press("shell:action.close")
    console.press("shell:unsaved.leave")
    console.dialog_closes()

    console.page.get_by_role("link", name="gold", exact=True).click()
    console.page.wait_for_url("**/plans/*/info")
    console.sees("gold")
    console.press("shell:action.edit")
    console.front.get_by_role("switch").nth(0).click()
    console.press("shell:action.submit")
    console.dialog_closes()
    console.sees(console.words("plans:per.noRate"))
    console.go("plans:tab.environments")
    console.in_row("shop", "plans:environments.unbind")
    console.confirm("plans:environments.unbind")
    console.sees(console.words("plans:environments.empty"))
    assert native.get(f"/services/{service}/bindings")["total"] == 0

    console.press("plans:environments.bind")
    console.choose("plans:environments.service", "shop")
    console.choose("plans:environments.environment", console.words("services:environment.test"))
    look(console, "plan-environments-bind")
    console.press("shell:action.submit")
    console.dialog_closes()
    console.sees(console.words("plans:environments.whole"))
    look(console, "plan-environments")


def test_a_plan_that_somebody_else_changed_is_not_overwritten(consoles, native):
    plan = native.post("/usage-plans", {"name": "gold", "rate": 10})["id"]
    console = consoles()
    console.log_in(f"plans/{plan}/info")
    console.press("shell:action.edit")
    console.field("plans:field.description").fill("mine")
    native.change("PATCH", f"/usage-plans/{plan}", {"rate": 20})
    # What the page asks for anew is not what the dialog holds.
    assert console.comes_back(f"/usage-plans/{plan}") == 200
    console.settled()
    console.press("shell:action.submit")
    console.sees(console.words("problems:changed"))
    told = native.get(f"/usage-plans/{plan}")
    assert (told["rate"], told["description"]) == (20, "")


def test_throttles_of_an_environment_and_of_an_api_are_set_and_act(consoles, native, gateway, monkeypatch):
    point_here(monkeypatch)
    service = hello(native)
    console = consoles()
    console.log_in(f"services/{service}/environments")
    name = console.words("services:environment.release")
    row = console.row("/release")
    row.get_by_role("button", name=console.words("services:throttles.ofEnvironment", environment=name)).click()
    console.field("services:environments.rate").fill("0")
    console.sees(console.words("rules:range", min=1, max=5000))
    console.field("services:environments.rate").fill("321")
    look(console, "environment-rate")
    console.press("shell:action.submit")
    console.dialog_closes()
    expect(row).to_contain_text("321", timeout=WAIT)
    assert native.get(f"/services/{service}/environments/release")["rate"] == 321

    console.in_row("/hello", "services:throttles.edit")
    console.front.get_by_role("switch").click()
    console.front.locator("[id$='_rate']").fill("1")
    look(console, "api-rate")
    console.press("shell:action.submit")
    console.dialog_closes()
    expect(console.row("/hello")).to_contain_text(console.words("services:environments.rateOf", rate=1), timeout=WAIT)
    look(console, "throttles")
    gateway.settle()
    url = f"http://{gateway.host(service)}:{gateway.http[1]}/release/hello"
    with requests.Session() as caller:
        assert 429 in {caller.get(url, timeout=30).status_code for _ in range(50)}


def test_a_dialog_submits_once_and_stays_until_the_answer_is_there(consoles, native):
    console = consoles()
    console.log_in("services")
    console.press("shell:action.create")
    console.field("services:field.name").fill("once")
    held = []
    place = re.compile("/api/v1/services$")
    console.page.route(place, lambda route: held.append(route) if route.request.method == "POST" else route.fallback())
    with console.page.expect_request(lambda request: request.method == "POST"):
        console.page.keyboard.press("Enter")
    console.page.keyboard.press("Enter")
    console.page.keyboard.press("Escape")
    held[0].abort()
    console.sees(console.words("shell:error.network"))
    expect(console.field("services:field.name")).to_have_value("once", timeout=WAIT)
    assert len(held) == 1
    console.page.unroute(place)
    console.press("shell:action.submit")
    console.sees(console.words("services:created.title"))
    assert native.get("/services")["total"] == 1


def test_a_dialog_that_was_filled_asks_before_it_goes(consoles, native):
    hello(native)
    console = consoles()
    console.log_in("plans")
    console.go("shell:nav.services")
    console.sees("shop")
    console.press("shell:action.create")
    console.press("shell:action.close")
    console.dialog_closes()
    console.press("shell:action.create")
    console.field("services:field.name").fill("half")
    console.page.keyboard.press("Escape")
    console.sees(console.words("shell:unsaved.title"))
    console.press("shell:unsaved.stay")
    expect(console.field("services:field.name")).to_have_value("half", timeout=WAIT)
    console.page.go_back()
    console.sees(console.words("shell:unsaved.title"))
    console.press("shell:unsaved.stay")
    expect(console.field("services:field.name")).to_have_value("half", timeout=WAIT)
    console.page.go_back()
    console.press("shell:unsaved.leave")
    console.sees(console.words("plans:lead"))
    console.dialog_closes()


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1280), ("light", 820)])
def test_in_other_colours_and_on_a_tablet_nothing_sticks_out_or_is_covered(consoles, native, scheme, width):
    service = hello(native, auth="key_pair", paths=("/hello", "/a/rather/long/path/of/an/api"))
    key = native.post("/keys", {"name": "caller_with_a_rather_long_name"})["id"]
    plan = native.post("/usage-plans", {"name": "gold", "rate": 10, "quota": 100, "description": "For all who pay"})["id"]
    native.post(f"/usage-plans/{plan}/keys", {"keys": [key]})
    native.post(f"/usage-plans/{plan}/bindings", {"service": service, "environment": "release"})
    console = consoles(scheme=scheme, width=width)
    console.log_in()
    places = {
        "keys": "caller_with_a_rather_long_name",
        "plans": "gold",
        f"plans/{plan}/info": "gold",
        f"plans/{plan}/keys": "caller_with_a_rather_long_name",
        f"plans/{plan}/environments": "shop",
        f"services/{service}/plans": "gold",
        f"services/{service}/apis": "/a/rather/long/path/of/an/api",
        f"services/{service}/environments": "/a/rather/long/path/of/an/api",
        "services": "shop",
    }
    for place, shown in places.items():
        console.open(place)
        console.sees(shown)
        look(console, f"{'-'.join(place.split('/')[::2])}-{scheme}-{width}")
        wide = console.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{place} is {wide} wide"
        if width == 1280:
            assert console.page.evaluate(COVERED) == [], f"{place}: the actions cover a column"
