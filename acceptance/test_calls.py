"""The call scenarios: an API definition, a call, what the backend saw and what the caller got."""

import json

import pytest

from stand.backend import Answer, refusing_port
from stand.expect import ABSENT, check, fill
from stand.signing import authorization, http_date
from stand.site import Site
from stand.tags import scenarios
from stand.wire import call as call_wire


class Names(dict):
    """Captured values; `now` and `now±N` are HTTP dates of this moment."""

    def __missing__(self, name):
        if name.startswith("now"):
            return http_date(int(name[3:] or 0))
        raise KeyError(name)


@pytest.mark.parametrize("scenario", [pytest.param(case, id=title) for title, case in scenarios("calls")])
def test_call(scenario, shared, backend):
    site = Site(shared, backend, **scenario.get("service", {}))
    names = Names(
        host=site.host,
        service=site.id,
        admin=shared.admin,
        backend=backend.url,
        backend_host=backend.url.partition("://")[2],
        http_port=shared.http[1],
        nobody=f"http://127.0.0.1:{refusing_port()}",
    )
    for api in scenario["apis"]:
        site.api(**fill(api, names))
    for environment in scenario.get("release", ["release"]):
        site.release(environment)
    names |= {f"api_{name}": api for name, api in site.apis.items()}
    keys(site, scenario, names)
    for step in scenario.get("calls", ()):
        run(site, step, names)


def keys(site, scenario, names):
    """The keys of a scenario and the plans that they are in."""
    for label, fields in scenario.get("keys", {}).items():
        names[f"id_{label}"], names[f"secret_{label}"] = site.key(**(fields or {}))
    for label, fields in scenario.get("plans", {}).items():
        fields = dict(fields or {})
        members = [names[f"id_{key}"] for key in fields.pop("keys", [])]
        apis = [site.apis[name] for name in fields.pop("apis", [])]
        names[f"plan_{label}"] = site.plan(*members, apis=apis, **fields)
    for step in scenario.get("then", ()):
        site.cloud.call(step["do"], fill(step["with"], names))
    site.gateway.settle()


def run(site, step, names):
    """One call."""
    method, _, target = fill(step["call"], names).partition(" ")
    host = fill(step.get("host", "${host}"), names)
    headers = [tuple(pair) for pair in fill(step.get("headers", []), names)]
    if "sign" in step:
        headers = [*signed(fill(step["sign"] or {}, names), names), *headers]
    if "form" in step:
        headers.append(("Content-Type", "application/x-www-form-urlencoded"))
    body = step.get("body", step.get("form"))
    tls = step.get("scheme") == "https"
    before = len(site.backend.requests)
    site.backend.answer = Answer(**step["backend"]) if "backend" in step else None
    answer = call_wire(
        site.gateway.https if tls else site.gateway.http,
        method,
        target,
        host,
        headers,
        None if body is None else body.encode(),
        tls=tls,
    )
    what = f"{method} {target} on {host}"
    gets = dict(step.get("gets", {"status": 200}))
    check_answer(gets, answer, {**names, "path": target.partition("?")[0]}, what)
    seen = site.backend.requests[before:]
    if step.get("sees", ABSENT) is None or 400 <= answer.status < 500 and "sees" not in step:
        assert not seen, f"{what}: the backend should have seen nothing, and saw {seen}"
    elif "sees" in step:
        assert len(seen) == 1, f"{what}: the backend saw {len(seen)} requests; the answer was {answer}"
        check_seen(dict(step["sees"]), seen[0], names, what)


def signed(sign, names):
    """The headers of a signed call; `sign` says what differs from the usual `date source`."""
    headers = [tuple(pair) for pair in sign.get("headers", [["Date", http_date()], ["Source", "acceptance"]])]
    key = sign.get("id", names.get("id_a"))
    secret = sign.get("secret", names.get("secret_a"))
    value = authorization(key, secret, headers, sign.get("algorithm", "hmac-sha1"))
    kept = [pair for pair in headers if pair[0] not in sign.get("without", [])]
    return [*kept, ("Authorization", value)]


def check_answer(gets, answer, names, what):
    """What the caller got; `refusal` is the whole body, byte for byte."""
    refusal = gets.pop("refusal", None)
    came = {
        "status": answer.status,
        "reason": answer.reason,
        "headers": lower(answer),
        "body": answer.text,
        "json": as_json(answer.body),
    }
    assert answer.header("connection") != "keep-alive, close", what
    check(gets, came, names, f"{what}: the answer {answer.status} {answer.text[:200]!r}")
    if refusal is not None:
        text = fill(refusal, names)
        if isinstance(text, str):
            assert answer.text == '{"message":"%s"}' % text.replace("/", "\\/"), what
        else:
            check(text, json.loads(answer.body)["message"], names, f"{what}: the message")
        assert answer.header("content-type") == "application/json", what


def check_seen(sees, seen, names, what):
    """What the backend saw; `order` is the names of its headers as sent, in order, those of the gateway left out."""
    order = sees.pop("order", None)
    came = {
        "method": seen.method,
        "target": seen.target,
        "path": seen.path,
        "query": seen.query,
        "version": seen.version,
        "headers": lower(seen),
        "body": seen.body,
    }
    check(sees, came, names, f"{what}: at the backend")
    if order is not None:
        assert [name for name, _ in seen.headers if name in order] == order, seen.headers


def lower(message):
    """Headers by lower-case name; the values of a repeated one are joined by a comma."""
    return {name.lower(): ", ".join(message.all(name)) for name, _ in message.headers}


def as_json(body):
    """The body as JSON, or None."""
    try:
        return json.loads(body)
    except ValueError:
        return None
