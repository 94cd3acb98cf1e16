"""A whole run of the suite has carried out every served action with both SDKs."""

import re
from pathlib import Path

import pytest

from .cloud import SDKS, foreign
from .node_sdk import is_there
from .schedule import left_out

PAGE = Path(__file__).resolve().parents[2] / "docs" / "actions.md"


def served():
    """Every action that is served."""
    return re.findall(r"^\| (\w+) \| \w+ \| served \|", PAGE.read_text(), re.MULTILINE)


def check_both(session, done):
    """Fails a session that ran everything, passed, and left out an action with one of the SDKs; a worker of the suite
    tells the session what it has done."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["done"] = sorted(done)
        return
    config = session.config
    whole = config.args_source == pytest.Config.ArgsSource.TESTPATHS and not config.option.keyword
    if not whole or session.exitstatus != pytest.ExitCode.OK or foreign() or not is_there() or left_out(config):
        return
    missing = [f"{action} ({sdk})" for action in served() for sdk in SDKS if (sdk, action) not in done]
    if missing:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        config.get_terminal_writer().line(f"\nnever carried out: {', '.join(missing)}", red=True)
