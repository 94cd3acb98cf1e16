"""A caller of a hostile backend: it knows every byte that it got, and whose they are."""

import json
import threading

from .hostile import token, tokens
from .wire import Closed, Wire, request

TEXTS = {502: "Bad Gateway", 504: "Gateway Time-out"}


class Caller(Wire):
    """A connection that remembers every byte that came since the call began."""

    def __init__(self, field, site=None):
        super().__init__(field.gateway.http)
        self.field = field
        self.site = site or field.site
        self.raw = b""

    def _more(self):
        before = len(self.buffer)
        super()._more()
        self.raw += self.buffer[before:]

    def call(self, script, method="GET", body=None, own=None):
        """One call; gives the status, and `cut` where a head came and no whole answer. Foreign tokens fail the test."""
        own = own or token()
        self.raw = b""
        data = request(method, f"/{script}/{own}", self.site.host, body=body)
        if len(data) < 65536:
            self.send(data)
        else:
            threading.Thread(target=self._push, args=(data,), daemon=True).start()
        try:
            answer = self.receive(method)
        except Closed:
            if not self.raw:
                raise
            assert self.raw.startswith(b"HTTP/1.1 "), f"a call got no answer, not even a head: {self.raw!r}"
            answer = None
        assert tokens(self.raw) <= {own}, f"another call's bytes: {self.raw!r}, and the token is {own}"
        if answer is None:
            return "cut"
        if answer.status in TEXTS and answer.header("x-api-requestid"):
            assert answer.header("content-type") == "application/json"
            assert json.loads(answer.body) == {"message": TEXTS[answer.status]}
        return answer.status

    def _push(self, data):
        try:
            self.send(data)
        except OSError:
            pass  # the gateway did not want the rest

    def honest(self, method="GET", own=None):
        """A call that is answered well."""
        own = own or token()
        status = self.call("honest", method, b"pay" if method == "POST" else None, own)
        assert (status, tokens(self.raw)) == (200, {own}), self.raw
        return status
