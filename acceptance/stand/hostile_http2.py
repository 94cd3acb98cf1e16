"""A backend that speaks HTTP/2 as no backend should: scenarios tell it, frame by frame.

A call's path is `/SCRIPT/TOKEN`. The script named is played on the call's stream; in every text that it sends,
`${token}` is the call's token. `/honest/TOKEN` is always answered well. So are `/waiting/TOKEN` and `/begun/TOKEN`,
when `gate` is opened: of the latter half of the answer comes before. A connection on which a script has played that
ends one (`ends`) is spoilt: a request that comes on it afterwards is noted, for no gateway may send one.
"""

import contextlib
import re
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass, field

from hpack.hpack import encode_integer

from .frames import CODES, FLAGS, PREFACE, Closed, End, frame, settings
from .hostile import FLOOD, PATIENCE, wait_for_end
from .patience import until

OWN_STREAM = ("DATA", "HEADERS", "RST_STREAM", "PUSH_PROMISE", "WINDOW_UPDATE", "CONTINUATION")
GREETING = [{"SETTINGS": {}}]


@dataclass
class Asked:
    """A request, and what became of it."""

    script: str
    token: str
    method: str
    stream: int
    connection: "Connection"
    body: bytes = b""
    sent: bool = False
    # The gateway has reset the stream.
    forsaken: threading.Event = field(default_factory=threading.Event)

    @property
    def ended(self):
        """Nobody waits for more of the answer."""
        return self.forsaken.is_set() or self.connection.ended or self.stream in self.connection.finished


class Secured:
    """TLS over a socket that one thread may read while others write, which an `SSLSocket` does not bear."""

    def __init__(self, wire, context):
        self.wire = wire
        self.coming, self.going = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.coming, self.going, server_side=True)
        self.state, self.sending = threading.Lock(), threading.Lock()
        while not self._shaken():
            self._take()

    def _shaken(self):
        try:
            self.tls.do_handshake()
            return True
        except ssl.SSLWantReadError:
            return False
        finally:
            self.wire.sendall(self.going.read())

    def _take(self):
        data = self.wire.recv(65536)
        if not data:
            raise Closed("closed")
        with self.state:
            self.coming.write(data)

    def recv(self, most):
        """What comes; nothing after a goodbye."""
        while True:
            with self.state:
                try:
                    return self.tls.read(most)
                except ssl.SSLWantReadError:
                    pass
                except ssl.SSLZeroReturnError:
                    return b""
            self._take()

    def sendall(self, data):
        """Sends bytes."""
        with self.sending:
            with self.state:
                self.tls.write(data)
                packed = self.going.read()
            self.wire.sendall(packed)


class Connection(End):
    """A connection from the gateway; one thread reads it, and each script that plays on it has one of its own."""

    def __init__(self, backend, wire, number):
        super().__init__(Secured(wire, backend.tls))
        self.backend, self.wire, self.number = backend, wire, number
        self.asked, self.finished = {}, set()
        self.spoilt = None
        self.muted = False
        self.ended = False

    def send(self, data):
        if not self.muted:
            super().send(data)

    def serve(self):
        """Reads until the end, and answers."""
        assert self._exactly(len(PREFACE)) == PREFACE
        self.play(Asked("greeting", "", "", 0, self), self.backend.greeting)
        while True:
            self._serve(self.receive())

    def _serve(self, came):
        if came.kind == "HEADERS":
            fields = dict(self.fields(came))
            _, script, own = fields[":path"].split("/")
            asked = Asked(script, own, fields[":method"], came.stream, self)
            self.asked[came.stream] = asked
            if self.spoilt:
                self.backend.reused.append((self.spoilt, fields[":path"]))
            self.backend.asked.append(asked)
        asked = self.asked.get(came.stream)
        if came.kind == "DATA":
            asked.body += came.payload
            if self.backend.opens_windows and came.payload:
                size = struct.pack(">I", len(came.payload))
                self.attempt(frame("WINDOW_UPDATE", 0, 0, size) + frame("WINDOW_UPDATE", 0, came.stream, size))
        elif came.kind == "RST_STREAM":
            asked.forsaken.set()
        whole = came.kind in ("HEADERS", "DATA") and came.has("END_STREAM")
        if whole and asked.script == "honest":
            self.backend.honest.append(asked.token)
            self.answer(asked)
        elif whole and asked.script in ("waiting", "begun"):
            threading.Thread(target=self._wait, args=(asked,), daemon=True).start()
        elif asked and asked.script in self.backend.scripts:
            steps = self.backend.scripts[asked.script]
            if whole if "unread" not in steps else came.kind == "HEADERS":
                self._begin(asked, steps)

    def _begin(self, asked, steps):
        if asked.script in self.backend.ends:
            self.spoilt = f"/{asked.script}/{asked.token}"
        if "sit" in steps:
            # Not even looking at the connection: what comes stays with the system.
            self.muted = asked.sent = True
            wait_for_end(self.wire)
            raise Closed("the gateway has gone")
        threading.Thread(target=self._play, args=(asked, steps), daemon=True).start()

    def answer(self, asked):
        """A good answer, in two halves."""
        for half in halves(asked):
            self.attempt(half)
        asked.sent = True

    def _wait(self, asked):
        first, second = halves(asked)
        if asked.script == "begun":
            self.attempt(first)
            first = b""
        self.backend.waiting.append(asked)
        self.backend.gate.wait(PATIENCE)
        self.attempt(first + second)

    def _play(self, asked, steps):
        try:
            self.play(asked, steps)
        except OSError:
            pass  # the gateway wants no more
        asked.sent = True

    def play(self, asked, steps):
        """What a script has to be done."""
        for step in steps:
            match step:
                case "unread":
                    pass
                case "hold":
                    return
                case "mute":
                    # Whatever else is asked on this connection gets no answer.
                    self.muted = True
                case "close":
                    self.muted = True
                    self.wire.shutdown(socket.SHUT_WR)
                case "reset":
                    self.muted = True
                    self.wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    # Whoever reads is woken up, and closes.
                    self.wire.shutdown(socket.SHUT_RD)
                case "forsaken":
                    asked.forsaken.wait(PATIENCE)
                case {"repeat": frames, "times": times}:
                    self.send(b"".join(spell(one, asked) for one in frames) * times)
                case {"first": count, "of": frames}:
                    self.send(b"".join(spell(one, asked) for one in frames)[:count])
                case {"flood": frames}:
                    asked.sent = True
                    block = b"".join(spell(one, asked) for one in frames)
                    block *= max(1, FLOOD // len(block))
                    while not self.ended and not self.muted:
                        self.send(block)
                        # Whoever answers another call on this connection gets a word in.
                        time.sleep(0.001)
                case _:
                    self.send(spell(step, asked))


def halves(asked):
    """A good answer."""
    head = spell({"HEADERS": {":status": 200, "x-token": "${token}", "content-length": 20}}, asked)
    first = spell({"DATA": asked.token[:10]}, asked)
    return head + first, spell({"DATA": asked.token[10:], "end": True}, asked)


class HostileHttp2:
    """One listening backend. `greeting` is what every connection begins with; with `opens_windows` off what is taken of
    request bodies makes no room for more."""

    def __init__(self, certificate, greeting=None, opens_windows=True):
        self.greeting = GREETING if greeting is None else greeting
        self.opens_windows = opens_windows
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate)
        self.tls.set_alpn_protocols(["h2"])
        self._forget()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"https://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def played(self):
        """The requests whose scripts were to be played."""
        return [one for one in self.asked if one.script in self.scripts]

    def _forget(self):
        self.scripts, self.ends = {}, set()
        self.asked, self.honest, self.reused, self.waiting = [], [], [], []
        self.gate = threading.Event()
        self.connections = []

    def begin_anew(self):
        """Ends every connection, and forgets what was. When this returns the gateway knows, and makes new ones."""
        self.gate.set()
        for one in self.connections:
            one.muted = True
            with contextlib.suppress(OSError):
                one.wire.shutdown(socket.SHUT_WR)
        until(lambda: all(one.ended for one in self.connections), "the gateway has closed its connections too")
        self._forget()

    def close(self):
        """Stops listening and drops every connection."""
        self.gate.set()
        for wire in [self.listener, *(one.wire for one in self.connections)]:
            with contextlib.suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self):
        while True:
            try:
                wire, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(wire,), daemon=True).start()

    def _serve(self, wire):
        connection = None
        try:
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(self, wire, len(self.connections))
            self.connections.append(connection)
            connection.serve()
        except (OSError, Closed):
            pass
        finally:
            wire.close()
            if connection:
                connection.ended = True


def spell(step, asked):
    """The bytes that a step sends: `send` is bytes as they are, anything else a frame; its own stream is the call's."""
    if "send" in step:
        return fill(step["send"], asked)
    kind, said = next(iter(step.items()))
    stream = step.get("stream", asked.stream if kind in OWN_STREAM else 0)
    flags = step.get("flags", ["END_HEADERS"] if kind in ("HEADERS", "CONTINUATION", "PUSH_PROMISE") else [])
    flags = sum(FLAGS[flag] for flag in [*flags, *(["END_STREAM"] if step.get("end") else [])])
    if (kind == "RST_STREAM" or flags & 1 and kind in ("DATA", "HEADERS")) and stream == asked.stream:
        asked.connection.finished.add(stream)
    payload = step.get("before", b"") + _payload(kind, said, step, asked)
    return frame(step.get("number", kind), flags, stream, payload, step.get("says"))


def _payload(kind, said, step, asked):
    if isinstance(said, (str, bytes)) and kind not in ("RST_STREAM", "GOAWAY"):
        return fill(said, asked)
    match kind:
        case "RST_STREAM":
            return code(said)
        case "GOAWAY":
            last = asked.stream if step.get("last") == "own" else step.get("last", 0)
            return struct.pack(">I", last) + code(said)
        case "SETTINGS":
            return settings(said.items())
        case "WINDOW_UPDATE":
            return struct.pack(">I", said)
        case _:
            pairs = said.items() if isinstance(said, dict) else said
            pairs = [*pairs, *[("x-line", 1)] * step.get("lines", 0)]
            block = b"".join(literal(fill(str(name), asked), fill(str(value), asked)) for name, value in pairs)
            return block + bomb(step.get("bomb", 0))


def code(said):
    """An error code by its name or number."""
    return struct.pack(">I", CODES.index(said) if isinstance(said, str) else said)


def literal(name, value):
    """A field that no table holds (RFC 7541, 6.2.2): whatever was sent before, it is understood."""
    return b"\0" + bytes(encode_integer(len(name), 7)) + name + bytes(encode_integer(len(value), 7)) + value


def bomb(times):
    """A field of two thousand bytes that is put into the table, and then said again and again, by one byte."""
    field_line = literal(b"x-bomb", b"a" * 2000)
    return b"\x40" + field_line[1:] + b"\xbe" * times if times else b""


def fill(text, asked):
    """The bytes of a text in a script; `${long N}` is so many letters, and bytes stay as they are."""
    if isinstance(text, bytes):
        return text
    text = re.sub(r"\$\{long (\d+)\}", lambda found: "a" * int(found[1]), text)
    return text.replace("${token}", asked.token).encode("latin-1")
