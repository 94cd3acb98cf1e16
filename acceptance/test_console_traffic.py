"""What was called, in the console, in a real browser: charts, the busiest, the reasons of refusals, each in words and as a table."""

import pytest
from playwright.sync_api import expect

from stand.browser import WAIT, look
from stand.native import Native
from stand.patience import until
from stand.signing import date_source
from stand.site import Site
from stand.wire import call


@pytest.fixture
def site(gateway, backend):
    """A service of two APIs, published."""
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
    """Called 20 times: 9 signed, 5 open, 3 without a signature, 3 to nowhere; all of it counted."""
    address = site.gateway.http
    for _ in range(9):
        assert call(address, "POST", "/orders", site.host, date_source(*site.pair), b"12345").status == 200
    for _ in range(5):
        assert call(address, "GET", "/health", site.host).status == 200
    for _ in range(3):
        assert call(address, "GET", "/orders", site.host).status == 401
        assert call(address, "GET", "/nowhere", site.host).status == 404
    until(lambda: site.native.get("/traffic")["counts"]["calls"] == 20, "20 calls are counted")
    return site


def chart(console, key):
    """The card of a chart."""
    return console.page.locator("section.chart").filter(
        has=console.page.get_by_role("heading", name=console.words(key), exact=True)
    )


def sum_of(console, key):
    """The figure with this name."""
    return console.page.locator(".sum").filter(has_text=console.words(key)).locator(".sum-value")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_overview_tells_what_is_called_and_what_callers_complain_of(consoles, called, language):
    console = consoles(language)
    console.log_in("overview?range=1h")
    expect(sum_of(console, "monitoring:sum.calls")).to_have_text("20", timeout=WAIT)
    expect(sum_of(console, "monitoring:sum.errors")).to_have_text("30%")
    for key in ("calls", "latency", "errors", "bytes"):
        expect(chart(console, f"monitoring:chart.{key}")).to_be_visible()
    console.sees(console.words("refusals:name.signature_missing"))
    console.sees(console.words("refusals:name.no_api"))
    look(console, f"overview-{language}")

    calls = chart(console, "monitoring:chart.calls")
    calls.get_by_role("button").click()
    table = calls.get_by_role("table")
    expect(table).to_contain_text("14")
    look(console, f"overview-table-{language}")
    calls.get_by_role("button").click()
    calls.locator(".chart-box").focus()
    console.page.keyboard.press("End")
    expect(calls.locator(".chart-told")).to_be_visible()

    console.page.get_by_role("link", name="list_orders").click()
    expect(sum_of(console, "monitoring:sum.calls")).to_have_text("12", timeout=WAIT)
    assert "/monitoring?" in console.page.url and called.apis["list_orders"] in console.page.url


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_service_is_watched_by_environment_api_key_and_time(consoles, called, language):
    console = consoles(language)
    console.log_in(f"services/{called.id}/apis")
    console.go("services:tab.monitoring")
    expect(sum_of(console, "monitoring:sum.calls")).to_have_text("20", timeout=WAIT)
    look(console, f"monitoring-{language}")
    choose(console, "monitoring:narrow.api", "health")
    expect(sum_of(console, "monitoring:sum.calls")).to_have_text("5", timeout=WAIT)
    choose(console, "monitoring:narrow.key", "mobile")
    expect(sum_of(console, "monitoring:sum.calls")).to_have_text("9", timeout=WAIT)
    assert "api=" not in console.page.url, "calls are counted by API and by key, not by both"
    for name in ("1h", "7d", "30d"):
        console.page.locator(".ant-segmented-item").filter(has_text=console.words(f"monitoring:range.{name}")).click()
        expect(sum_of(console, "monitoring:sum.calls")).to_have_text("9", timeout=WAIT)
        assert f"range={name}" in console.page.url
    choose(console, "monitoring:narrow.environment", console.words("services:environment.test"))
    console.sees(console.words("monitoring:empty.narrow"))
    look(console, f"monitoring-none-{language}")


def choose(console, key, option):
    """Chooses in a select that is named by its hint."""
    console.page.get_by_role("combobox", name=console.words(key)).click()
    console.page.locator(".ant-select-dropdown:visible .ant-select-item-option").filter(has_text=option).first.click()


def test_where_nothing_is_called_it_says_how_to_begin(consoles, site):
    console = consoles()
    console.log_in(f"services/{site.id}/monitoring")
    console.sees(console.words("monitoring:empty.title"))
    look(console, "monitoring-empty-en")
    console.press("monitoring:empty.debug")
    console.in_row("/health", "debug:open")
    console.open("overview")
    console.sees(console.words("overview:calls.none"))
    look(console, "overview-none-en")


def test_series_that_are_switched_off_say_so(gateways, browser):
    gateway = gateways("--traffic-days", "0")
    console = browser.console(gateway)
    console.log_in("overview")
    console.sees("traffic_days")
    console.close()


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1280), ("light", 820)])
def test_charts_are_for_other_colours_and_a_tablet_too(consoles, called, scheme, width):
    console = consoles(scheme=scheme, width=width)
    console.log_in("overview?range=1h")
    for place in ("overview?range=1h", f"services/{called.id}/monitoring?range=1h"):
        console.open(place)
        expect(sum_of(console, "monitoring:sum.calls")).to_have_text("20", timeout=WAIT)
        look(console, f"{place.partition('?')[0].split('/')[-1]}-{scheme}-{width}")
        assert console.page.evaluate("document.documentElement.scrollWidth") <= width
