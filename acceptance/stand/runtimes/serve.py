"""A function runtime: modules with a `main_handler`, called with the JSON object of `POST /{namespace}/{function}/{qualifier}`.

    serve.py FOLDER NOTES

Prints its port. A handler that raises is answered as the cloud's platform answers for it: status 430 and what was raised.
Everything below `/default/web/…` belongs to a web function, an ordinary WSGI-like server that says what it saw.
"""

import importlib
import json
import os
import sys
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

WEB = "/default/web/$LATEST"


class Handler(BaseHTTPRequestHandler):
    """One request; connections are kept."""

    protocol_version = "HTTP/1.1"

    def handle_any(self):
        """A function by its name."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith(WEB):
            return self.web(body)
        _, namespace, function, qualifier = self.path.split("/")
        context = SimpleNamespace(
            request_id=self.headers["X-Scf-Request-Id"],
            function_name=self.headers["X-Scf-Name"],
            namespace=namespace,
            function_version=qualifier,
        )
        try:
            result = importlib.import_module(function).main_handler(json.loads(body), context)
        except Exception:
            told = {
                "errorCode": -1,
                "errorMessage": "user code exception caught",
                "requestId": context.request_id,
                "stackTrace": traceback.format_exc(),
                "statusCode": 430,
            }
            return self.answer(430, json.dumps(told).encode())
        text = result.raw if hasattr(result, "raw") else json.dumps(result, ensure_ascii=False).encode()
        self.answer(200, text)

    def web(self, body):
        """The web function: says what it saw, with the status that the path asks for."""
        seen = {
            "method": self.command,
            "path": self.path[len(WEB) :],
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": body.decode(),
        }
        status = int(self.path.rpartition("status=")[2] or 200) if "status=" in self.path else 200
        self.answer(status, json.dumps(seen).encode(), [("X-Own", "web"), ("X-Api-FuncName", "forged")])

    def answer(self, status, body, headers=()):
        """One answer."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = handle_any

    def log_message(self, *_):
        """Nothing is logged."""


def main():
    """Serves until it is ended."""
    folder, notes = sys.argv[1:]
    sys.path.insert(0, folder)
    os.environ["NOTES"] = notes
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
