"""In which order the suite runs, and until when.

What needs a browser takes longest and comes last. After `TOLLGATE_TEST_UNTIL` (seconds since the epoch) no test begins:
a machine that is far too slow for the time that it has then runs what it can, and the end of the run says what it left out.
"""

import os
import time
from collections import Counter

import pytest

LEFT_OUT = "left out: no time was left"


def browsers_last(items):
    """Puts the tests in order; within each half it stays as it was."""
    items.sort(key=lambda item: "browser" in item.fixturenames)


def begin():
    """Lets a test begin, or leaves it out when it is too late."""
    until = os.environ.get("TOLLGATE_TEST_UNTIL")
    if until and time.time() > float(until):
        pytest.skip(LEFT_OUT)


def left_out(config):
    """How many tests of each file were left out; for the process that gathers the results."""
    skipped = config.pluginmanager.get_plugin("terminalreporter").stats.get("skipped", [])
    return Counter(report.fspath for report in skipped if report.longrepr[2].endswith(LEFT_OUT))


def tell(config, terminal):
    """Says at the end what was left out."""
    files = left_out(config)
    if files:
        terminal.section("not everything was run", sep="=", red=True)
        terminal.line(f"{files.total()} tests were left out, for no time was left (TOLLGATE_TEST_UNTIL):", red=True)
        for file, count in sorted(files.items()):
            terminal.line(f"  {file}: {count}")
