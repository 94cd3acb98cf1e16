"""What stands on the wire: bytes in, bytes out."""

import json
import re

import pytest

from stand.expect import check, fill
from stand.tags import scenarios
from stand.wire import Wire


@pytest.mark.parametrize("scenario", [pytest.param(case, id=title) for title, case in scenarios("wire")])
def test_wire(scenario, site):
    names = {"host": site.host}
    with Wire(site.gateway.http) as wire:
        if "refused" in scenario:
            wire.send(spell(scenario["send"], names))
            answer = wire.receive()
            check(scenario["refused"], answer.status, names, "the status")
            check_refusal(answer, None)
            assert wire.is_closed()
            assert site.backend.requests == []
        for step in scenario.get("talk", ()):
            talk(wire, step, names)


def talk(wire, step, names):
    """One step of a conversation."""
    if "send" in step:
        wire.send(spell(step["send"], names))
    elif "bytewise" in step:
        for letter in spell(step["bytewise"], names):
            wire.send(letter)
    elif "interim" in step:
        assert wire.head().status == step["interim"]
    elif "finish" in step:
        wire.finish()
    elif "closed" in step:
        assert wire.is_closed()
    elif "gets" in step:
        check_answer(wire, fill(step["gets"], names))
    else:
        raise ValueError(f"no such step: {step}")


def check_answer(wire, wanted):
    """The next answer on the wire."""
    answer = wire.receive(wanted.pop("method", "GET"))
    refusal = wanted.pop("refusal", None)
    came = {
        "status": answer.status,
        "reason": answer.reason,
        "headers": {name.lower(): value for name, value in answer.headers},
        "body": answer.body.decode("latin-1"),
        "interim": [one.status for one in answer.interim],
        "echo": json.loads(answer.body) if answer.header("x-backend") == "echo" and answer.body else None,
    }
    check(wanted, came, {}, "the answer")
    if refusal is not None:
        check_refusal(answer, refusal)


def check_refusal(answer, text):
    """A refusal is JSON with one message, its slashes escaped."""
    assert answer.header("content-type") == "application/json"
    assert list(json.loads(answer.body)) == ["message"]
    assert not re.search(rb"(?<!\\)/", answer.body), answer.body
    if isinstance(text, str):
        assert json.loads(answer.body)["message"] == text


def spell(text, names):
    """Fills in names, `${long N}` (so many letters) and `${headers N}` (so many header lines)."""
    text = re.sub(r"\$\{long (\d+)\}", lambda found: "a" * int(found[1]), text)
    text = re.sub(
        r"\$\{headers (\d+)\}", lambda found: "".join(f"X-{n}: 1\r\n" for n in range(int(found[1]))), text
    )
    return fill(text, names)
