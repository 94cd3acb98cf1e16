"""The console's form of an API: what it keeps, what it does not overwrite, and which APIs are not for it."""

import pytest
from playwright.sync_api import expect

from stand.browser import WAIT
from stand.gateway import PASSWORD
from stand.native import Native

# A mock may have no body.
HELLO = {"name": "hello", "path": "/hello", "method": "GET", "auth": "none", "backend": {"type": "mock"}}


@pytest.fixture
def native(gateway):
    """A client with an access key, of the gateway that the console shows."""
    return Native(gateway.admin)


@pytest.fixture
def place(native):
    """Where the APIs of a service are, for the console and below the native API."""
    return f"services/{native.post('/services', {'name': 'shop'})['id']}/apis"


def made(native, place, **fields):
    """The identifier of a new API."""
    return native.post(f"/{place}", {**HELLO, **fields})["id"]


def test_what_is_half_entered_outlasts_a_session_that_ends_meanwhile(consoles, native, place):
    api = made(native, place)
    console = consoles()
    console.log_in(f"{place}/{api}/edit")
    console.field("apis:field.description").fill("half entered")
    console.context.clear_cookies()
    assert console.comes_back(f"/{place}/{api}") == 401
    console.sees(console.words("account:again.title"))
    console.field("account:password").fill(PASSWORD)
    console.press("account:logIn")
    console.dialog_closes()
    expect(console.field("apis:field.description")).to_have_value("half entered", timeout=WAIT)
    console.press("shell:action.next")
    console.press("shell:action.finish")
    console.sees(console.words("apis:edit.done"))
    assert native.get(f"/{place}/{api}")["definition"]["description"] == "half entered"


def test_an_api_that_somebody_else_changed_is_not_overwritten(consoles, native, place):
    api = made(native, place)
    console = consoles()
    console.log_in(f"{place}/{api}/edit")
    console.field("apis:field.description").fill("mine")
    native.change("PUT", f"/{place}/{api}", {**HELLO, "description": "theirs"})
    # What the page asks for anew is not what the form holds.
    assert console.comes_back(f"/{place}/{api}") == 200
    console.settled()
    console.press("shell:action.next")
    console.press("shell:action.finish")
    console.sees(console.words("problems:changed"))
    assert native.get(f"/{place}/{api}")["definition"]["description"] == "theirs"


def test_an_api_is_edited_as_it_is_stored_now(consoles, native, place):
    api = made(native, place, description="seen first")
    console = consoles()
    console.log_in(f"{place}/{api}")
    console.sees("seen first")
    native.change("PUT", f"/{place}/{api}", {**HELLO, "description": "theirs"})
    console.press("shell:action.edit")
    expect(console.field("apis:field.description")).to_have_value("theirs", timeout=WAIT)


def test_an_api_of_another_kind_is_neither_edited_nor_duplicated(consoles, native, place):
    socket = {"protocol": "websocket", "backend": {"type": "websocket", "origin": "ws://127.0.0.1:9"}}
    foreign = {
        "chat": made(native, place, name="chat", path="/chat", **socket),
        "apps": made(native, place, name="apps", path="/apps", auth="application"),
    }
    made(native, place)
    console = consoles()
    console.log_in(place)
    names = [console.words(key) for key in ("shell:action.edit", "apis:duplicate.action")]
    for name in names:
        expect(console.row("hello").get_by_role("link", name=name, exact=True)).to_be_visible(timeout=WAIT)
        for api in foreign:
            button = console.row(api).get_by_role("button", name=name, exact=True)
            expect(button).to_be_disabled(timeout=WAIT)
            expect(button).to_have_attribute("title", console.words("apis:detail.foreign"))
    for api in foreign.values():
        console.open(f"{place}/{api}")
        for name in names:
            expect(console.page.get_by_role("button", name=name, exact=True)).to_be_disabled(timeout=WAIT)
        for address in (f"{api}/edit", f"new?from={api}"):
            console.open(f"{place}/{address}")
            console.sees(console.words("apis:detail.foreign"))
            expect(console.button("shell:action.next")).to_have_count(0)


def test_a_backend_that_speaks_grpc_can_be_edited(consoles, native, place):
    backend = {"type": "http", "origin": "grpc://127.0.0.1:50051", "path": "/shop"}
    api = made(native, place, backend=backend)
    console = consoles()
    console.log_in(f"{place}/{api}/edit")
    console.field("apis:field.description").fill("edited")
    console.press("shell:action.next")
    expect(console.field("apis:field.origin")).to_have_value(backend["origin"], timeout=WAIT)
    console.press("shell:action.next")
    console.press("shell:action.finish")
    console.sees(console.words("apis:edit.done"))
    definition = native.get(f"/{place}/{api}")["definition"]
    assert (definition["description"], definition["backend"]["origin"]) == ("edited", backend["origin"])
