"""A small object store: keeps objects in memory, and lets in only who signs, as COS or as S3-compatible stores do."""

import hashlib
import hmac
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SECRET_ID = "AKIDbuckets00000000000000000000000000001"
SECRET_KEY = "bucketsSecretKey00000000000000000000001"
REGION = "ap-guangzhou"


class Store:
    """Objects by path; `requests` are what was let in, `signature` is `cos`, `s3` or None for an open store."""

    def __init__(self, signature):
        self.signature = signature
        self.objects = {}
        self.requests = []
        self.refused = []
        store = self

        class Handler(BaseHTTPRequestHandler):
            """One request."""

            protocol_version = "HTTP/1.1"

            def handle_any(self):
                """What is asked, if the signature holds."""
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                wrong = store.wrong(self.command, self.path, self.headers)
                if wrong:
                    store.refused.append(wrong)
                    return self.reply(403, wrong.encode())
                store.requests.append((self.command, self.path, self.headers))
                self.reply(*store.answer(self.command, self.path, body))

            def reply(self, status, body):
                """One answer."""
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = handle_any

            def log_message(self, *_):
                """Nothing is logged."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, method, target, body):
        """Status and body."""
        path, query = urlsplit(target).path, dict(parse_qsl(urlsplit(target).query, keep_blank_values=True))
        path = unquote(path)
        if method == "PUT":
            self.objects[path] = body
            return 200, b""
        if method == "POST":
            if "append" not in query:
                return 200, b"posted"
            if int(query.get("position", -1)) != len(self.objects.get(path, b"")):
                return 409, b"PositionNotEqualToLength"
            self.objects[path] = self.objects.get(path, b"") + body
            return 200, b""
        if path not in self.objects:
            return 404, b"NoSuchKey"
        if method == "DELETE":
            del self.objects[path]
            return 204, b""
        return 200, self.objects[path]

    def wrong(self, method, target, headers):
        """Why a request is not let in, or nothing."""
        if self.signature is None:
            return None
        if len(headers.get_all("Authorization") or []) != 1:
            return "one Authorization is needed"
        return (wrong_cos if self.signature == "cos" else wrong_s3)(method, target, headers)

    def close(self):
        """Ends it."""
        self.server.shutdown()
        self.server.server_close()


def wrong_cos(method, target, headers):
    """The vendor's page "request signature", step by step."""
    given = dict(pair.split("=", 1) for pair in headers["Authorization"].split("&"))
    start, end = (int(moment) for moment in given["q-sign-time"].split(";"))
    if not start <= time.time() <= end:
        return "expired"
    url = urlsplit(target)
    pairs = {quote(k, safe="").lower(): quote(v, safe="") for k, v in parse_qsl(url.query, keep_blank_values=True)}
    if sorted(pairs) != [name for name in given["q-url-param-list"].split(";") if name]:
        return "not every parameter is signed"
    names = given["q-header-list"].split(";")
    if "host" not in names:
        return "the host is not signed"
    lines = "&".join(f"{name}={quote(headers[name], safe='')}" for name in names)
    query = "&".join(f"{name}={value}" for name, value in sorted(pairs.items()))
    text = f"{method.lower()}\n{unquote(url.path)}\n{query}\n{lines}\n"
    key = hmac.new(SECRET_KEY.encode(), given["q-key-time"].encode(), hashlib.sha1).hexdigest()
    to_sign = f"sha1\n{given['q-sign-time']}\n{hashlib.sha1(text.encode()).hexdigest()}\n"
    wanted = hmac.new(key.encode(), to_sign.encode(), hashlib.sha1).hexdigest()
    if (given["q-ak"], given["q-signature"]) != (SECRET_ID, wanted):
        return f"the signature of {text!r} is {wanted}"
    return None


def wrong_s3(method, target, headers):
    """What botocore, the signer of AWS's own tools, makes of the same request."""
    signed = headers["Authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    if not {"host", "x-amz-date", "x-amz-content-sha256"} <= set(signed):
        return "too little is signed"
    url = urlsplit(target)
    request = AWSRequest(
        method,
        f"http://{headers['Host']}{url.path}",
        headers={name: headers[name] for name in signed if name != "host"},
        params=dict(parse_qsl(url.query, keep_blank_values=True)),
    )
    request.context["timestamp"] = headers["X-Amz-Date"]
    request.context["payload_signing_enabled"] = False
    signer = S3SigV4Auth(Credentials(SECRET_ID, SECRET_KEY), "s3", REGION)
    canonical = signer.canonical_request(request)
    wanted = signer.signature(signer.string_to_sign(request, canonical), request)
    credential = f"Credential={SECRET_ID}/{headers['X-Amz-Date'][:8]}/{REGION}/s3/aws4_request"
    authorization = headers["Authorization"]
    if f"Signature={wanted}" in authorization and credential in authorization:
        return None
    return f"the signature of {canonical!r} is {wanted}"
