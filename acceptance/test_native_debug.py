"""Debug calls: real ones, through the data plane, signed; with every decision on the way, and commands that repeat them."""

import json
import shutil
import subprocess

import pytest

from stand.native import Native, refused
from stand.site import Site

STAGES = [
    "service",
    "scheme",
    "environment",
    "route",
    "access",
    "authentication",
    "limits",
    "parameters",
    "backend",
    "answer",
]


@pytest.fixture
def site(shared, backend):
    """A site with a signed API that takes parameters, and its key."""
    site = Site(shared, backend)
    site.api(
        path="/users/{id}",
        name="users",
        method="POST",
        to="/u/{id}",
        send_as="POST",
        AuthType="SECRET",
        RequestParameters=[
            {"Name": "id", "Position": "PATH", "Type": "String", "Required": True},
            {"Name": "page", "Position": "QUERY", "Type": "int", "Required": False},
            {"Name": "X-Trace", "Position": "HEADER", "Type": "String", "Required": False},
        ],
        ServiceParameters=[
            {"Name": name, "Position": place, "RelevantRequestParameterName": name,
             "RelevantRequestParameterPosition": place}
            for name, place in (("id", "PATH"), ("page", "QUERY"), ("X-Trace", "HEADER"))
        ],
    )
    site.api(path="/mock", name="mock", mock="mocked")
    site.release()
    site.pair = site.key()
    site.plan_id = site.plan(site.pair[0])
    site.native = Native(shared.admin)
    return site


def wanted(site, name="users", **fields):
    """A debug call of an API."""
    return {"service": site.id, "environment": "release", "api": site.apis[name], **fields}


def signed(site, **fields):
    """One that succeeds."""
    parameters = [
        {"location": "path", "name": "id", "value": "4 2"},
        {"location": "query", "name": "page", "value": "7&8"},
        {"location": "header", "name": "X-Trace", "value": "it's \"quoted\" $HOME"},
    ]
    body = {"parameters": parameters, "key": site.pair[0], "body": 'first\n{"second": "\\ \' é $X `y`"}'}
    return wanted(site, **{**body, **fields})


def outcomes(report):
    """Each stage's outcome."""
    assert [step["stage"] for step in report["decisions"]] == STAGES
    return {step["stage"]: step["outcome"] for step in report["decisions"]}


def facts(report, stage):
    """What was decided on."""
    (step,) = [step for step in report["decisions"] if step["stage"] == stage]
    return {fact["name"]: fact["value"] for fact in step["facts"]}


def test_a_signed_call_goes_through_the_data_plane_and_tells_everything(site):
    report = site.native.post("/debug", signed(site))
    seen = site.backend.seen
    assert (seen.method, seen.target) == ("POST", "/u/4%202?page=7%268")
    assert seen.header("X-Trace") == "it's \"quoted\" $HOME"
    assert seen.body.encode("latin-1").decode() == signed(site)["body"]

    answer = report["answer"]
    assert answer["status"] == 200 and answer["duration_us"] > 0
    headers = {pair["name"].lower(): pair["value"] for pair in answer["headers"]}
    assert headers["x-api-requestid"] == report["logged"]["request_id"] == seen.header("X-Api-RequestId")
    assert answer["body"]["bytes"] == len(answer["body"]["text"].encode()) and not answer["body"]["is_cut"]

    request = report["request"]
    sent = {pair["name"]: pair["value"] for pair in request["headers"]}
    assert (request["method"], request["target"], request["host"]) == ("POST", "/users/4%202?page=7%268", site.host)
    assert report["string_to_sign"] == f"x-date: {sent['X-Date']}\nsource: {sent['Source']}"
    assert sent["Authorization"].startswith(f'hmac id="{site.pair[0]}"')

    matched = report["matched"]
    assert (matched["api"], matched["name"]) == (site.apis["users"], "users")
    assert matched["variables"] == [{"name": "id", "value": "4%202"}]
    assert set(outcomes(report).values()) == {"passed"}
    assert facts(report, "authentication")["usage_plan"] == site.plan_id
    assert facts(report, "backend")["status"] == "200"
    assert site.pair[1] not in json.dumps(report), "the secret is told nobody"


REFUSALS = [
    # What differs from a call that succeeds; the stage that refuses, with which status and why.
    ({"key": None}, "authentication", 401, "signature_missing"),
    ({"method": "GET"}, "route", 404, "wrong_method"),
    ({"path": "/nowhere", "parameters": []}, "route", 404, "no_api"),
    ({"environment": "prepub"}, "environment", 404, "no_api"),
]


@pytest.mark.parametrize("change, stage, status, reason", REFUSALS)
def test_a_refusal_is_told_at_its_stage(site, change, stage, status, reason):
    before = len(site.backend.requests)
    report = site.native.post("/debug", signed(site, **change))
    assert report["answer"]["status"] == status
    told = outcomes(report)
    at = STAGES.index(stage)
    assert told == {
        name: "passed" if index < at else "refused" if index == at else "not_reached" for index, name in enumerate(STAGES)
    }
    assert facts(report, stage)["refusal"] == reason == report["logged"]["refusal"]
    assert len(site.backend.requests) == before


def test_a_backend_that_is_gone_is_told(site):
    site.backend.close()
    report = site.native.post("/debug", signed(site))
    assert report["answer"]["status"] == 502
    assert outcomes(report)["backend"] == "refused"


def test_an_open_api_needs_nothing(site):
    report = site.native.post("/debug", wanted(site, "mock"))
    assert (report["answer"]["status"], report["answer"]["body"]["text"]) == (200, "mocked")
    assert report["string_to_sign"] is None
    assert report["matched"]["api"] == site.apis["mock"]


def test_another_environment_and_bytes(site):
    site.release(environment="test")
    site.native.post("/debug", signed(site, environment="test", key=None, body=None, body_base64="AP8="))
    report = site.native.post("/debug", wanted(site, "mock", environment="test"))
    assert (report["request"]["target"], report["answer"]["body"]["text"]) == ("/test/mock", "mocked")
    assert report["logged"]["environment"] == "test"


@pytest.mark.parametrize(
    "change, pointer",
    [
        ({"service": "service-nobody00"}, "/service"),
        ({"api": "api-nobody00"}, "/api"),
        ({"key": "AKIDnobody"}, "/key"),
        ({"environment": "nowhere"}, "/environment"),
        ({"method": "BREW"}, "/method"),
        ({"path": "nowhere"}, "/path"),
        ({"parameters": []}, "/parameters"),
        ({"headers": [{"name": "Host", "value": "x"}]}, "/headers"),
        ({"headers": [{"name": "X-Date", "value": "x"}]}, "/headers"),
        ({"headers": [{"name": "A", "value": "b\r\nc: d"}]}, "/headers"),
        ({"body_base64": "AP8="}, "/body_base64"),
        ({"body": None, "body_base64": "?"}, "/body_base64"),
    ],
)
def test_what_cannot_be_sent_is_named(site, change, pointer):
    problem = refused(site.native.post, "/debug", signed(site, **change))
    assert problem.status == 422
    assert [error["pointer"] for error in problem.body["errors"]] == [pointer]
    assert site.backend.requests == []


RUN = {
    "curl": ["sh", "call.sh"],
    "python": ["python3", "call.py"],
    "node": ["node", "call.js"],
    "java": ["java", "Call.java"],
    "go": ["go", "run", "call.go"],
}


@pytest.mark.parametrize("language", RUN)
@pytest.mark.parametrize("body", ["text", "bytes", "none"])
def test_the_commands_make_the_same_call_from_outside(site, tmp_path, language, body):
    command = RUN[language]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    fields = {"text": {}, "bytes": {"body": None, "body_base64": "AP8nIg=="}, "none": {"body": None}}[body]
    report = site.native.post("/debug", signed(site, **fields))
    first = site.backend.seen
    (made,) = [each for each in report["commands"] if each["language"] == language]
    assert made["run"] == " ".join(command)
    (tmp_path / made["file"]).write_text(made["code"])
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(tmp_path), "TOLLGATE_SECRET_KEY": site.pair[1]}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, timeout=240)
    assert done.returncode == 0, done.stderr.decode() + made["code"]
    assert b"200" in done.stdout, done.stdout
    second = site.backend.seen
    assert second is not first
    assert (second.method, second.target, second.body) == (first.method, first.target, first.body)
    assert second.header("X-Trace") == first.header("X-Trace")
    assert second.header("X-Api-RequestId") != first.header("X-Api-RequestId")


def test_nobody_calls_who_is_not_known(shared, site):
    assert refused(Native(shared.admin, key=None).post, "/debug", signed(site)).status == 401
