"""The console in a real Chromium (Debian's), driven by Playwright, spoken to in the console's own words."""

import json
import os
import re
import shutil
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from .gateway import PASSWORD

ROOT = Path(__file__).parents[2]
WORDS = ROOT / "console" / "src" / "words"
AXE = ROOT / "console" / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.2 AA, with everything that it takes over from the versions before.
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WAIT = 120_000
# A minute has passed, and the page has come to the front.
LATER = """() => {
    const now = Date.now;
    Date.now = () => now() + 60_000;
    window.dispatchEvent(new Event('visibilitychange'));
}"""
PICTURES = ROOT / "docs" / "images" / "console"
# Those that the documents show; `TOLLGATE_TEST_PICTURES=1` takes them anew. Another value is a folder that gets them all.
SHOWN = {
    "api-backend-en",
    "api-frontend-zh",
    "applications-en",
    "documents-en",
    "plugins-en",
    "debug-en",
    "domain-bind-zh",
    "logs-en",
    "monitoring-en",
    "operators-en",
    "overview-en",
    "debug-refused-zh",
    "environments-zh",
    "keys-en",
    "plan-bind-zh",
    "plan-en",
    "publish-en",
    "service-apis-en",
    "start-en",
    "services-dark-1280",
}


def is_built(gateway):
    """Whether the binary holds the console; `cargo build` alone leaves it out."""
    return "/console/assets/" in gateway.get("/console/")[2]


def look(console, name):
    """Whoever cannot see or point finds their way here too; keeps the picture for the documents when somebody asks."""
    console.settled()
    faults = console.faults_of_access()
    assert faults == [], f"{name}: {faults}"
    wanted = os.environ.get("TOLLGATE_TEST_PICTURES", "")
    if wanted and (wanted != "1" or name in SHOWN):
        console.page.mouse.move(0, 0)
        folder = PICTURES if wanted == "1" else Path(wanted)
        folder.mkdir(parents=True, exist_ok=True)
        console.page.screenshot(path=folder / f"{name}.png")


class Words:
    """The console's words in one language: `words("services:title")`, as its source writes it."""

    def __init__(self, language):
        self.language = language
        self.nouns = {path.stem: json.loads(path.read_text()) for path in (WORDS / language).glob("*.json")}

    def __call__(self, key, /, **named):
        noun, _, place = key.partition(":")
        found = self.nouns[noun]
        for part in place.split("."):
            if part not in found and "count" in named:
                part += "_one" if named["count"] == 1 and f"{part}_one" in found else "_other"
            found = found[part]
        return re.sub(r"{{(\w+)}}", lambda name: str(named[name[1]]), found)


class Browser:
    """One Chromium; each console in it is a browser of its own."""

    def __init__(self):
        self.playwright = sync_playwright().start()
        executable = shutil.which("chromium") or shutil.which("chromium-browser")
        # Root may not use the sandbox, and containers have a small /dev/shm.
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        self.chromium = self.playwright.chromium.launch(executable_path=executable, args=arguments)

    def console(self, gateway, language="en", scheme="light", width=1280, height=860):
        """A console that nobody has used before."""
        return Console(self, gateway, language, scheme, width, height)

    def close(self):
        """Ends it."""
        self.chromium.close()
        self.playwright.stop()


class Console:
    """The console of a gateway. Whatever it complains about, or asks of another address, fails the test."""

    def __init__(self, browser, gateway, language, scheme, width, height):
        self.gateway = gateway
        self.words = Words(language)
        self.origin = f"http://{gateway.admin}"
        self.faults = []
        self.context = browser.chromium.new_context(
            locale="zh-CN" if language == "zh" else "en-GB",
            color_scheme=scheme,
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            permissions=["clipboard-read", "clipboard-write"],
        )
        self.context.set_default_timeout(WAIT)
        self.page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"error in the page: {error}"))
        self.page.on("request", self._asked)

    def _heard(self, message):
        # Chromium reports each refusal (a status of 400 and above) as an error of its own.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.faults.append(f"{message.type} in the page: {message.text}")

    def _asked(self, request):
        if not request.url.startswith((self.origin, "data:")):
            self.faults.append(f"a request to elsewhere: {request.url}")

    def close(self):
        """Ends it, and fails when the page complained."""
        self.context.close()
        assert self.faults == [], self.faults

    # --- where ---

    def open(self, place=""):
        """Opens a place of the console by its address."""
        self.page.goto(f"{self.origin}/console/{place}")

    def log_in(self, place="", name="admin"):
        """Opens the console and logs in as an operator; all of a test have the one password."""
        self.open(place)
        self.field("account:name").fill(name)
        self.field("account:password").fill(PASSWORD)
        self.press("account:logIn")
        expect(self.page.get_by_role("navigation", name=self.words("shell:menu"))).to_be_visible(timeout=WAIT)

    def comes_back(self, path):
        """Looks at the page again after a while, so that it asks anew for what it shows; the status that this place of the
        native API answers then."""
        with self.page.expect_response(lambda answer: answer.url.endswith(f"/api/v1{path}")) as answered:
            self.page.evaluate(LATER)
        return answered.value.status

    def settled(self):
        """Returns when nothing is loaded or turning any more, and no button waits for an answer: it is paler until then."""
        self.page.wait_for_load_state("networkidle")
        busy = self.page.locator(".ant-spin-spinning, .ant-btn-loading, .page-waits")
        expect(busy).to_have_count(0, timeout=WAIT)

    def dialog_closes(self):
        """Waits until no dialog is left on the page."""
        expect(self.page.get_by_role("dialog")).to_have_count(0, timeout=WAIT)

    # --- what ---

    @property
    def dialogs(self):
        """The dialogs that are open, also those on their way out."""
        return self.page.locator(".ant-modal-wrap:visible")

    @property
    def front(self):
        """The dialog in front, or the whole page."""
        return self.dialogs.last if self.dialogs.count() else self.page

    def field(self, key):
        """The field with this label, wherever it is in front."""
        return self.field_of(self.words(key))

    def field_of(self, label):
        """The same, where the label is the same in every language."""
        labelled = self.front.get_by_label(label, exact=False)
        return labelled.and_(self.page.locator("input, textarea, select, [role=switch]")).locator("visible=true").first

    def button(self, key, **named):
        """The button with these words."""
        return self.front.get_by_role("button", name=spaced(self.words(key, **named)))

    def press(self, key, **named):
        """Presses the button with these words."""
        self.button(key, **named).first.click()

    def confirm(self, key, **named):
        """Presses it in the dialog that asks back: what was pressed on the page may have the same words, and the dialog
        takes a moment to come."""
        self.dialogs.last.wait_for()
        self.press(key, **named)

    def go(self, key):
        """Follows the link with these words."""
        self.front.get_by_role("link", name=self.words(key), exact=True).first.click()

    def choose(self, label, option):
        """Chooses in a select: the whole text of an option, or a part of it that no other has."""
        self.field(label).click()
        options = self.page.locator(".ant-select-dropdown:visible .ant-select-item-option")
        options.first.wait_for()
        exact = options.filter(has_text=spaced(option))
        (exact if exact.count() else options.filter(has_text=option)).first.click()

    def sees(self, text):
        """Waits until this stands somewhere on the page."""
        expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible(timeout=WAIT)

    def row(self, text):
        """The row of a table that holds this text."""
        return self.page.get_by_role("row").filter(has_text=text).first

    def in_row(self, text, key):
        """Presses what has these words in the row with this text."""
        row = self.row(text)
        name = spaced(self.words(key))
        row.get_by_role("button", name=name).or_(row.get_by_role("link", name=name)).first.click()

    # --- how well ---

    def faults_of_access(self):
        """What axe finds wrong with the page as it stands, in a line each."""
        self.page.evaluate(AXE.read_text())
        options = {"runOnly": {"type": "tag", "values": LEVELS}}
        found = self.page.evaluate("options => axe.run(document, options)", options)["violations"]
        return [
            f"{one['id']} at {node['target']}: {node['failureSummary']}" for one in found for node in one["nodes"]
        ]


def spaced(words):
    """Ant Design sets two Chinese letters apart on a button."""
    if re.fullmatch(r"[\u4e00-\u9fff]{2}", words):
        return re.compile(rf"^\s*{words[0]}\s?{words[1]}\s*$")
    return re.compile(rf"^\s*{re.escape(words)}\s*$")
