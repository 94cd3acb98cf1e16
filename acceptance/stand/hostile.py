"""A backend that does what no backend should do: scenarios tell it, step by step.

A call's path is `/SCRIPT/TOKEN`, or that of the event that is posted to `/event`: it is a function's runtime too. The script named is played; in every text that it sends, `${token}` is the call's token,
so that an answer tells whose it is. `/honest/TOKEN` is always answered well. A connection on which a script has played
is spoilt: a request that comes on it afterwards is noted, for no gateway may send one.
"""

import contextlib
import json
import re
import secrets
import select
import socket
import ssl
import struct
import threading
from dataclasses import dataclass

from .backend import read_body, read_head
from .wire import Closed

HONEST = "HTTP/1.1 200 OK\r\nX-Token: ${token}\r\nContent-Length: 20\r\n\r\n${token}"
TOKEN = re.compile(r"tok-[0-9a-f]{16}")

# What a step that never ends sends at a time.
FLOOD = 8192
PATIENCE = 60


def token():
    """A token of its own for a call: 20 letters."""
    return "tok-" + secrets.token_hex(8)


@dataclass
class Played:
    """A script that was played once."""

    script: str
    token: str
    connection: int
    method: str
    sent: bool = False
    ended: bool = False


class Hostile:
    """One listening backend; every connection has its own thread.

    `tls` is a server's context. `greets` is what every connection begins with in place of a request: steps.
    """

    def __init__(self, tls=None, greets=None):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.tls = tls
        self.greets = greets
        self.scripts = {}
        self.played = []
        self.honest = []
        self.reused = []
        self.connections = 0
        self.sockets = []
        self.tell = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        """What stands in an API's ServiceConfig.Url."""
        return f"{'https' if self.tls or self.greets else 'http'}://127.0.0.1:{self.port}"

    def close(self):
        """Stops listening and drops every connection."""
        for one in [self.listener, *self.sockets]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self.sockets.append(connection)
            threading.Thread(target=self._serve, args=(connection, self.connections), daemon=True).start()

    def _serve(self, connection, number):
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.greets:
                played = Played("greeting", "", number, "")
                self.played.append(played)
                self._play(connection, self.greets, played, None)
                return
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True, suppress_ragged_eofs=False)
            reader = connection.makefile("rb")
            spoilt = None
            while (seen := read_head(reader)) is not None:
                if seen.path == "/event":
                    read_body(reader, seen)
                    seen.target = json.loads(seen.body)["path"]
                    seen.headers = []
                _, script, own = seen.path.split("/")
                if spoilt:
                    self.reused.append((spoilt, seen.path))
                if script == "honest":
                    read_body(reader, seen)
                    self.honest.append(own)
                    connection.sendall(HONEST.replace("${token}", own).encode())
                    continue
                played = Played(script, own, number, seen.method)
                self.played.append(played)
                spoilt = seen.path
                if not self._play(connection, self.scripts[script], played, (reader, seen)):
                    return
                played.sent = True
        except (OSError, ssl.SSLError, Closed, ValueError):
            pass
        finally:
            connection.close()
            for one in list(self.played):
                if one.connection == number:
                    one.ended = True

    def _play(self, connection, steps, played, request):
        """True when the connection goes on."""
        if request and "unread" not in steps:
            read_body(*request)
        for step in steps:
            match step:
                case "unread":
                    pass
                case "keep":
                    return True
                case "close":
                    return False
                case "goodbye":
                    connection.unwrap()
                    return False
                case "reset":
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return False
                case "used":
                    connection.recv(1)
                case "told":
                    self.tell.wait(PATIENCE)
                case "hold":
                    played.sent = True
                    hold(connection)
                    return False
                case "sit":
                    played.sent = True
                    # Not even looking at the connection: what comes stays with the system.
                    connection.settimeout(PATIENCE)
                    wait_for_end(connection)
                    return False
                case {"send": text}:
                    connection.sendall(fill(text, played))
                case {"bytewise": text}:
                    for letter in fill(text, played):
                        connection.sendall(bytes([letter]))
                case {"repeat": text, "times": times}:
                    connection.sendall(fill(text, played) * times)
                case {"flood": text}:
                    played.sent = True
                    block = fill(text, played)
                    block *= max(1, FLOOD // len(block))
                    while True:
                        connection.sendall(block)
                case _:
                    raise AssertionError(f"no such step: {step}")
        return True


def fill(text, played):
    """The bytes of a text in a script; bytes stay as they are."""
    if isinstance(text, bytes):
        return text
    return text.replace("${token}", played.token).encode("latin-1")


def hold(connection):
    """Says nothing until the gateway ends the connection; what it sends is thrown away."""
    connection.settimeout(PATIENCE)
    while connection.recv(65536):
        pass


def wait_for_end(connection):
    """Reads nothing until the gateway has ended or reset the connection."""
    poller = select.poll()
    poller.register(connection, select.POLLRDHUP | select.POLLHUP | select.POLLERR)
    poller.poll(PATIENCE * 1000)


def tokens(data):
    """The tokens that stand in bytes."""
    return set(TOKEN.findall(data.decode("latin-1")))
