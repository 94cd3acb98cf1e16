"""The console in a real browser: the whole Getting Started guide in both languages, access for everybody, the door."""

import re
import urllib.request

import pytest
import requests
from apigateway.auth import Auth
from playwright.sync_api import expect

from stand.browser import WAIT, is_built, look
from stand.dns import point_here
from stand.gateway import PASSWORD
from stand.patience import until


# What another tab does: the cookie is the browser's.
LOG_IN = """entry => {
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify(entry);
    return fetch('/api/v1/session', { method: 'POST', headers, body }).then((answer) => answer.status);
}"""


class Guide:
    """The guide, walked by somebody who reads nothing but the screen."""

    def __init__(self, console, gateway, backend):
        self.console = console
        self.words = console.words
        self.gateway = gateway
        self.backend = backend

    def look(self, name):
        look(self.console, f"{name}-{self.words.language}")

    def call(self, path="/hello/tollgate", environment="release"):
        """A call from outside of the browser, signed by the vendor's signer."""
        self.gateway.settle()
        url = f"http://{self.gateway.host(self.service)}:{self.gateway.http[1]}/{environment}{path}"
        return requests.get(url, headers=Auth(*self.pair, {"Source": "guide"}).generateHeaders(), timeout=30)

    # --- the chapters, in the guide's order ---

    def log_in(self):
        console = self.console
        console.open()
        self.look("login")
        console.log_in()
        console.sees(self.words("overview:start.title"))
        self.look("start")

    def create_service(self):
        console = self.console
        console.go("shell:nav.services")
        console.sees(self.words("services:empty.title"))
        self.look("services-empty")
        console.press("shell:action.create")
        console.field("services:field.name").fill("getting-started")
        console.sees(self.words("rules:nameSigns"))
        console.field("services:field.name").fill("getting_started")
        console.field("services:field.description").fill("The guide")
        self.look("service-new")
        console.press("shell:action.submit")
        console.sees(self.words("services:created.title"))
        console.press("services:created.go")
        console.sees(self.words("apis:empty.title"))
        self.service = re.search(r"service-\w{8}", console.page.url)[0]

    def edit_service(self):
        console = self.console
        console.press("shell:action.edit")
        console.field("services:field.description").fill("The guide, edited")
        console.press("shell:action.submit")
        console.dialog_closes()
        console.go("services:tab.info")
        console.sees("The guide, edited")
        self.look("service")
        console.go("services:tab.apis")

    def create_api(self):
        console = self.console
        console.press("shell:action.create")
        console.field("apis:field.name").fill("hello")
        console.field("apis:field.path").fill("hello")
        console.sees(self.words("rules:pathStart"))
        console.field("apis:field.path").fill("/hello/{name}")
        console.sees(self.words("apis:offer.title", count=1))
        console.press("apis:offer.declare")
        self.look("api-frontend")
        console.press("shell:action.next")
        console.field("apis:field.origin").fill("127.0.0.1/")
        console.sees(self.words("rules:originScheme"))
        console.field("apis:field.origin").fill(self.backend.url)
        console.field("apis:field.backendPath").fill("/greet/{name}")
        console.press("apis:constants.add")
        constants = console.page.get_by_role("table", name=self.words("apis:constants.title"))
        constants.get_by_label(self.words("apis:mappings.name")).fill("X-Guide")
        constants.get_by_label(self.words("apis:constants.value")).fill("yes")
        self.look("api-backend")
        console.press("shell:action.next")
        console.field("apis:field.successExample").fill('{"hello": "tollgate"}')
        self.look("api-response")
        console.press("shell:action.finish")
        console.sees("/greet/{name}")
        self.look("api")

    def publish(self, remark, name=None):
        console = self.console
        console.open(f"services/{self.service}/environments")
        console.sees(self.words("services:environments.history"))
        console.page.locator(".page-head").get_by_role("button", name=self.words("services:action.publish")).or_(
            console.page.locator(".page-head .ant-btn-primary")
        ).first.click()
        console.choose("services:publish.environment", self.words("services:environment.release"))
        console.front.locator("textarea").fill(remark)
        console.front.locator(".change").first.wait_for()
        if name:
            self.look(name)
        console.press("services:action.publish")
        console.dialog_closes()
        console.sees(remark)

    def create_key(self):
        console = self.console
        console.go("shell:nav.keys")
        console.sees(self.words("keys:empty.title"))
        self.look("keys-empty")
        console.press("shell:action.create")
        console.field("keys:field.name").fill("first_caller")
        self.look("key-new")
        console.press("shell:action.submit")
        console.sees(self.words("keys:made.title"))
        self.look("key-made")
        shown = console.front.locator(".copyable-text")
        self.pair = (shown.nth(0).inner_text(), shown.nth(1).inner_text())
        assert len(self.pair[1]) >= 32
        console.press("shell:action.close")
        row = console.row("first_caller")
        expect(row).to_contain_text(self.pair[0], timeout=WAIT)
        expect(row).to_contain_text("*****", timeout=WAIT)
        row.get_by_role("button", name=re.compile(self.words("shell:action.show"))).click()
        expect(row).to_contain_text(self.pair[1], timeout=WAIT)
        row.get_by_role("button", name=re.compile(self.words("shell:action.hide"))).click()
        expect(row).not_to_contain_text(self.pair[1], timeout=WAIT)
        self.look("keys")

    def create_plan(self):
        console = self.console
        console.go("shell:nav.plans")
        console.sees(self.words("plans:empty.title"))
        self.look("plans-empty")
        console.press("shell:action.create")
        console.field("plans:field.name").fill("starter")
        rate, quota = console.front.locator("[id$='_rate']"), console.front.locator("[id$='_quota']")
        rate.fill("2001")
        console.sees(self.words("rules:range", min=1, max=2000))
        rate.fill("500")
        console.front.get_by_role("switch").nth(1).click()
        quota.fill("10000")
        self.look("plan-new")
        console.press("shell:action.submit")
        console.sees(self.words("plans:keys.empty"))
        self.look("plan-keys-empty")

    def bind(self):
        console = self.console
        console.press("plans:keys.bind")
        console.front.get_by_label("first_caller").check()
        console.sees(self.words("plans:keys.chosen", count=1))
        self.look("plan-bind")
        console.press("shell:action.submit")
        console.dialog_closes()
        console.sees("first_caller")
        self.look("plan-keys")
        console.open(f"services/{self.service}/plans")
        console.sees(self.words("plans:ofService.empty"))
        console.press("plans:ofService.bind")
        console.choose("plans:environments.environment", self.words("services:environment.release"))
        console.front.get_by_label("starter").check()
        self.look("service-bind")
        console.press("shell:action.submit")
        console.dialog_closes()
        console.sees("starter")
        self.look("service-plans")

    def call_from_outside(self):
        answer = self.call()
        assert answer.status_code == 200, answer.text
        seen = self.backend.seen
        assert seen.path == "/greet/tollgate"
        assert seen.header("X-Guide") == "yes"
        console = self.console
        console.go("shell:nav.plans")
        self.look("plans")
        console.page.get_by_role("link", name="starter").click()
        used = re.compile(r"^1\s*/\s*10,000$")
        until(lambda: console.page.reload() and used.match(self.used()), "the plan counts the call")
        self.look("plan")

    def used(self):
        """How much of the plan's quota is used, as the page tells it."""
        self.console.settled()
        return self.console.page.locator(".quota .figures").inner_text().strip()

    def roll_back(self):
        console = self.console
        console.open(f"services/{self.service}/apis")
        self.look("service-apis")
        console.in_row("/hello/{name}", "shell:action.edit")
        expect(console.field("apis:field.path")).to_have_value("/hello/{name}", timeout=WAIT)
        console.press("shell:action.next")
        console.field("apis:field.backendPath").fill("/changed/{name}")
        console.press("shell:action.next")
        console.press("shell:action.finish")
        console.sees("/changed/{name}")
        assert self.call().status_code == 200
        assert self.backend.seen.path == "/greet/tollgate", "an edit alone changes nothing for callers"
        self.publish("second", "publish")
        self.call()
        assert self.backend.seen.path == "/changed/tollgate"
        console.in_row("/release", "services:action.switch")
        console.choose("services:switch.version", "first")
        console.front.locator(".change").first.wait_for()
        self.look("switch")
        console.press("shell:action.submit")
        console.dialog_closes()
        self.call()
        assert self.backend.seen.path == "/greet/tollgate", "the older version runs again"
        console.settled()
        self.look("environments")
        console.go("services:tab.versions")
        console.sees("second")
        self.look("versions")

    def delete(self):
        console = self.console
        console.go("shell:nav.services")
        console.in_row("getting_started", "shell:action.delete")
        console.sees(self.words("services:delete.hindered"))
        assert not console.button("shell:action.delete").is_enabled()
        self.look("service-delete")
        console.front.get_by_role("link").filter(has_text=self.words("services:environment.release")).click()
        console.in_row("/release", "services:action.offline")
        console.confirm("services:action.offline")
        console.dialog_closes()
        assert self.call().status_code >= 400
        console.go("shell:nav.plans")
        console.in_row("starter", "shell:action.delete")
        console.sees(self.words("plans:delete.hindered"))
        self.look("plan-delete")
        console.front.get_by_role("link").nth(1).click()
        console.in_row("getting_started", "plans:environments.unbind")
        console.confirm("plans:environments.unbind")
        console.sees(self.words("plans:environments.empty"))
        console.go("plans:tab.keys")
        console.in_row("first_caller", "plans:keys.unbind")
        console.confirm("plans:keys.unbind")
        console.sees(self.words("plans:keys.empty"))
        console.press("shell:action.delete")
        console.confirm("shell:action.delete")
        console.sees(self.words("plans:empty.title"))
        console.go("shell:nav.keys")
        console.in_row("first_caller", "keys:action.disable")
        console.confirm("keys:action.disable")
        console.sees(self.words("keys:state.disabled"))
        console.in_row("first_caller", "shell:action.delete")
        console.confirm("shell:action.delete")
        console.sees(self.words("keys:empty.title"))
        console.open(f"services/{self.service}/apis")
        console.in_row("/hello/{name}", "shell:action.delete")
        console.confirm("shell:action.delete")
        console.sees(self.words("apis:empty.title"))
        console.press("shell:action.delete")
        console.confirm("shell:action.delete")
        console.sees(self.words("services:empty.title"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_guide_is_walked_from_the_first_service_to_its_end(consoles, gateway, backend, language, monkeypatch):
    point_here(monkeypatch)
    guide = Guide(consoles(language), gateway, backend)
    guide.log_in()
    guide.create_service()
    guide.edit_service()
    guide.create_api()
    guide.publish("first")
    guide.create_key()
    guide.create_plan()
    guide.bind()
    guide.call_from_outside()
    guide.roll_back()
    guide.delete()


def test_a_session_that_ends_takes_nothing_along_that_was_entered(consoles):
    console = consoles()
    console.log_in("services")
    console.press("shell:action.create")
    console.field("services:field.name").fill("kept_name")
    console.context.clear_cookies()
    console.press("shell:action.submit")
    console.sees(console.words("account:again.title"))
    look(console, "again")
    console.field("account:password").fill("not the password")
    console.press("account:logIn")
    console.sees(console.words("problems:wrong_login"))
    console.field("account:password").fill(PASSWORD)
    console.press("account:logIn")
    expect(console.page.get_by_role("dialog")).to_have_count(1, timeout=WAIT)
    expect(console.field("services:field.name")).to_have_value("kept_name", timeout=WAIT)
    console.press("shell:action.submit")
    console.sees(console.words("services:created.title"))


def test_a_change_is_made_after_the_operator_has_logged_in_anew_in_another_tab(consoles):
    console = consoles()
    console.log_in("services")
    console.press("shell:action.create")
    console.field("services:field.name").fill("two_tabs")
    assert console.page.evaluate(LOG_IN, {"name": "admin", "password": PASSWORD}) == 201
    console.press("shell:action.submit")
    console.sees(console.words("services:created.title"))


def test_whoever_is_logged_out_already_can_log_out(consoles):
    console = consoles()
    console.log_in("about")
    console.sees("Apache-2.0")
    console.context.clear_cookies()
    console.page.get_by_role("button", name=console.words("account:menu", name="admin")).click()
    console.page.get_by_role("menuitem", name=console.words("account:logOut")).click()
    console.sees(console.words("account:title"))


def test_a_wrong_password_is_told_and_a_place_is_come_back_to(consoles):
    console = consoles()
    console.open("services?q=none")
    console.field("account:name").fill("admin")
    console.field("account:password").fill("wrong")
    console.press("account:logIn")
    console.sees(console.words("account:wrong"))
    look(console, "login-wrong")
    console.field("account:password").fill(PASSWORD)
    console.page.keyboard.press("Enter")
    console.sees(console.words("shell:list.nothing"))
    assert console.page.url.endswith("/console/services?q=none")


def test_leaving_a_form_half_filled_asks_first(consoles, cloud):
    service = cloud.CreateService(ServiceName="half", Protocol="http")["ServiceId"]
    console = consoles()
    console.log_in(f"services/{service}/apis/new")
    console.field("apis:field.name").fill("half_an_api")
    console.go("shell:nav.overview")
    console.sees(console.words("shell:unsaved.title"))
    console.press("shell:unsaved.stay")
    expect(console.dialogs).to_have_count(0, timeout=WAIT)
    expect(console.field("apis:field.name")).to_have_value("half_an_api", timeout=WAIT)
    console.go("shell:nav.overview")
    console.press("shell:unsaved.leave")
    console.sees(console.words("overview:start.title"))


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1280), ("light", 820)])
def test_other_colours_and_a_tablet_are_for_everybody_too(consoles, cloud, scheme, width):
    service = cloud.CreateService(ServiceName="tablet", Protocol="http&https")["ServiceId"]
    console = consoles(scheme=scheme, width=width)
    console.log_in()
    for place in ("overview", "services", f"services/{service}/info", f"services/{service}/apis/new"):
        console.open(place)
        console.sees("tablet" if place != "overview" else console.words("overview:start.title"))
        look(console, f"{place.split('/')[-1]}-{scheme}-{width}")
        wide = console.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{place} is {wide} wide"


def test_by_keyboard_alone_a_service_is_made(consoles):
    console = consoles()
    console.open()
    console.field("account:name").focus()
    keyboard = console.page.keyboard
    keyboard.type("admin")
    keyboard.press("Tab")
    keyboard.type(PASSWORD)
    keyboard.press("Enter")
    console.sees(console.words("overview:start.title"))
    console.page.get_by_role("link", name=console.words("shell:nav.services"), exact=True).focus()
    keyboard.press("Enter")
    console.sees(console.words("services:empty.title"))
    # The page was given the focus, so the next stop is its first control.
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(console.field("services:field.name")).to_be_focused(timeout=WAIT)
    keyboard.type("by_keyboard")
    keyboard.press("Enter")
    console.sees(console.words("services:created.title"))
    keyboard.press("Escape")
    console.sees("by_keyboard")


def test_the_page_may_do_little_and_weighs_little(gateway):
    if not is_built(gateway):
        pytest.skip("the binary was built without the console: make console")
    status, headers, page = gateway.get("/console/")
    policy = headers["Content-Security-Policy"]
    assert status == 200
    assert "unsafe" not in policy
    assert re.search(r"default-src 'none'; script-src 'self';", policy)
    nonce = re.search(r"'nonce-([0-9a-f]{32})'", policy)[1]
    assert nonce in page
    assert nonce not in gateway.get("/console/")[2], "each answer draws its own"
    assert gateway.get("/console/services/anything")[0] == 200, "a place of the page"
    assert gateway.get("/console/assets/none.js")[0] == 404
    seen, todo, weight = set(), re.findall(r'"/console/(assets/[^"]+)"', page), 0
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        request = urllib.request.Request(f"http://{gateway.admin}/console/{name}", headers={"Accept-Encoding": "br"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            weight += len(answer.read())
            assert "immutable" in answer.headers["Cache-Control"]
        with urllib.request.urlopen(f"http://{gateway.admin}/console/{name}", timeout=30) as plain:
            text = plain.read().decode("latin-1")
        if name.endswith((".js", ".css")):
            todo += [f"assets/{found}" for found in re.findall(r"(?:assets/|\./)([\w.-]+\.(?:js|css|woff2))", text)]
    assert len(seen) > 10
    assert weight < 1_500_000, f"{weight} bytes in {len(seen)} files"
