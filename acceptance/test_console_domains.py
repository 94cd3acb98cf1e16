"""The console's pages about certificates and custom domains: taken in, bound, mapped, replaced, let go."""

import pytest
from playwright.sync_api import expect

from stand.authority import Authority
from stand.browser import WAIT, look
from stand.native import Native
from stand.secure import Secure
from stand.site import Site

NAME = "api.example.com"


@pytest.fixture
def authority(tmp_path):
    """Who signs the certificates."""
    return Authority(tmp_path / "authority")


@pytest.fixture
def site(gateway):
    """A released service with one API, on the gateway that the console shows."""
    site = Site(gateway, None)
    site.api(path="/", mock="here")
    site.release()
    return site


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_domain_is_bound_with_an_uploaded_certificate_and_answers(consoles, site, authority, tmp_path, language):
    chain, key = authority.issue(NAME)
    (tmp_path / "chain.pem").write_text(chain)
    console = consoles(language)
    console.log_in(f"services/{site.id}/domains")
    console.sees(console.words("domains:empty.title"))
    look(console, f"domains-empty-{language}")
    console.press("domains:bind")
    console.field("domains:field.name").fill(NAME)
    console.press("shell:action.submit")
    console.sees(console.words("rules:empty"))

    console.press("certificates:upload")
    console.field("certificates:field.name").fill("shop")
    with console.page.expect_file_chooser() as chooser:
        console.front.get_by_text(console.words("certificates:fromFile")).first.click()
    chooser.value.set_files(tmp_path / "chain.pem")
    expect(console.field("certificates:field.chain")).to_have_value(chain)
    console.field("certificates:field.key").fill("nonsense")
    console.press("shell:action.submit")
    expect(console.front.locator(".ant-form-item-explain-error")).to_be_visible(timeout=WAIT)
    console.field("certificates:field.key").fill(key)
    console.press("shell:action.submit")
    console.sees(console.words("certificates:uploaded"))

    console.front.get_by_text(console.words("domains:mapping.custom"), exact=True).click()
    console.field("domains:mapping.path").fill("v1")
    console.sees(console.words("rules:mappingPath"))
    console.field("domains:mapping.path").fill("/v1")
    look(console, f"domain-bind-{language}")
    console.press("shell:action.submit")
    console.sees(console.words("domains:bound"))
    expect(console.row(NAME)).to_contain_text("/v1", timeout=WAIT)
    look(console, f"domains-{language}")

    site.gateway.settle()
    with Secure(site.gateway.https, authority.trusting(), NAME) as wire:
        assert wire.ask("GET", "/v1/", NAME).text == "here"

    console.in_row(NAME, "shell:action.edit")
    console.front.get_by_text(console.words("domains:mapping.default"), exact=True).click()
    console.press("shell:action.submit")
    console.sees(console.words("domains:changed"))
    expect(console.row(NAME)).to_contain_text(console.words("domains:mapping.default"), timeout=WAIT)

    console.go("shell:nav.certificates")
    look(console, f"certificates-{language}")
    console.in_row("shop", "shell:action.delete")
    console.sees(console.words("certificates:delete.used", domains=NAME))
    expect(console.button("shell:action.delete")).to_be_disabled()
    console.press("shell:action.cancel")
    chain, key = authority.issue(NAME)
    console.in_row("shop", "certificates:replace")
    console.field("certificates:field.chain").fill(chain)
    console.field("certificates:field.key").fill(key)
    console.press("shell:action.submit")
    console.sees(console.words("certificates:replaced"))
    native = Native(site.gateway.admin)
    (kept,) = [one for one in native.get("/certificates")["items"] if one["name"] == "shop"]
    assert kept["chain"].strip() == chain.strip()

    console.open(f"services/{site.id}/domains")
    console.in_row(NAME, "domains:unbind")
    console.confirm("domains:unbind")
    console.sees(console.words("domains:empty.title"))
    assert native.get(f"/services/{site.id}/domains")["items"] == []
    console.open("certificates")
    console.in_row("shop", "shell:action.delete")
    console.confirm("shell:action.delete")
    console.sees(console.words("certificates:delete.done"))
    assert [one["name"] for one in native.get("/certificates")["items"] if one["source"] == "uploaded"] == []


def test_a_domain_that_somebody_else_changed_is_not_overwritten(consoles, site):
    native = Native(site.gateway.admin)
    domain = f"/services/{site.id}/domains/{NAME}"
    native.post(f"/services/{site.id}/domains", {"name": NAME, "protocol": "http"})
    console = consoles()
    console.log_in(f"services/{site.id}/domains")
    console.in_row(NAME, "shell:action.edit")
    expect(console.page.get_by_role("dialog")).to_be_visible(timeout=WAIT)
    mappings = [{"path": "/v1", "environment": "test"}]
    native.change("PATCH", domain, {"mappings": mappings})
    console.press("shell:action.submit")
    console.sees(console.words("problems:changed"))
    assert native.get(domain)["mappings"] == mappings


def test_what_the_gateway_refuses_of_a_list_as_a_whole_is_told_above(consoles, site):
    console = consoles()
    console.log_in(f"services/{site.id}/domains")
    console.press("domains:bind")
    console.front.get_by_text("http", exact=True).click()
    console.field("domains:field.name").fill(NAME)
    console.front.get_by_text(console.words("domains:mapping.custom"), exact=True).click()
    # The one that is added leads to the environment after this.
    console.choose("domains:mapping.environment", console.words("services:environment.prepub"))
    console.press("domains:mapping.add")
    console.front.get_by_label(console.words("domains:mapping.path"), exact=True).nth(1).fill("/v2")
    console.choose("domains:mapping.environment", console.words("services:environment.release"))
    console.press("shell:action.submit")
    expect(console.front.locator(".ant-alert-error")).to_be_visible(timeout=WAIT)
    assert Native(site.gateway.admin).get(f"/services/{site.id}/domains")["items"] == []


def test_what_the_gateway_refuses_of_a_domain_stands_at_its_field(consoles, site):
    console = consoles()
    console.log_in(f"services/{site.id}/domains")
    console.press("domains:bind")
    console.front.get_by_text("http", exact=True).click()
    console.field("domains:field.name").fill("not a name")
    console.press("shell:action.submit")
    expect(console.front.locator(".ant-form-item-explain-error")).to_be_visible(timeout=WAIT)
    console.field("domains:field.name").fill(site.host)
    console.press("shell:action.submit")
    expect(console.front.get_by_role("alert").or_(console.front.locator(".ant-form-item-explain-error")).first).to_be_visible(
        timeout=WAIT
    )
    console.field("domains:field.name").fill(NAME)
    console.press("shell:action.submit")
    console.sees(console.words("domains:bound"))
