"""The console's pages about plugins, applications, IP strategies and API documents, in a browser."""

import json
import re

import pytest
import requests
from playwright.sync_api import expect

from stand.browser import WAIT, look
from stand.gateway import PASSWORD
from stand.native import Native


@pytest.fixture
def native(gateway):
    """A client with an access key, of the gateway that the console shows."""
    return Native(gateway.admin)


@pytest.fixture
def service(native):
    """A service whose first API is released; the second is not."""
    service = native.post("/services", {"name": "shop"})
    for name, auth in (("open", "none"), ("apps", "application"), ("later", "none")):
        backend = {"type": "mock", "body": "hello"}
        body = {"name": name, "path": f"/{name}", "method": "GET", "auth": auth, "backend": backend}
        service[name] = native.post(f"/services/{service['id']}/apis", body)["id"]
        if name == "apps":
            native.post(f"/services/{service['id']}/releases", {"environment": "release"})
    return service


def status(gateway, service, path):
    """What a call ends with."""
    gateway.settle()
    url = f"http://127.0.0.1:{gateway.http[1]}{path}"
    return requests.get(url, headers={"Host": gateway.host(service["id"])}, timeout=60).status_code


def place(console, *apis):
    """Chooses the service, the environment and APIs in the dialog that is open."""
    console.choose("plans:environments.service", "shop")
    console.choose("plans:environments.environment", console.words("services:environment.release"))
    for api in apis:
        console.front.get_by_label(re.compile(f"^{api}")).check()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_plugin_is_made_put_on_an_api_changed_taken_off_and_deleted(consoles, gateway, native, service, language):
    console = consoles(language, scheme="dark" if language == "zh" else "light")
    console.log_in("plugins")
    console.sees(console.words("plugins:empty.title"))
    look(console, f"plugins-empty-{language}")
    console.press("shell:action.create")
    console.field("plugins:field.name").fill("office")
    console.press("shell:action.submit")
    console.sees(console.words("rules:empty"))
    console.field("plugins:address.addresses").fill("nowhere")
    console.press("shell:action.submit")
    console.sees("`nowhere` is no address")
    look(console, f"plugin-new-{language}")
    console.field("plugins:address.addresses").fill("10.0.0.0/8")
    console.press("shell:action.submit")
    console.sees(console.words("plugins:attach.empty"))
    (made,) = native.get("/plugins")["items"]
    assert (made["type"], made["data"]["says"]) == ("address_access", "white")
    assert status(gateway, service, "/open") == 200

    console.press("plugins:attach.action")
    place(console, "open")
    expect(console.front.get_by_label(re.compile("^later"))).to_be_disabled()
    look(console, f"plugin-attach-{language}")
    console.press("shell:action.submit")
    console.dialog_closes()
    expect(console.row("open")).to_contain_text("shop", timeout=WAIT)
    look(console, f"plugin-{language}")
    assert status(gateway, service, "/open") == 403

    console.press("shell:action.edit")
    console.front.get_by_text(console.words("plugins:address.black"), exact=True).click()
    console.press("shell:action.submit")
    console.dialog_closes()
    assert status(gateway, service, "/open") == 200
    console.open(f"services/{service['id']}/apis/{service['open']}")
    console.sees("office")
    look(console, f"api-plugins-{language}")

    console.go("shell:nav.plugins")
    expect(console.row("office")).to_contain_text(console.words("plugins:kind.address_access"), timeout=WAIT)
    look(console, f"plugins-{language}")
    console.open(f"plugins/{made['id']}")
    console.in_row("open", "plugins:detach.action")
    console.confirm("plugins:detach.action")
    console.sees(console.words("plugins:attach.empty"))
    console.go("shell:nav.plugins")
    console.in_row("office", "shell:action.delete")
    console.confirm("shell:action.delete")
    console.sees(console.words("plugins:empty.title"))


def test_each_type_begins_with_data_that_only_need_what_is_their_operators(consoles, native, service):
    """What the forms and the examples hold is taken by the gateway as it stands, but for what must be filled in."""
    console = consoles()
    console.log_in("plugins")
    kinds = console.words.nouns["plugins"]["kind"]
    for number, (kind, words) in enumerate(kinds.items()):
        console.page.get_by_role("button", name=re.compile(console.words("shell:action.create"))).first.click()
        console.field("plugins:field.name").fill(f"p_{number}")
        if number:
            console.choose("plugins:field.type", words)
        if kind == "address_access":
            console.field("plugins:address.addresses").fill("10.0.0.0/8")
        look(console, f"plugin-new-{kind}")
        console.press("shell:action.submit")
        console.sees(console.words("plugins:attach.empty"))
        console.go("shell:nav.plugins")
    made = native.get("/plugins", sort="created")["items"]
    assert [plugin["type"] for plugin in made] == list(kinds)
    console.choose("plugins:field.type", kinds["replay_guard"])
    expect(console.page.get_by_role("row")).to_have_count(2, timeout=WAIT)
    # Each is edited as it was made, and nothing of it is lost.
    for plugin in made:
        console.open(f"plugins/{plugin['id']}")
        console.press("shell:action.edit")
        console.field("plugins:field.description").fill("seen")
        console.press("shell:action.submit")
        console.dialog_closes()
        after = native.get(f"/plugins/{plugin['id']}")
        assert (after["data"], after["description"]) == (plugin["data"], "seen")


def test_what_is_refused_inside_of_a_list_is_said_there(consoles, native):
    console = consoles()
    console.log_in("plugins")
    console.press("shell:action.create")
    console.field("plugins:field.name").fill("special")
    console.choose("plugins:field.type", console.words("plugins:kind.call_limit"))
    who, calls = (
        console.front.get_by_label(console.words(key), exact=True)
        for key in ("plugins:limit.who.addresses", "plugins:limit.calls")
    )
    for at in range(2):
        console.press("plugins:limit.add.addresses")
        who.nth(at).fill("192.0.2.7")
        calls.nth(at).fill("5")
    console.press("shell:action.submit")
    expect(console.front.locator(".ant-form-item-explain-error").first).to_be_visible(timeout=WAIT)
    who.nth(1).fill("192.0.2.8")
    console.press("shell:action.submit")
    console.sees(console.words("plugins:attach.empty"))
    assert native.get("/plugins")["items"][0]["data"]["addresses"] == [["192.0.2.7", 5], ["192.0.2.8", 5]]


def test_what_is_wrong_in_json_is_said_where_it_is_written(consoles, native):
    console = consoles()
    console.log_in("plugins")
    console.press("shell:action.create")
    console.field("plugins:field.name").fill("canary")
    console.choose("plugins:field.type", console.words("plugins:kind.routing"))
    text = console.field("plugins:json.label")
    data = json.loads(text.input_value())
    text.fill("{")
    console.sees(console.words("plugins:json.json", detail="")[:12])
    text.fill("[]")
    console.sees(console.words("plugins:json.object"))
    data["routes"][0]["condition"] = "header."
    text.fill(json.dumps(data))
    console.press("shell:action.submit")
    console.sees(re.compile("routes.0.condition: "))
    look(console, "plugin-json-wrong")
    data["routes"][0]["condition"] = "header.beta = 'yes'"
    text.fill(json.dumps(data))
    console.press("shell:action.submit")
    console.sees(console.words("plugins:attach.empty"))
    assert native.get("/plugins")["items"][0]["data"]["routes"][0]["name"] == "canary"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_application_gets_its_pair_calls_what_it_may_and_is_given_another(consoles, gateway, native, service, language):
    console = consoles(language)
    console.log_in("applications")
    console.sees(console.words("applications:empty.title"))
    look(console, f"applications-empty-{language}")
    console.press("shell:action.create")
    console.field("applications:field.name").fill("mobile")
    console.press("shell:action.submit")
    console.sees(console.words("applications:made.title"))
    (made,) = native.get("/applications")["items"]
    secret = native.post(f"/applications/{made['id']}/reveal")["secret"]
    console.sees(secret)
    look(console, f"application-made-{language}")
    console.press("shell:action.close")
    console.dialog_closes()
    expect(console.page.get_by_text(secret)).to_have_count(0)
    row = console.row("mobile")
    row.get_by_role("button", name=re.compile("^" + console.words("shell:action.show"))).click()
    console.sees(secret)
    row.get_by_role("button", name=re.compile(console.words("shell:action.hide"))).click()

    console.in_row("mobile", "applications:bind.action")
    place(console, "apps")
    look(console, f"application-bind-{language}")
    console.press("shell:action.submit")
    console.dialog_closes()
    look(console, f"applications-{language}")
    console.open(f"services/{service['id']}/apis/{service['apps']}/debug")
    console.sees("mobile")
    console.press("debug:request.send")
    console.sees("200")
    look(console, f"debug-application-{language}")
    console.page.get_by_role("tab", name=console.words("debug:tab.decisions"), exact=True).click()
    console.sees(console.words("debug:told.application", key=made["id"]))

    console.open(f"applications/{made['id']}")
    expect(console.row("apps")).to_contain_text("shop", timeout=WAIT)
    look(console, f"application-{language}")
    console.press("applications:rotate.action")
    console.front.get_by_text(console.words("applications:rotate.manual"), exact=True).click()
    console.field_of("ApiAppSecret").fill("a_secret_of_old")
    look(console, f"application-rotate-{language}")
    console.front.get_by_role("button", name=console.words("applications:rotate.action")).click()
    console.sees(console.words("applications:made.rotated"))
    console.press("shell:action.close")
    console.dialog_closes()
    assert native.post(f"/applications/{made['id']}/reveal")["secret"] == "a_secret_of_old"
    console.press("shell:action.delete")
    console.sees(console.words("applications:delete.bound", count=1))
    console.press("shell:action.cancel")
    console.dialog_closes()
    console.in_row("apps", "applications:unbind.action")
    console.confirm("applications:unbind.action")
    console.sees(console.words("applications:bind.empty"))
    console.press("shell:action.delete")
    console.confirm("shell:action.delete")
    console.sees(console.words("applications:empty.title"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_ip_strategy_decides_for_apis_of_a_service(consoles, gateway, native, service, language):
    console = consoles(language)
    console.log_in(f"services/{service['id']}/strategies")
    console.sees(console.words("strategies:empty.title"))
    look(console, f"strategies-empty-{language}")
    console.press("shell:action.create")
    console.field("strategies:field.name").fill("office")
    console.field("strategies:field.addresses").fill("10.0.0.0/8\n192.0.2.7")
    look(console, f"strategy-new-{language}")
    console.press("shell:action.submit")
    console.dialog_closes()
    console.in_row("office", "strategies:bind.action")
    console.choose("plans:environments.environment", console.words("services:environment.release"))
    console.front.get_by_label(re.compile("^open")).check()
    console.press("shell:action.submit")
    console.dialog_closes()
    assert status(gateway, service, "/open") == 403
    look(console, f"strategies-{language}")
    console.row("office").get_by_role("button", name=console.words("strategies:bound.open", name="office", count=1)).click()
    console.sees(console.words("strategies:bound.title", name="office"))
    look(console, f"strategy-bound-{language}")
    console.press("strategies:unbind.action")
    console.sees(console.words("strategies:unbind.title", api="open"))
    console.confirm("strategies:unbind.action")
    console.sees(console.words("strategies:bound.empty"))
    console.press("shell:action.close")
    console.dialog_closes()
    assert status(gateway, service, "/open") == 200
    console.in_row("office", "shell:action.delete")
    console.confirm("shell:action.delete")
    console.sees(console.words("strategies:empty.title"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_api_document_is_made_shared_given_another_password_and_deleted(consoles, native, service, language):
    console = consoles(language)
    console.log_in("documents")
    console.sees(console.words("documents:empty.title"))
    look(console, f"documents-empty-{language}")
    console.press("shell:action.create")
    console.field("documents:field.name").fill("Shop guide")
    console.choose("plans:environments.service", "shop")
    console.front.get_by_label(re.compile("^open")).check()
    look(console, f"document-new-{language}")
    console.press("shell:action.submit")
    console.sees(console.words("documents:share.title"))
    (made,) = native.get("/api-documents")["items"]
    password = native.post(f"/api-documents/{made['id']}/reveal")["password"]
    console.sees(password)
    console.sees(made["address"])
    look(console, f"document-made-{language}")
    console.press("shell:action.close")
    console.dialog_closes()
    look(console, f"documents-{language}")
    console.in_row("Shop guide", "documents:build.action")
    console.sees(console.words("documents:build.done"))
    assert native.get(f"/api-documents/{made['id']}")["builds"] == 2
    console.in_row("Shop guide", "documents:reset.action")
    console.confirm("documents:reset.action")
    console.sees(console.words("documents:share.reset"))
    console.press("shell:action.close")
    console.dialog_closes()
    assert native.post(f"/api-documents/{made['id']}/reveal")["password"] != password
    console.in_row("Shop guide", "shell:action.edit")
    console.field("documents:field.name").fill("Shop book")
    console.press("shell:action.submit")
    console.dialog_closes()
    console.in_row("Shop book", "shell:action.delete")
    console.confirm("shell:action.delete")
    console.sees(console.words("documents:empty.title"))


def test_a_plan_of_an_environment_is_demoted_to_its_apis(consoles, native, service):
    plan = native.post("/usage-plans", {"name": "gold"})["id"]
    native.post(f"/usage-plans/{plan}/bindings", {"service": service["id"], "environment": "release"})
    console = consoles()
    console.log_in(f"services/{service['id']}/plans")
    console.in_row("gold", "plans:ofService.demote.action")
    look(console, "plan-demote")
    console.press("plans:ofService.demote.action")
    console.dialog_closes()
    console.sees(console.words("plans:environments.api", api="open"))
    bound = native.get(f"/services/{service['id']}/bindings")["items"]
    assert {binding["api_name"] for binding in bound} == {"open", "apps"}


def test_who_only_looks_is_offered_no_change(consoles, native, service):
    native.post("/operators", {"name": "viewer", "password": PASSWORD, "role": "viewer"})
    native.post("/applications", {"name": "mobile"})
    plugin = native.post("/plugins", {"name": "once", "type": "replay_guard", "data": {}})["id"]
    console = consoles()
    console.log_in("applications", name="viewer")
    console.sees("mobile")
    for name in ("shell:action.create", "shell:action.delete", "shell:action.show"):
        expect(console.page.get_by_role("button", name=re.compile(console.words(name)))).to_have_count(0)
    console.open(f"plugins/{plugin}")
    console.sees("once")
    look(console, "plugin-viewer")
    expect(console.page.get_by_role("button", name=console.words("shell:action.edit"))).to_have_count(0)
