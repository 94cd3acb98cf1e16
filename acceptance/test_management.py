"""The management scenarios, through both official SDKs."""

import pytest

from stand.cloud import DEFAULT_MODE, MODES, Cloud, Refused, foreign
from stand.expect import check, fill, pick
from stand.tags import SCENARIOS, load, scenarios

GIVEN = load(SCENARIOS / "given.yaml")


def cases():
    """Every scenario with every way of signing that it asks for."""
    for title, scenario in scenarios("management"):
        for mode in MODES if scenario.get("sign") == "all" else [DEFAULT_MODE]:
            name = title if mode == DEFAULT_MODE else f"{title} [{' '.join(mode)}]"
            yield pytest.param(scenario, mode, id=name)


@pytest.fixture
def endpoint(request):
    """Where the scenarios go: an endpoint named by the environment, or a gateway of ours."""
    scenario = request.node.callspec.params["scenario"]
    if foreign() and scenario.get("needs") == "fresh":
        pytest.skip("needs an empty account of ours")
    return request.getfixturevalue("gateway" if scenario.get("needs") == "fresh" else "shared").admin


@pytest.mark.both_sdks
@pytest.mark.parametrize("scenario, mode", cases())
def test_management(scenario, mode, endpoint):
    cloud = Cloud(endpoint, mode=mode)
    names = {"HUNDRED_AND_ONE": [f"AKIDnosuch{n}" for n in range(101)]}
    given = [step for name in scenario.get("given", ()) for step in GIVEN[name]]
    for step in [*given, *scenario["steps"]]:
        for number in range(1, step.get("repeat", 1) + 1):
            run(cloud, step, {**names, "n": number}, names)


def run(cloud, step, names, captures):
    """One step: the action, then what it should have answered."""
    action = step["do"]
    fields = {name: value for name, value in step.get("with", {}).items() if value is not None}
    try:
        send = cloud.raw if step.get("raw") else cloud.call
        answer = send(action, fill(fields, names))
    except Refused as refused:
        assert "error" in step, f"{action} was refused with {refused}"
        check(step["error"], refused.code, names, f"{action}: the code of {refused}")
        check(step.get("message", refused.message), refused.message, names, f"{action}: the message")
        return
    assert "error" not in step, f"{action} should be refused with {step['error']}, and answered {answer}"
    check(step.get("expect", {}), answer, names, action)
    for name, place in step.get("keep", {}).items():
        captures[fill(name, names)] = pick(answer, place)
    if "differ" in step:
        left, right = (captures[name] for name in step["differ"])
        assert left != right, f"{action}: {step['differ']} should differ"
