"""Debug calls in the console, in a real browser: what is sent, what comes back, and why a call was refused."""

import json
import subprocess

import pytest
from playwright.sync_api import expect

from stand.browser import WAIT, look
from stand.gateway import PASSWORD
from stand.native import Native
from stand.site import Site
from stand.tokens import Issuer


@pytest.fixture
def site(gateway, backend):
    """A signed API that takes parameters everywhere, its key in a plan, and a mock; both in `release`."""
    site = Site(gateway, backend, ServiceName="shop")
    places = (("id", "PATH", True, None), ("page", "QUERY", False, "1"), ("X-Trace", "HEADER", False, None))
    site.api(
        path="/orders/{id}",
        name="get_order",
        method="ANY",
        to="/o/{id}",
        AuthType="SECRET",
        RequestParameters=[
            {
                "Name": name,
                "Position": place,
                "Type": "string",
                "Required": required,
                **({"DefaultValue": default} if default else {}),
                "Desc": "",
            }
            for name, place, required, default in places
        ],
        ServiceParameters=[
            {
                "Name": name,
                "Position": place,
                "RelevantRequestParameterName": name,
                "RelevantRequestParameterPosition": place,
            }
            for name, place, *_ in places
        ],
    )
    site.api(path="/mock", name="mock", mock='{"hello":"tollgate","list":[1,2,3]}')
    site.release()
    site.pair = site.key(SecretName="mobile")
    site.plan(site.pair[0])
    site.key(SecretName="stranger")
    return site


def send(console):
    """Sends what the form holds, and waits for what becomes of it."""
    console.press("debug:request.send")
    expect(console.page.locator(".debug-sums")).to_be_visible(timeout=WAIT)
    console.settled()


def tab(console, key):
    """Opens a part of the result."""
    console.page.get_by_role("tab", name=console.words(key), exact=True).click()


def status(console, expected):
    """Waits for the status that the call got."""
    expect(console.page.locator(".debug-status")).to_have_text(str(expected), timeout=WAIT)


def value(console, name):
    """The field of a declared parameter."""
    return console.page.locator(".debug-form").get_by_label(name, exact=False).first


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_signed_call_is_tried_and_everything_is_told(consoles, site, language):
    console = consoles(language)
    console.log_in(f"services/{site.id}/apis")
    console.in_row("/orders/{id}", "debug:open")
    console.sees(console.words("debug:empty.title"))
    look(console, f"debug-empty-{language}")
    expect(value(console, "page")).to_have_value("1")

    console.press("debug:request.send")
    console.sees(console.words("rules:empty"))
    assert site.backend.requests == [], "a path without its variable is not sent"

    value(console, "id").fill("4 2")
    value(console, "X-Trace").fill("t-1")
    console.choose("debug:field.method", "POST")
    console.press("debug:header.add")
    console.page.get_by_label(console.words("debug:header.name"), exact=True).fill("X-More")
    console.page.get_by_label(console.words("debug:header.value"), exact=True).fill("yes")
    console.page.locator(".debug-form textarea").fill('{"amount": 3}')
    site.backend.requests.clear()
    send(console)
    status(console, 200)
    seen = site.backend.seen
    assert (seen.method, seen.target) == ("POST", "/o/4%202?page=1")
    assert (seen.header("X-Trace"), seen.header("X-More")) == ("t-1", "yes")
    assert (seen.header("Content-Type"), seen.body) == ("application/json", '{"amount": 3}')
    look(console, f"debug-{language}")

    tab(console, "debug:tab.decisions")
    expect(console.page.locator(".decision.is-passed")).to_have_count(10)
    console.sees(console.words("debug:stage.authentication"))
    look(console, f"debug-decisions-{language}")

    tab(console, "debug:tab.request")
    text = console.page.get_by_role("region", name=console.words("debug:sent.stringToSign"))
    expect(text).to_contain_text("x-date: ")
    console.sees("get_order")
    look(console, f"debug-request-{language}")

    tab(console, "debug:tab.commands")
    for name in ("Python", "Go", "Node.js", "Java", "curl"):
        console.page.locator(".ant-segmented-item").filter(has_text=name).click()
        expect(console.page.locator(".code pre").locator("visible=true")).to_contain_text("orders/4%202")
    look(console, f"debug-commands-{language}")
    copy = console.words("shell:action.copyWhat", what=console.words("debug:commands.of", language="curl"))
    console.page.get_by_role("button", name=copy).click()
    command = console.page.evaluate("navigator.clipboard.readText()")
    site.backend.requests.clear()
    done = subprocess.run(
        ["sh", "-c", command],
        env={"PATH": "/usr/bin:/bin", "TOLLGATE_SECRET_KEY": site.pair[1]},
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert site.backend.seen.target == "/o/4%202?page=1", "the copied command makes the same call"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_refused_call_says_where_and_what_to_do(consoles, site, language):
    console = consoles(language)
    console.log_in(f"services/{site.id}/apis/{site.apis['get_order']}/debug")
    value(console, "id").fill("42")
    chosen = console.page.locator(".ant-form-item").filter(has_text=console.words("debug:field.key")).first
    expect(chosen).to_contain_text("mobile", timeout=WAIT)
    console.choose("debug:field.key", "stranger")
    send(console)
    status(console, 401)
    console.sees(console.words("refusals:name.key_not_bound"))
    refused = console.page.locator(".decision.is-refused")
    expect(refused).to_have_count(1)
    expect(refused).to_contain_text(console.words("refusals:help.key_not_bound"))
    expect(console.page.locator(".decision.is-not_reached").first).to_be_visible()
    look(console, f"debug-refused-{language}")

    console.choose("debug:field.environment", console.words("services:environment.test"))
    send(console)
    status(console, 404)
    console.sees(console.words("refusals:name.no_api"))


def test_an_open_api_is_tried_without_a_key_and_a_refused_header_is_named(consoles, site):
    console = consoles()
    console.log_in(f"services/{site.id}/apis/{site.apis['mock']}")
    console.press("debug:open")
    send(console)
    status(console, 200)
    expect(console.page.locator(".code pre").first).to_contain_text('"hello": "tollgate"')
    console.press("debug:header.add")
    console.page.get_by_label(console.words("debug:header.name"), exact=True).fill("Host")
    console.press("debug:request.send")
    console.sees("header `Host` is made with the call")
    look(console, "debug-named-en")


def test_an_api_that_asks_for_a_token_is_told_as_such(consoles, site):
    issuer = Issuer()
    config = {"PublicKey": json.dumps(issuer.jwk), "TokenLocation": "Header", "LoginRedirectUrl": ""}
    site.api(path="/token", to="/token", name="token", AuthType="OAUTH", ApiBusinessType="OAUTH", OauthConfig=config)
    site.api(path="/work", to="/work", name="work", AuthType="OAUTH", AuthRelationApiId=site.apis["token"])
    site.release()
    console = consoles()
    console.log_in(f"services/{site.id}/apis/{site.apis['work']}/debug")
    console.sees(console.words("debug:key.token"))
    console.press("debug:header.add")
    console.page.get_by_label(console.words("debug:header.name"), exact=True).fill("Authorization")
    console.page.get_by_label(console.words("debug:header.value"), exact=True).fill(f"Bearer {issuer.token()}")
    send(console)
    status(console, 200)
    tab(console, "debug:tab.decisions")
    console.sees(console.words("debug:told.token"))
    # What gives tokens is called without one.
    console.open(f"services/{site.id}/apis/{site.apis['token']}/debug")
    console.sees(console.words("debug:key.open"))


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1280), ("light", 820), ("dark", 820)])
def test_debugging_is_for_other_colours_and_a_tablet_too(consoles, site, scheme, width):
    console = consoles(scheme=scheme, width=width)
    console.log_in(f"services/{site.id}/apis/{site.apis['mock']}/debug")
    send(console)
    status(console, 200)
    tab(console, "debug:tab.decisions")
    look(console, f"debug-{scheme}-{width}")
    assert console.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_viewer_looks_and_does_not_call(consoles, site):
    Native(site.gateway.admin).post("/operators", {"name": "watcher", "password": PASSWORD, "role": "viewer"})
    console = consoles()
    console.log_in(f"services/{site.id}/apis/{site.apis['mock']}/debug", name="watcher")
    console.sees(console.words("debug:viewer"))
    assert not console.button("debug:request.send").is_enabled()
