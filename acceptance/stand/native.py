"""The native API as a program speaks it: plain requests, and every answer checked against the committed document."""

import json
import re
from pathlib import Path

import requests
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from .gateway import PASSWORD, SECRET_ID, SECRET_KEY

DOCUMENT = json.loads((Path(__file__).parents[2] / "openapi" / "native.json").read_text())
REGISTRY = Registry().with_resource("urn:openapi", Resource(contents=DOCUMENT, specification=DRAFT202012))


class Problem(AssertionError):
    """An answer that is a problem, where none was expected."""

    def __init__(self, answer):
        self.status = answer.status_code
        self.body = answer.json()
        super().__init__(f"{self.status}: {self.body}")


class Native:
    """A client of one gateway: with an access key, or after `log_in` with a session."""

    def __init__(self, admin, key=(SECRET_ID, SECRET_KEY)):
        self.base = f"http://{admin}"
        self.http = requests.Session()
        if key:
            self.http.headers["Authorization"] = f"Bearer {key[0]}:{key[1]}"

    def log_in(self, name="admin", password=PASSWORD):
        """Leaves the access key, and goes on with a session."""
        self.http.headers.pop("Authorization", None)
        session = self.post("/session", {"name": name, "password": password})
        self.http.headers["X-CSRF-Token"] = session["csrf_token"]
        return session

    def send(self, method, path, body=None, headers=None, **more):
        """The answer, whatever it is; it conforms to the document."""
        if body is not None:
            more["json"] = body
        answer = self.http.request(method, f"{self.base}/api/v1{path}", headers=headers, timeout=30, **more)
        conforms(method, path, answer)
        return answer

    def ask(self, method, path, body=None, headers=None, **more):
        """The body of an answer that is no problem."""
        answer = self.send(method, path, body, headers, **more)
        if answer.status_code >= 400:
            raise Problem(answer)
        return answer.json() if answer.content else None

    def get(self, path, /, **parameters):
        """What stands there."""
        return self.ask("GET", path, params=parameters)

    def post(self, path, body=None, **parameters):
        """Makes something, or does something."""
        return self.ask("POST", path, body, params=parameters)

    def change(self, method, path, body=None, at=None, **parameters):
        """Changes a noun as it is now; `at` is where it is shown, if not where it is changed."""
        mark = self.send("GET", at or path).headers["ETag"]
        return self.ask(method, path, body, {"If-Match": mark}, params=parameters)

    def every(self, path, limit=2, **parameters):
        """All items of a list, page by page."""
        items, token = [], {}
        while True:
            page = self.get(path, limit=limit, **token, **parameters)
            assert len(page["items"]) <= limit
            items += page["items"]
            if page["next_page_token"] is None:
                assert len(items) == page["total"]
                return items
            token = {"page_token": page["next_page_token"]}


def refused(call, *arguments, **named):
    """The problem that a call ends with."""
    try:
        answer = call(*arguments, **named)
    except Problem as problem:
        return problem
    raise AssertionError(f"this was not refused: {answer}")


def operation(method, path):
    """What the document says of a request: the template of its path and the operation."""
    path = path.partition("?")[0]
    found = []
    for template, item in DOCUMENT["paths"].items():
        pattern = re.sub(r"\\\{[^/]+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, "/api/v1" + path) and method.lower() in item:
            found.append((template.count("{"), template, item[method.lower()]))
    return min(found)[1:] if found else (None, None)


def conforms(method, path, answer):
    """Fails when the answer is not as the document has it."""
    template, found = operation("GET" if method == "HEAD" else method, path)
    kind = answer.headers.get("Content-Type", "")
    if found is None:
        assert answer.status_code in (404, 405, 401, 403, 406), f"{method} {path}: {answer.status_code}"
    status = str(answer.status_code)
    assert answer.status_code < 500 or answer.status_code == 503, answer.text
    if answer.status_code >= 400:
        assert kind == "application/problem+json", (method, path, kind)
        schema = {"$ref": "urn:openapi#/components/schemas/Problem"}
        assert answer.json()["status"] == answer.status_code
    else:
        assert status in found["responses"], f"{method} {template} does not tell of {status}"
        content = found["responses"][status].get("content")
        if content is None or method == "HEAD":
            assert not answer.content
            return
        assert kind in content, (method, path, kind)
        if kind != "application/json":
            return
        pointer = f"/paths/{template.replace('~', '~0').replace('/', '~1')}/{method.lower()}"
        schema = {"$ref": f"urn:openapi#{pointer}/responses/{status}/content/application~1json/schema"}
    faults = list(Draft202012Validator(schema, registry=REGISTRY).iter_errors(answer.json()))
    assert not faults, f"{method} {path}: {faults[0].json_path}: {faults[0].message}"
