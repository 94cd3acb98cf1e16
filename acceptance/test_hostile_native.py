"""The whole native API against schemathesis: whatever its document allows and forbids is sent, and the gateway bears it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from stand.gateway import SECRET_ID, SECRET_KEY
from stand.native import Native

PROGRAM = Path(sys.executable).parent / "schemathesis"
# A refusal by a rule that no schema can say is right, so `positive_data_acceptance` proves nothing here.
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "unsupported_method",
]
# The one never ends, and the others can take away what this caller asks with; test_native_logs.py and test_native_nouns.py
# have them.
LEFT_OUT = "/live$|/operators/"


@pytest.mark.parametrize("phase", ["coverage", "fuzzing"])
def test_nothing_in_the_document_breaks_the_gateway(gateway, phase):
    native = Native(gateway.admin)
    service = native.post("/services", {"name": "there"})
    api = {"name": "a", "path": "/", "method": "GET", "auth": "none", "backend": {"type": "mock", "body": "x"}}
    native.post(f"/services/{service['id']}/apis", api)
    command = [
        PROGRAM, "run", f"http://{gateway.admin}/openapi.json",
        "--header", f"Authorization: Bearer {SECRET_ID}:{SECRET_KEY}",
        "--phases", phase, "--checks", ",".join(CHECKS), "--exclude-path-regex", LEFT_OUT,
        "--max-time", "40", "--max-examples", "10", "--seed", "1", "--continue-on-failure",
        "--suppress-health-check", "all", "--generation-database", "none", "--no-color",
    ]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=gateway.folder)
    told = re.sub(r"\x1b\[[0-9;]*m", "", run.stdout)
    assert run.returncode == 0, told[-6000:] + run.stderr[-2000:]
    # What was said to be done is done, whole, and outlives the process.
    before = native.get("/configuration")
    gateway.restart()
    assert Native(gateway.admin).get("/configuration") == before
