"""The fixtures: a gateway, a backend, the SDK."""

import os

import pytest

from stand.backend import Backend
from stand.browser import Browser, is_built
from stand.cloud import Cloud
from stand.gateway import Gateway
from stand.site import Site

SCENARIOS_PER_GATEWAY = 20


class Shift:
    """Gateways for scenarios that do not mind each other: a fresh one after so many, long before a quota is met."""

    def __init__(self, folders):
        self.folders = folders
        self.current = None
        self.uses = 0

    def gateway(self):
        """A running gateway."""
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


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests of a worker."""
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
