"""HTTP/2 as frames on a socket: nothing is tidied up on the way, so a test can break every rule."""

import socket
import ssl
import struct
from dataclasses import dataclass, field

import hpack

TIMEOUT = 30
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

KINDS = {
    "DATA": 0,
    "HEADERS": 1,
    "PRIORITY": 2,
    "RST_STREAM": 3,
    "SETTINGS": 4,
    "PUSH_PROMISE": 5,
    "PING": 6,
    "GOAWAY": 7,
    "WINDOW_UPDATE": 8,
    "CONTINUATION": 9,
}
NAMES = {number: name for name, number in KINDS.items()}
FLAGS = {"END_STREAM": 0x1, "ACK": 0x1, "END_HEADERS": 0x4, "PADDED": 0x8, "PRIORITY": 0x20}
CODES = [
    "NO_ERROR",
    "PROTOCOL_ERROR",
    "INTERNAL_ERROR",
    "FLOW_CONTROL_ERROR",
    "SETTINGS_TIMEOUT",
    "STREAM_CLOSED",
    "FRAME_SIZE_ERROR",
    "REFUSED_STREAM",
    "CANCEL",
    "COMPRESSION_ERROR",
    "CONNECT_ERROR",
    "ENHANCE_YOUR_CALM",
]
SETTINGS = {
    "HEADER_TABLE_SIZE": 1,
    "ENABLE_PUSH": 2,
    "MAX_CONCURRENT_STREAMS": 3,
    "INITIAL_WINDOW_SIZE": 4,
    "MAX_FRAME_SIZE": 5,
    "MAX_HEADER_LIST_SIZE": 6,
}


class Closed(Exception):
    """The other side closed before what was waited for came."""


@dataclass
class Frame:
    """One frame as it came."""

    kind: str
    flags: int
    stream: int
    payload: bytes

    def has(self, flag):
        """Whether a flag is set."""
        return bool(self.flags & FLAGS[flag])

    @property
    def code(self):
        """The error code of RST_STREAM and GOAWAY."""
        at = 4 if self.kind == "GOAWAY" else 0
        number = struct.unpack_from(">I", self.payload, at)[0]
        return CODES[number] if number < len(CODES) else hex(number)

    @property
    def last_stream(self):
        """The last stream that GOAWAY tells of."""
        return struct.unpack_from(">I", self.payload)[0] & 0x7FFFFFFF


@dataclass
class Answer:
    """What came on one stream."""

    status: int = 0
    headers: list = field(default_factory=list)
    body: bytes = b""
    trailers: list = field(default_factory=list)
    interim: list = field(default_factory=list)
    ended: bool = False
    reset: str = None

    def header(self, name):
        """The first value of a header, or None."""
        return next((value for key, value in self.headers if key == name), None)


def frame(kind, flags=0, stream=0, payload=b"", length=None):
    """The bytes of a frame; `length` may lie."""
    number = KINDS[kind] if isinstance(kind, str) else kind
    said = len(payload) if length is None else length
    return struct.pack(">I", said)[1:] + bytes([number, flags]) + struct.pack(">I", stream) + payload


def settings(pairs):
    """The payload of SETTINGS."""
    return b"".join(struct.pack(">HI", SETTINGS.get(name, name), value) for name, value in pairs)


class End:
    """One end of a connection that speaks in frames."""

    def __init__(self, wire):
        self.socket = wire
        self.encoder = hpack.Encoder()
        self.decoder = hpack.Decoder()
        self.decoder.max_header_list_size = 1 << 20
        self.buffer = b""
        self.seen = []
        self.goaway = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """Sends bytes."""
        self.socket.sendall(data)

    def frame(self, kind, flags=0, stream=0, payload=b"", length=None):
        """Sends one frame."""
        self.send(frame(kind, flags, stream, payload, length))

    def block(self, fields):
        """A header block. Names and values go as they are given."""
        return self.encoder.encode(list(fields), huffman=False)

    def receive(self):
        """The next frame. SETTINGS and PING are acknowledged."""
        header = self._exactly(9)
        length = int.from_bytes(header[:3], "big")
        stream = struct.unpack(">I", header[5:9])[0] & 0x7FFFFFFF
        came = Frame(NAMES.get(header[3], header[3]), header[4], stream, self._exactly(length))
        self.seen.append(came)
        self._note(came)
        return came

    def _note(self, came):
        if came.kind == "SETTINGS" and not came.has("ACK"):
            self.attempt(frame("SETTINGS", FLAGS["ACK"]))
        elif came.kind == "PING" and not came.has("ACK"):
            self.attempt(frame("PING", FLAGS["ACK"], 0, came.payload))
        elif came.kind == "GOAWAY":
            self.goaway = came

    def fields(self, came):
        """The fields of a header block."""
        assert came.has("END_HEADERS"), "the gateway's heads are small"
        return [(text(name), text(value)) for name, value in self.decoder.decode(came.payload, raw=True)]

    def attempt(self, data):
        """Sends bytes, if the other side still takes any."""
        try:
            self.send(data)
        except OSError:
            # The other side has closed for writing; what it said before is still read.
            pass

    def _exactly(self, count):
        while len(self.buffer) < count:
            try:
                more = self.socket.recv(65536)
            except (ConnectionError, ssl.SSLError) as error:
                raise Closed(str(error)) from error
            if not more:
                raise Closed("closed")
            self.buffer += more
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken


class Frames(End):
    """A connection to a listener of the gateway. What comes is noted in `answers`, and windows are opened for it."""

    def __init__(self, address, tls_name=None, begin=True, wishes=(), read_slowly=False):
        wire = socket.create_connection(address, timeout=TIMEOUT)
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls_name is not None:
            trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            trusting.check_hostname = False
            trusting.verify_mode = ssl.CERT_NONE
            trusting.set_alpn_protocols(["h2"])
            wire = trusting.wrap_socket(wire, server_hostname=tls_name)
            assert wire.selected_alpn_protocol() == "h2"
        super().__init__(wire)
        self.answers = {}
        self.opens_windows = not read_slowly
        if begin:
            self.begin(wishes)

    def begin(self, wishes=()):
        """Sends what a connection begins with."""
        self.send(PREFACE + frame("SETTINGS", payload=settings(wishes)))

    def request(self, stream, fields, body=None, end=True):
        """Sends HEADERS, and the body in one DATA frame if there is one."""
        flags = FLAGS["END_HEADERS"] | (FLAGS["END_STREAM"] if body is None and end else 0)
        self.frame("HEADERS", flags, stream, self.block(fields))
        if body is not None:
            self.data(stream, body, end)

    def data(self, stream, body, end=False):
        """Sends one DATA frame."""
        self.frame("DATA", FLAGS["END_STREAM"] if end else 0, stream, body)

    def reset(self, stream, code="CANCEL"):
        """Sends RST_STREAM."""
        self.frame("RST_STREAM", 0, stream, struct.pack(">I", CODES.index(code)))

    def window(self, stream, size):
        """Sends WINDOW_UPDATE."""
        self.frame("WINDOW_UPDATE", 0, stream, struct.pack(">I", size))

    def _note(self, came):
        super()._note(came)
        answer = self.answers.setdefault(came.stream, Answer()) if came.stream else None
        if came.kind == "HEADERS":
            fields = self.fields(came)
            status = next((int(value) for name, value in fields if name == ":status"), None)
            fields = [pair for pair in fields if not pair[0].startswith(":")]
            if status is not None and status < 200:
                answer.interim.append((status, fields))
            elif status is not None:
                answer.status, answer.headers = status, fields
            else:
                answer.trailers = fields
        elif came.kind == "DATA":
            answer.body += came.payload
            if self.opens_windows and came.payload:
                size = struct.pack(">I", len(came.payload))
                self.attempt(frame("WINDOW_UPDATE", 0, 0, size))
                if not came.has("END_STREAM"):
                    self.attempt(frame("WINDOW_UPDATE", 0, came.stream, size))
        elif came.kind == "RST_STREAM":
            answer.reset = came.code
        if came.kind in ("HEADERS", "DATA") and came.has("END_STREAM"):
            answer.ended = True

    def until(self, wanted):
        """Receives until `wanted(frame)` holds and gives that frame."""
        while True:
            came = self.receive()
            if wanted(came):
                return came

    def answer(self, stream):
        """The whole answer on a stream, or its reset."""
        while not (stream in self.answers and (self.answers[stream].ended or self.answers[stream].reset)):
            self.receive()
        return self.answers[stream]

    def ended_with(self):
        """The code of the GOAWAY with which the connection ends; waits for the end."""
        try:
            while True:
                self.receive()
        except Closed:
            return self.goaway and self.goaway.code


def text(value):
    """A field's name or value as text."""
    return value.decode("latin-1") if isinstance(value, bytes) else value
