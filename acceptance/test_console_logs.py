"""The log of calls in the console, in a real browser: searched, opened, and watched live."""

import pytest
from playwright.sync_api import expect

from stand.browser import WAIT, look
from stand.native import Native
from stand.patience import until
from stand.signing import date_source
from stand.site import Site
from stand.wire import call

ROWS = ".log-table tbody tr.ant-table-row"


@pytest.fixture
def site(gateway, backend):
    """A service of two APIs, published, and its key."""
    site = Site(gateway, backend, ServiceName="shop")
    site.api(path="/orders", name="list_orders", to="/orders", AuthType="SECRET")
    site.api(path="/health", name="health", mock="fine")
    site.release()
    site.pair = site.key(SecretName="mobile")
    site.plan(site.pair[0])
    site.native = Native(gateway.admin)
    return site


@pytest.fixture
def called(site):
    """Two signed calls, one without a signature, one open one; all of them found."""
    for _ in range(2):
        assert call(site.gateway.http, "POST", "/orders", site.host, date_source(*site.pair), b"12345").status == 200
    assert call(site.gateway.http, "GET", "/orders", site.host).status == 401
    site.last = call(site.gateway.http, "GET", "/health/deep", site.host)
    assert site.last.status == 200
    until(lambda: len(site.native.get("/logs")["items"]) == 4, "four calls are found")
    return site


def rows(console, count):
    """The rows, once there are so many."""
    found = console.page.locator(ROWS)
    expect(found).to_have_count(count, timeout=WAIT)
    return found


def choose(console, key, option):
    """Chooses in a select that is named by its hint."""
    field = console.page.get_by_role("combobox", name=console.words(key))
    field.click()
    if key == "logs:condition.refusal":
        # A long list shows its beginning; the rest is found by writing.
        field.fill(option)
    console.page.locator(".ant-select-dropdown:visible .ant-select-item-option").filter(has_text=option).first.click()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_calls_are_found_by_each_condition_and_opened(consoles, called, language):
    console = consoles(language)
    console.log_in(f"services/{called.id}/apis")
    tabs = console.page.get_by_role("navigation", name=console.words("services:tab.label"))
    tabs.get_by_role("link", name=console.words("services:tab.logs"), exact=True).click()
    rows(console, 4)
    look(console, f"logs-{language}")

    choose(console, "logs:condition.outcome", console.words("logs:outcome.refused"))
    expect(rows(console, 1).first).to_contain_text(console.words("refusals:name.signature_missing"))
    console.press("logs:clear")
    choose(console, "logs:condition.key", "mobile")
    rows(console, 2)
    console.press("logs:clear")
    choose(console, "logs:condition.api", "health")
    rows(console, 1)
    console.press("logs:clear")
    console.page.get_by_label(console.words("logs:condition.path"), exact=True).fill("/ord")
    rows(console, 3)
    console.press("logs:clear")
    choose(console, "logs:condition.refusal", console.words("refusals:name.signature_missing"))
    rows(console, 1)
    console.press("logs:clear")
    console.page.get_by_label(console.words("logs:condition.q"), exact=True).fill("no such text")
    console.sees(console.words("logs:empty.narrow"))
    look(console, f"logs-none-{language}")
    console.page.get_by_label(console.words("logs:condition.q"), exact=True).fill(called.last.header("X-Api-RequestId"))
    rows(console, 1).first.locator(".log-open").click()
    drawer = console.page.get_by_role("dialog", name=console.words("logs:drawer.title"))
    expect(drawer).to_contain_text("/health/deep")
    expect(drawer).to_contain_text(called.last.header("X-Api-RequestId"))
    look(console, f"log-{language}")
    console.page.keyboard.press("Escape")
    expect(drawer).to_be_hidden(timeout=WAIT)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_calls_are_watched_as_they_are_answered(consoles, site, language):
    console = consoles(language)
    console.log_in("logs")
    console.sees(console.words("logs:empty.title"))
    look(console, f"logs-empty-{language}")
    console.page.get_by_role("switch", name=console.words("logs:live.switch")).click()
    console.sees(console.words("logs:live.open"))
    expect(console.page.get_by_text(console.words("logs:empty.live")).first).to_be_visible(timeout=WAIT)
    for _ in range(3):
        assert call(site.gateway.http, "GET", "/health", site.host).status == 200
    assert call(site.gateway.http, "GET", "/nowhere", site.host).status == 404
    found = rows(console, 4)
    expect(found.filter(has_text="/nowhere")).to_have_count(1)
    assert console.faults_of_access() == []
    choose(console, "logs:condition.outcome", console.words("logs:outcome.4xx"))
    console.sees(console.words("logs:live.open"))
    expect(console.page.locator(ROWS)).to_have_count(0)
    # The stream is opened anew for the condition; until it is, nothing is watched.
    def again():
        call(site.gateway.http, "GET", "/health", site.host)
        call(site.gateway.http, "GET", "/nowhere", site.host)
        return console.page.locator(ROWS).count()

    until(again, "a call meets the condition", pause=0.2)
    expect(console.page.locator(ROWS).filter(has_text="/health")).to_have_count(0)


def test_a_long_log_goes_on_page_by_page(consoles, site):
    for number in range(60):
        call(site.gateway.http, "GET", f"/health/{number}", site.host)
    until(lambda: len(site.native.get("/logs", limit=100)["items"]) == 60, "60 calls are found")
    console = consoles()
    console.log_in(f"services/{site.id}/logs")
    rows(console, 50)
    console.press("logs:older")
    rows(console, 60)
    expect(console.button("logs:older")).to_have_count(0)


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1280), ("light", 820)])
def test_the_log_is_for_other_colours_and_a_tablet_too(consoles, called, scheme, width):
    console = consoles(scheme=scheme, width=width)
    console.log_in("logs")
    found = rows(console, 4)
    look(console, f"logs-{scheme}-{width}")
    assert console.page.evaluate("document.documentElement.scrollWidth") <= width
    found.filter(has_text="401").locator(".log-open").click()
    console.sees(console.words("logs:drawer.title"))
    look(console, f"log-{scheme}-{width}")


def test_a_log_that_is_switched_off_says_so(gateways, browser):
    console = browser.console(gateways("--call-log-size", "0"))
    console.log_in("logs")
    console.sees("call_log_size")
    console.close()
