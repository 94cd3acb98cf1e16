"""A real HTTP/1.1 backend: it answers each request with what it saw, unless it is told to answer something else."""

import json
import socket
import ssl
import struct
import threading
import time
from dataclasses import asdict, dataclass, field

from .patience import until
from .wire import Closed, pair


@dataclass
class Seen:
    """A request as it came in: header order and case kept."""

    method: str
    target: str
    version: str
    headers: list
    body: str = ""
    trailers: list = field(default_factory=list)
    connection: int = 0
    peer: str = ""

    @property
    def path(self):
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def query(self):
        """The query as sent, empty when there was none."""
        return self.target.partition("?")[2]

    def all(self, name):
        """Every value of a header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name):
        """The first value of a header, or None."""
        return next(iter(self.all(name)), None)


@dataclass
class Answer:
    """What the backend answers in place of the echo."""

    status: int = 200
    reason: str = "OK"
    headers: list = field(default_factory=list)
    body: str = ""
    chunks: list = None
    trailers: list = field(default_factory=list)
    interim: list = field(default_factory=list)
    delay: float = 0
    early: bool = False
    raw: str = None
    then: str = "keep"

    def bytes(self, method):
        """The answer on the wire, without the interim answers."""
        if self.raw is not None:
            return self.raw.encode("latin-1")
        lines = [f"HTTP/1.1 {self.status} {self.reason}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        body = self.body.encode()
        if self.chunks is not None:
            lines.append("Transfer-Encoding: chunked")
            if self.trailers:
                lines.append("Trailer: " + ", ".join(name for name, _ in self.trailers))
            chunks = [chunk.encode() for chunk in self.chunks]
            body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
            body += b"0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in self.trailers).encode() + b"\r\n"
        elif self.status not in (204, 304) and not any(name.lower() == "content-length" for name, _ in self.headers):
            lines.append(f"Content-Length: {len(body)}")
        if method == "HEAD" or self.status in (204, 304):
            body = b""
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Backend:
    """One listening backend; every connection has its own thread."""

    def __init__(self, tls=None, address=("127.0.0.1", 0)):
        self.listener = socket.create_server(address, backlog=512)
        self.port = self.listener.getsockname()[1]
        self.requests = []
        self.connections = 0
        self.answer = None
        self.tls = tls
        self.gate = threading.Event()
        self.gate.set()
        self.sockets = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        """What stands in an API's ServiceConfig.Url."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def seen(self):
        """The latest request."""
        assert self.requests, "the backend saw no request"
        return self.requests[-1]

    def wait_for(self, count):
        """Waits until so many requests came in."""
        until(lambda: len(self.requests) >= count, f"the backend sees {count} requests")

    def close(self):
        """Stops listening and drops every connection."""
        self.gate.set()
        for one in [self.listener, *self.sockets]:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()

    def _accept(self):
        while True:
            try:
                connection, peer = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self.sockets.append(connection)
            threading.Thread(target=self._serve, args=(connection, peer, self.connections), daemon=True).start()

    def _serve(self, connection, peer, number):
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            reader = connection.makefile("rb")
            while self._one(connection, reader, peer, number):
                pass
        except (OSError, ssl.SSLError, Closed, ValueError):
            pass
        finally:
            connection.close()

    def _one(self, connection, reader, peer, number):
        """One request and its answer; False when the connection is over."""
        seen = read_head(reader)
        if seen is None:
            return False
        seen.connection = number
        seen.peer = f"{peer[0]}:{peer[1]}"
        answer = self.answer
        if answer is None or not answer.early:
            if (seen.header("expect") or "").lower() == "100-continue":
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            read_body(reader, seen)
        self.requests.append(seen)
        self.gate.wait(60)
        for block in answer.interim if answer else ():
            connection.sendall(block.encode())
        if answer and answer.delay:
            time.sleep(answer.delay)
        connection.sendall((answer or echo(seen)).bytes(seen.method))
        if answer is None or answer.then == "keep":
            return True
        if answer.then == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if answer.then == "hold":
            self.gate.clear()
            self.gate.wait(60)
        return False


def echo(seen):
    """The answer that tells what was seen."""
    told = {**asdict(seen), "path": seen.path, "query": seen.query}
    return Answer(headers=[("Content-Type", "application/json"), ("X-Backend", "echo")], body=json.dumps(told))


def read_head(reader):
    """Request line and header lines; None at the end of the connection."""
    line = reader.readline(65536).decode("latin-1").rstrip("\r\n")
    if not line:
        return None
    method, target, version = line.split(" ")
    return Seen(method, target, version, read_lines(reader))


def read_lines(reader):
    """Header or trailer lines until the empty one."""
    lines = []
    while line := reader.readline(65536).decode("latin-1").rstrip("\r\n"):
        lines.append(pair(line))
    return lines


def read_body(reader, seen):
    """The body, whichever way it is framed."""
    if (seen.header("transfer-encoding") or "").lower() == "chunked":
        body = b""
        while size := int(reader.readline(1024).split(b";")[0], 16):
            body += reader.read(size)
            reader.readline(2)
        seen.trailers = read_lines(reader)
    else:
        length = int(seen.header("content-length") or 0)
        body = reader.read(length)
        if len(body) < length:
            raise Closed("the request body was cut off")
    seen.body = body.decode("latin-1")


def refusing_port():
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def hanging_port(stack, address="127.0.0.1"):
    """A port that accepts no connection and refuses none, until the stack ends: its queue is full."""
    full = stack.enter_context(socket.create_server((address, 0), backlog=0))
    port = full.getsockname()[1]
    # Its queue has room for one, and takes it however long that lasts; one that has to wait shows that it is full.
    stack.enter_context(socket.create_connection((address, port)))
    while True:
        filling = stack.enter_context(socket.socket())
        filling.settimeout(0.5)
        try:
            filling.connect((address, port))
        except TimeoutError:
            return port
