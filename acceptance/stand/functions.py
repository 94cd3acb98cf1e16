"""Function runtimes as processes of their own, and a stand-in for the cloud's Invoke API."""

import hashlib
import json
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tencentcloud.common.sign import Sign
from tencentcloud.scf.v20180416 import models

RUNTIMES = Path(__file__).parent / "runtimes"
SECRET_ID = "AKIDfunctions000000000000000000000000001"
SECRET_KEY = "functionsSecretKey0000000000000000000001"


class Runtime:
    """A process that runs handlers."""

    def __init__(self, *command):
        self.process = subprocess.Popen(
            [str(word) for word in command], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
        )
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    def close(self):
        """Ends it."""
        self.process.kill()
        self.process.wait(timeout=60)
        self.process.stdout.close()


def python(notes):
    """Python handlers; asynchronous ones write into `notes`."""
    return Runtime(sys.executable, RUNTIMES / "serve.py", RUNTIMES / "python", notes)


def node():
    """Node handlers."""
    return Runtime("node", RUNTIMES / "serve.js", RUNTIMES / "node")


class InvokeApi:
    """The action `Invoke` of the cloud, version 2018-04-16: checks the TC3 signature with the SDK's own functions, reads
    the request and writes the answer with the SDK's own models."""

    def __init__(self):
        self.requests = []
        self.headers = []
        self.result = {"RetMsg": "null", "InvokeResult": 0, "ErrMsg": ""}
        self.error = None
        api = self

        class Handler(BaseHTTPRequestHandler):
            """One call."""

            protocol_version = "HTTP/1.1"

            def do_POST(self):
                """Every action is a POST."""
                body = self.rfile.read(int(self.headers["Content-Length"]))
                text = json.dumps({"Response": api.answer(self.headers, body)}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                """Nothing is logged."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, headers, body):
        """The `Response` of one call."""
        refused = self.check(headers, body)
        if refused:
            return {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": refused}, "RequestId": "r"}
        request = models.InvokeRequest()
        request.from_json_string(body.decode())
        self.requests.append(request)
        self.headers.append(headers)
        if self.error:
            return {"Error": self.error, "RequestId": "r"}
        response = models.InvokeResponse()
        response._deserialize({"Result": self.result, "RequestId": "r"})
        return json.loads(response.to_json_string())

    @staticmethod
    def check(headers, body):
        """What is wrong with a call, or nothing."""
        if (headers["X-TC-Action"], headers["X-TC-Version"]) != ("Invoke", "2018-04-16"):
            return "another action"
        if abs(int(headers["X-TC-Timestamp"]) - time.time()) > 300:
            return "expired"
        date = time.strftime("%Y-%m-%d", time.gmtime(int(headers["X-TC-Timestamp"])))
        signed = "content-type;host"
        canonical = "\n".join([
            "POST",
            "/",
            "",
            f"content-type:{headers['Content-Type']}\nhost:{headers['Host']}\n",
            signed,
            sha256(body),
        ])
        to_sign = "\n".join([
            "TC3-HMAC-SHA256",
            headers["X-TC-Timestamp"],
            f"{date}/scf/tc3_request",
            sha256(canonical.encode()),
        ])
        signature = Sign.sign_tc3(SECRET_KEY, date, "scf", to_sign)
        wanted = (
            f"TC3-HMAC-SHA256 Credential={SECRET_ID}/{date}/scf/tc3_request, "
            f"SignedHeaders={signed}, Signature={signature}"
        )
        return None if headers["Authorization"] == wanted else f"wanted {wanted}"

    def close(self):
        """Ends it."""
        self.server.shutdown()
        self.server.server_close()


def sha256(data):
    """Hex digest."""
    return hashlib.sha256(data).hexdigest()
