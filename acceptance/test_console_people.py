"""Who manages the gateway and what they did, in the console, in a real browser: operators, access keys, audit, settings, about."""

import re

import pytest
import requests
from playwright.sync_api import expect

from stand.browser import WAIT, look
from stand.gateway import PASSWORD
from stand.native import Native

OTHER = "another-password-2"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_operator_is_made_comes_in_is_locked_out_and_deleted(consoles, gateway, language):
    console = consoles(language)
    console.log_in()
    console.go("shell:nav.operators")
    console.sees("admin")
    look(console, f"operators-{language}")
    console.press("shell:action.create")
    console.field("operators:field.name").fill("deployer")
    console.front.get_by_label(console.words("operators:field.password"), exact=False).first.fill("short")
    console.sees(console.words("rules:length", min=8, max=256))
    console.front.get_by_label(console.words("operators:field.password"), exact=False).first.fill(PASSWORD)
    console.front.get_by_role("radio").nth(1).check()
    look(console, f"operator-new-{language}")
    console.press("shell:action.submit")
    console.dialog_closes()
    console.sees("deployer")

    console.press("shell:action.create")
    console.field("operators:field.name").fill("deployer")
    console.press("operators:makeUp")
    console.press("shell:action.submit")
    console.sees(re.compile({"en": "is called `deployer` already", "zh": "已使用名称 `deployer`"}[language]))
    console.page.keyboard.press("Escape")
    leave(console)

    console.in_row("deployer", "shell:action.edit")
    console.front.get_by_role("radio").nth(0).check()
    console.press("shell:action.submit")
    console.dialog_closes()
    expect(console.row("deployer")).to_contain_text(console.words("account:role.viewer"), timeout=WAIT)

    other = consoles(language)
    other.log_in("operators", name="deployer")
    other.sees("deployer")
    expect(other.page.get_by_role("button", name=other.words("shell:action.create"))).to_have_count(0)

    console.in_row("deployer", "operators:action.disable")
    console.confirm("operators:action.disable")
    console.dialog_closes()
    expect(console.row("deployer")).to_contain_text(console.words("operators:state.disabled"), timeout=WAIT)
    other.open("operators")
    other.sees(other.words("account:title"))
    console.in_row("deployer", "operators:action.enable")
    expect(console.row("deployer")).to_contain_text(console.words("operators:state.enabled"), timeout=WAIT)

    more(console, "deployer", "operators:action.reset")
    console.front.locator("input[type=password]").fill(OTHER)
    console.press("shell:action.submit")
    console.dialog_closes()
    Native(gateway.admin, key=None).log_in("deployer", OTHER)

    more(console, "deployer", "shell:action.delete")
    console.press("shell:action.delete")
    console.dialog_closes()
    expect(console.page.get_by_role("link", name="deployer")).to_have_count(0, timeout=WAIT)

    more(console, "admin", "shell:action.delete")
    console.press("shell:action.delete")
    expect(console.front.get_by_role("alert")).to_be_visible(timeout=WAIT)
    look(console, f"operator-last-{language}")


def test_a_rename_does_not_give_back_a_role_that_was_taken_away(consoles, gateway):
    native = Native(gateway.admin)
    operator = native.post("/operators", {"name": "deployer", "password": PASSWORD, "role": "admin"})["id"]
    console = consoles()
    console.log_in("operators")
    console.in_row("deployer", "shell:action.edit")
    console.field("operators:field.name").fill("renamed")
    native.change("PATCH", f"/operators/{operator}", {"role": "viewer"})
    console.press("shell:action.submit")
    console.sees(console.words("problems:changed"))
    told = native.get(f"/operators/{operator}")
    assert (told["name"], told["role"]) == ("deployer", "viewer")


def test_whoever_renames_oneself_is_called_so_at_once(consoles):
    console = consoles()
    console.log_in("operators")
    console.in_row("admin", "shell:action.edit")
    console.field("operators:field.name").fill("root")
    console.press("shell:action.submit")
    console.dialog_closes()
    account = console.page.get_by_role("button", name=console.words("account:menu", name="root"))
    expect(account).to_be_visible(timeout=WAIT)


def test_a_password_that_was_made_up_is_told_once_it_is_set(consoles, gateway):
    console = consoles()
    console.log_in("operators")
    console.press("shell:action.create")
    console.field("operators:field.name").fill("deployer")
    console.press("operators:makeUp")
    console.press("shell:action.submit")
    console.sees(console.words("operators:made.title", name="deployer"))
    look(console, "operator-password")
    password = console.front.locator(".copyable-text").nth(1).inner_text()
    Native(gateway.admin, key=None).log_in("deployer", password)
    console.press("shell:action.close")
    console.dialog_closes()
    expect(console.page.get_by_text(password)).to_have_count(0)


def more(console, name, key):
    """Opens the menu of an operator and takes one of its entries."""
    console.page.get_by_role("button", name=console.words("operators:more", name=name)).click()
    console.page.get_by_role("menuitem", name=console.words(key)).click()


def leave(console):
    """Answers, where it is asked, that what was entered may be lost."""
    asked = console.page.get_by_role("button", name=console.words("shell:unsaved.leave"), exact=True)
    gone = console.page.get_by_role("dialog")
    while gone.count():
        if asked.count():
            asked.first.click()
        console.page.wait_for_timeout(50)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_access_key_is_shown_once_works_and_is_revoked(consoles, gateway, language):
    console = consoles(language)
    console.log_in()
    console.page.get_by_role("button", name=console.words("account:menu", name="admin")).click()
    console.page.get_by_role("menuitem", name=console.words("account:mine")).click()
    console.press("operators:keys.create")
    console.field("operators:keys.description").fill("CI")
    console.press("shell:action.submit")
    console.sees(console.words("operators:keys.once"))
    shown = console.page.get_by_role("dialog", name=console.words("operators:keys.made"))
    header = shown.get_by_text("Authorization: Bearer").inner_text()
    look(console, f"access-key-{language}")

    def status():
        pair = dict([header.split(": ", 1)])
        return requests.get(f"http://{gateway.admin}/api/v1/about", headers=pair, timeout=30).status_code

    assert status() == 200
    console.press("operators:keys.kept")
    console.dialog_closes()
    secret = header.rpartition(":")[2]
    expect(console.page.get_by_text(secret)).to_have_count(0)
    look(console, f"operator-{language}")
    console.in_row("CI", "operators:keys.revoke")
    console.confirm("operators:keys.revoke")
    console.dialog_closes()
    assert status() == 401


def test_one_changes_ones_own_password(consoles, gateway):
    console = consoles()
    console.log_in()
    console.page.get_by_role("button", name=console.words("account:menu", name="admin")).click()
    console.page.get_by_role("menuitem", name=console.words("account:mine")).click()
    console.press("operators:own.title")
    fields = console.front.locator("input[type=password]")
    fields.nth(0).fill("not the password")
    fields.nth(1).fill(OTHER)
    console.press("shell:action.submit")
    expect(console.front.locator(".ant-form-item-explain-error").first).to_be_visible(timeout=WAIT)
    fields.nth(0).fill(PASSWORD)
    console.press("shell:action.submit")
    console.dialog_closes()
    Native(gateway.admin, key=None).log_in("admin", OTHER)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_audit_trail_tells_who_did_what(consoles, gateway, cloud, language):
    cloud.CreateService(ServiceName="by_cloud", Protocol="http")
    native = Native(gateway.admin)
    made = native.post("/services", {"name": "by_native"})["id"]
    native.post("/keys", {"name": "mobile"})
    console = consoles(language)
    console.log_in()
    console.go("shell:nav.audit")
    console.sees(console.words("audit:action.credential_create"))
    console.sees(console.words("audit:dialect.tencent"))
    look(console, f"audit-{language}")
    choose(console, "audit:condition.action", console.words("audit:noun.service"))
    expect(rows(console)).to_have_count(2, timeout=WAIT)
    choose(console, "audit:condition.dialect", console.words("audit:dialect.native"))
    expect(rows(console)).to_have_count(1, timeout=WAIT)
    console.page.get_by_label(console.words("audit:condition.subject"), exact=True).fill(made)
    expect(rows(console)).to_have_count(1, timeout=WAIT)
    console.page.get_by_label(console.words("audit:condition.actor"), exact=True).fill("nobody")
    console.sees(console.words("shell:list.nothing"))
    console.press("shell:action.clear")
    expect(rows(console).nth(3)).to_be_visible(timeout=WAIT)


def test_the_audit_trail_is_narrowed_to_a_noun_that_came_late(consoles, gateway):
    Native(gateway.admin).post("/applications", {"name": "mobile"})
    console = consoles()
    console.log_in("audit")
    expect(rows(console).nth(1)).to_be_visible(timeout=WAIT)
    choose(console, "audit:condition.action", console.words("audit:noun.application"))
    expect(rows(console)).to_have_count(1, timeout=WAIT)
    console.sees(console.words("audit:action.application_create"))


def rows(console):
    """The rows of the table."""
    return console.page.locator("tbody tr.ant-table-row")


def choose(console, key, option):
    """Chooses in a select that is named by its hint."""
    console.page.get_by_role("combobox", name=console.words(key)).click()
    console.page.locator(".ant-select-dropdown:visible .ant-select-item-option").filter(has_text=option).first.click()


def test_the_audit_trail_goes_on_page_by_page(consoles, gateway):
    native = Native(gateway.admin)
    key = native.post("/keys", {"name": "mobile"})["id"]
    for _ in range(60):
        native.post(f"/keys/{key}/reveal")
    console = consoles()
    console.log_in("audit")
    expect(rows(console)).to_have_count(50, timeout=WAIT)
    console.press("shell:list.nextPage")
    # What the first start wrote down is among them.
    expect(rows(console)).to_have_count(len(list(native.every("/audit"))) - 50, timeout=WAIT)
    second = console.page.url
    console.press("shell:list.previous")
    expect(rows(console)).to_have_count(50, timeout=WAIT)
    # Whoever comes from elsewhere finds the page before, not where one was before.
    console.open("about")
    console.sees("Apache-2.0")
    console.page.goto(second)
    console.press("shell:list.previous")
    expect(rows(console)).to_have_count(50, timeout=WAIT)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_settings_and_what_this_is_are_told(consoles, gateway, language):
    console = consoles(language)
    console.log_in()
    console.go("shell:nav.settings")
    console.sees("TOLLGATE_HEAD_SIZE")
    look(console, f"settings-{language}")
    console.page.get_by_role("switch", name=console.words("settings:setOnly")).click()
    names = console.page.locator(".setting-name")
    expect(names).to_have_text(["data", "http", "https", "admin"], timeout=WAIT)
    expect(console.page.locator(".setting").first).to_contain_text(str(gateway.data))
    console.page.get_by_role("searchbox").fill("nothing like this")
    console.sees(console.words("settings:none"))
    console.go("shell:nav.about")
    console.sees("Apache-2.0")
    console.sees(gateway.admin)
    look(console, f"about-{language}")
    licences = console.page.get_by_role("link", name=console.words("about:parts")).get_attribute("href")
    assert gateway.get(licences)[0] == 200


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1280), ("light", 820)])
def test_they_are_for_other_colours_and_a_tablet_too(consoles, scheme, width):
    console = consoles(scheme=scheme, width=width)
    console.log_in()
    seen = {"operators": "admin", "audit": "operator.create", "settings": "TOLLGATE_HEAD_SIZE", "about": "Apache-2.0"}
    for place, text in seen.items():
        console.open(place)
        console.sees(text)
        look(console, f"{place}-{scheme}-{width}")
        assert console.page.evaluate("document.documentElement.scrollWidth") <= width, place
