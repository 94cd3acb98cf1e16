"""The fixtures: a gateway, a backend, the SDK."""

import os

import pytest

from stand.backend import Backend
from stand.browser import Browser, is_built
from stand.both import check_both
from stand.cloud import DONE, SDKS, SPEAKER, Cloud, foreign
from stand.elsewhere import Elsewhere
from stand.gateway import Gateway
from stand.node_sdk import is_there
from stand.schedule import begin, browsers_last, tell
from stand.site import Site

SCENARIOS_PER_GATEWAY = 20


def pytest_generate_tests(metafunc):
    """What is marked `both_sdks` runs once with each."""
    if metafunc.definition.get_closest_marker("both_sdks"):
        metafunc.parametrize("sdk", SDKS, indirect=True)


def pytest_collection_modifyitems(items):
    """What takes longest comes last."""
    browsers_last(items)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """No test begins when it is too late."""
    begin()


def pytest_terminal_summary(terminalreporter, config):
    """What was left out is told."""
    tell(config, terminalreporter)


@pytest.fixture(autouse=True)
def sdk(request, monkeypatch):
    """The SDK that every `Cloud` of the test speaks through."""
    sdk = getattr(request, "param", SDKS[0])
    if sdk == "node" and not is_there():
        pytest.skip("there is no Node here")
    if foreign() and not request.node.get_closest_marker("both_sdks"):
        pytest.skip("needs a gateway of ours")
    monkeypatch.setattr(SPEAKER, "sdk", sdk)
    return sdk


def pytest_sessionfinish(session):
    """A whole run has carried out every served action with both SDKs."""
    check_both(session, DONE)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """A worker has ended, and tells what it has done."""
    DONE.update(map(tuple, getattr(node, "workeroutput", {}).get("done", ())))


class Shift:
    """Gateways for scenarios that do not mind each other: a fresh one after so many, long before a quota is met."""

    def __init__(self, folders):
        self.folders = folders
        self.current = None
        self.uses = 0

    def gateway(self):
        """A running gateway."""
        if foreign():
            return Elsewhere()
        if self.current is None or self.uses == SCENARIOS_PER_GATEWAY or self.current.process.poll() is not None:
            self.close()
            self.current = Gateway(self.folders.mktemp("shared")).start()
            self.uses = 0
        self.uses += 1
        return self.current

    def close(self):
        """Ends the gateway of the shift."""
        if self.current is not None:
            self.current.close()
            self.current = None


@pytest.fixture(scope="session")
def shift(tmp_path_factory):
    """The gateways that scenarios share within one worker."""
    shift = Shift(tmp_path_factory)
    yield shift
    shift.close()


@pytest.fixture
def shared(shift):
    """A running gateway that other scenarios use too: make your own service, count nothing that is not yours."""
    return shift.gateway()


@pytest.fixture
def gateways(tmp_path):
    """Makes gateways with settings of their own; they end with the test."""
    made = []

    def make(*arguments, environment=None):
        if foreign():
            return pytest.skip("needs settings of its own") if arguments or environment else Elsewhere()
        gateway = Gateway(tmp_path / f"gateway-{len(made)}", arguments, environment)
        made.append(gateway)
        return gateway.start()

    yield make
    for gateway in made:
        gateway.close()


@pytest.fixture
def gateway(gateways):
    """A running gateway of the test's own."""
    return gateways()


@pytest.fixture
def backend():
    """A backend that echoes."""
    backend = Backend()
    yield backend
    backend.close()


@pytest.fixture
def cloud(gateway):
    """The official SDK, pointed at the test's own gateway."""
    return Cloud(gateway.admin)


@pytest.fixture
def site(shared, backend):
    """An open service: everything goes to the echoing backend, `/mock` is answered by the gateway."""
    site = Site(shared, backend)
    site.api(path="/", name="everything")
    site.api(path="=/mock", name="mock", mock="mock body")
    site.release()
    return site


@pytest.fixture
def bare(shared):
    """A service with nothing in it: enough to see what management refuses."""
    return Site(shared, None)


@pytest.fixture(scope="session")
def browser(shift):
    """One Chromium for all tests of a worker. They are its last, and nobody shares a gateway any more."""
    shift.close()
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def consoles(browser, gateway):
    """Makes consoles of the test's own gateway; none of them may have complained."""
    if not is_built(gateway):
        assert "TOLLGATE_TEST_CONSOLE" not in os.environ, "the binary was built without the console"
        pytest.skip("the binary was built without the console: make console")
    made = []

    def make(language="en", **look):
        made.append(browser.console(gateway, language, **look))
        return made[-1]

    yield make
    for console in made:
        console.close()
