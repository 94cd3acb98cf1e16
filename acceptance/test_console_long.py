"""The console of a gateway with 2,000 services and 21,000 APIs: no list loads all of them, each finds what is searched for."""

import json

import pytest
from playwright.sync_api import expect

from stand.browser import WAIT, is_built
from stand.native import Native

SERVICES = 2000
APIS = 10
# So many services are brought in at once.
PART = 100
# The most that any list asks for at once.
MOST = 100


def configuration():
    """Services `service_0000` and on; the first has a thousand APIs more, to be paged through."""

    def api(number):
        backend = {"type": "mock", "body": "hello"}
        name = f"api_{number:04}"
        return {"definition": {"name": name, "path": f"/{name}", "method": "GET", "auth": "none", "backend": backend}}

    def service(number):
        count = APIS + (1000 if number == 0 else 0)
        return {"name": f"service_{number:04}", "apis": [api(one) for one in range(count)]}

    return [service(number) for number in range(SERVICES)]


class Listener:
    """What the page asks the native API for, and how much it gets."""

    def __init__(self, page):
        self.longest = 0
        self.answers = 0
        page.on("response", self._heard)

    def _heard(self, answer):
        if "/api/v1/" in answer.url and answer.request.method == "GET" and answer.ok:
            body = answer.json()
            self.answers += 1
            self.longest = max(self.longest, len(body.get("items", [])) if isinstance(body, dict) else 0)


@pytest.fixture
def crowded(gateways):
    """A gateway that holds all of it."""
    gateway = gateways("--max-services", str(SERVICES), "--max-apis-per-service", "2000")
    if not is_built(gateway):
        pytest.skip("the binary was built without the console: make console")
    native = Native(gateway.admin)
    services = configuration()
    for start in range(0, SERVICES, PART):
        applied = native.http.put(
            f"{native.base}/api/v1/configuration",
            data=json.dumps({"services": services[start : start + PART]}),
            headers={"Content-Type": "application/json", "If-Match": "*"},
            timeout=600,
        )
        assert applied.status_code == 200, applied.text
    return gateway


def painted(page):
    """When the page's first content was painted, in milliseconds after it was asked for."""
    first = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    return page.wait_for_function(first, timeout=WAIT).json_value()


def test_long_lists_are_never_loaded_whole(browser, crowded, record_property, capsys):
    console = browser.console(crowded, "en")
    page = console.page
    told = {}
    try:
        console.log_in("services")
        heard = Listener(page)
        console.open("services")
        expect(console.row("service_0000")).to_be_visible(timeout=WAIT)
        told["services, first paint"] = painted(page)
        told["services, rows there"] = page.evaluate("performance.now()")
        console.sees(f"{SERVICES} entries")
        expect(page.locator(".ant-table-row")).to_have_count(50, timeout=WAIT)

        console.press("shell:list.nextPage")
        expect(console.row("service_0050")).to_be_visible(timeout=WAIT)
        expect(page.get_by_role("row").filter(has_text="service_0000")).to_have_count(0, timeout=WAIT)
        console.press("shell:list.previous")
        expect(console.row("service_0000")).to_be_visible(timeout=WAIT)

        page.get_by_label(console.words("services:search")).fill("service_1999")
        expect(console.row("service_1999")).to_be_visible(timeout=WAIT)
        expect(page.locator(".ant-table-row")).to_have_count(1, timeout=WAIT)

        page.get_by_label(console.words("services:search")).fill("service_0000")
        page.get_by_role("link", name="service_0000", exact=True).click()
        expect(console.row("api_0000")).to_be_visible(timeout=WAIT)
        console.sees(f"{APIS + 1000} entries")
        page.get_by_label(console.words("apis:list.search")).fill("api_1009")
        expect(console.row("api_1009")).to_be_visible(timeout=WAIT)
        expect(page.locator(".ant-table-row")).to_have_count(1, timeout=WAIT)

        page.locator(".tabs").get_by_role("link", name=console.words("services:tab.plans")).click()
        console.press("plans:ofService.bind")
        console.front.get_by_text(console.words("plans:environments.single"), exact=True).click()
        console.sees(console.words("plans:apis.found", count=APIS + 1000))
        console.front.get_by_label(console.words("plans:apis.search")).fill("api_0777")
        expect(console.front.get_by_role("checkbox")).to_have_count(1, timeout=WAIT)
        console.front.get_by_role("checkbox").check()
        console.sees(console.words("plans:apis.chosen", count=1))

        page.get_by_role("dialog").press("Escape")
        console.press("shell:unsaved.leave")
        console.go("services:tab.environments")
        expect(console.row("/api_0000")).to_be_visible(timeout=WAIT)
        assert heard.answers > 5
        assert heard.longest <= MOST, f"a list asked for {heard.longest} at once"
    finally:
        console.close()
    with capsys.disabled():
        for what, milliseconds in told.items():
            record_property(what, round(milliseconds))
            print(f"\n  {what}: {milliseconds:.0f} ms", end="")


def test_the_first_page_is_painted_soon(consoles, record_property, capsys):
    console = consoles()
    console.open()
    console.sees(console.words("account:logIn"))
    told = {"login, form there": console.page.evaluate("performance.now()"), "login, first paint": painted(console.page)}
    console.log_in()
    console.sees(console.words("overview:start.title"))
    console.open()
    console.sees(console.words("overview:start.title"))
    told["overview, first paint"] = painted(console.page)
    # How fast it is decides nothing here, the report tells it; that it was painted at all is seen.
    assert all(milliseconds > 0 for milliseconds in told.values())
    with capsys.disabled():
        for what, milliseconds in told.items():
            record_property(what, round(milliseconds))
            print(f"\n  {what}: {milliseconds:.0f} ms", end="")
