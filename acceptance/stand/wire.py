"""HTTP/1.1 as bytes on a socket: nothing is tidied up on the way, so a test sees what a caller sees."""

import socket
import ssl
from dataclasses import dataclass, field

TIMEOUT = 60


@dataclass
class Response:
    """One answer, with the interim answers that came before it."""

    version: str
    status: int
    reason: str
    headers: list
    body: bytes = b""
    trailers: list = field(default_factory=list)
    interim: list = field(default_factory=list)
    chunked: bool = False

    def all(self, name):
        """Every value of a header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name):
        """The first value of a header, or None."""
        return next(iter(self.all(name)), None)

    @property
    def text(self):
        """The body as text."""
        return self.body.decode()


class Closed(Exception):
    """The other side closed before a whole answer came."""


class Wire:
    """A connection to a listener of the gateway."""

    def __init__(self, address, tls_name=None):
        self.socket = socket.create_connection(address, timeout=TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls_name is not None:
            trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            trusting.check_hostname = False
            trusting.verify_mode = ssl.CERT_NONE
            self.socket = trusting.wrap_socket(self.socket, server_hostname=tls_name)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """Sends text (as Latin-1) or bytes."""
        self.socket.sendall(data.encode("latin-1") if isinstance(data, str) else data)

    def finish(self):
        """Says that nothing more will be sent."""
        self.socket.shutdown(socket.SHUT_WR)

    def head(self):
        """A status line and header lines, without a body: what an interim answer is."""
        block = self.until(b"\r\n\r\n").decode("latin-1")
        status_line, *lines = block.split("\r\n")
        version, status, *reason = status_line.split(" ", 2)
        return Response(version, int(status), "".join(reason), [pair(line) for line in lines])

    def receive(self, method="GET"):
        """The next whole answer; `method` is that of the request, since an answer to HEAD has no body."""
        interim = []
        response = self.head()
        while response.status < 200 and response.status != 101:
            interim.append(response)
            response = self.head()
        response.interim = interim
        if method != "HEAD" and response.status not in (101, 204, 304):
            self._body(response)
        return response

    def _body(self, response):
        codings = ",".join(response.all("transfer-encoding")).lower()
        length = response.header("content-length")
        if "chunked" in codings:
            response.chunked = True
            response.body, response.trailers = self._chunks()
        elif length is not None:
            response.body = self._exactly(int(length))
        else:
            response.body = self.rest()

    def chunk(self):
        """The data of the next chunk; empty before the trailers."""
        size = int(self.until(b"\r\n").split(b";")[0], 16)
        data = self._exactly(size)
        assert size == 0 or self._exactly(2) == b"\r\n"
        return data

    def _chunks(self):
        body = b""
        while data := self.chunk():
            body += data
        trailers = []
        while line := self.until(b"\r\n"):
            trailers.append(pair(line.decode("latin-1")))
        return body, trailers

    def until(self, end):
        """Everything before `end`, which is taken too."""
        while end not in self.buffer:
            self._more()
        block, _, self.buffer = self.buffer.partition(end)
        return block

    def _exactly(self, count):
        while len(self.buffer) < count:
            self._more()
        block, self.buffer = self.buffer[:count], self.buffer[count:]
        return block

    def rest(self):
        """Everything until the other side closes."""
        while True:
            try:
                self._more()
            except Closed:
                block, self.buffer = self.buffer, b""
                return block

    def _more(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        if not data:
            raise Closed(f"closed after {self.buffer[:200]!r}")
        self.buffer += data

    def is_closed(self):
        """True when the other side closes; waits for it. False when it sends something instead."""
        if self.buffer:
            return False
        try:
            self._more()
        except Closed:
            return True
        return False


def pair(line):
    """A header line as name and value."""
    name, _, value = line.partition(":")
    return name, value.strip(" \t")


def request(method, target, host, headers=(), body=None, version="HTTP/1.1"):
    """A request as bytes. `body` is bytes, or None; its length is told unless a header tells something else."""
    names = {name.lower() for name, _ in headers}
    lines = [f"{method} {target} {version}"]
    if host is not None:
        lines.append(f"Host: {host}")
    lines += [f"{name}: {value}" for name, value in headers]
    if body is not None and not names & {"content-length", "transfer-encoding"}:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + (body or b"")


def call(address, method, target, host, headers=(), body=None, tls=False):
    """One call on a connection of its own."""
    with Wire(address, tls_name=host.rpartition(":")[0] or host if tls else None) as wire:
        wire.send(request(method, target, host, headers, body))
        return wire.receive(method)
