"""A backend that a test plays by hand, byte by byte, from the test's own thread."""

import contextlib
import socket
import ssl

from .backend import read_body, read_head
from .wire import TIMEOUT, pair


class Hand:
    """A listening socket; each connection is taken and answered by the test itself."""

    def __init__(self, tls=None, address=("127.0.0.1", 0)):
        self.listener = socket.create_server(address, backlog=512)
        self.listener.settimeout(TIMEOUT)
        self.port = self.listener.getsockname()[1]
        self.tls = tls
        self.taken = []

    @property
    def url(self):
        """What stands in an API's ServiceConfig.Url."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def take(self):
        """The next connection."""
        connection, _ = self.listener.accept()
        connection.settimeout(TIMEOUT)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.tls:
            connection = self.tls.wrap_socket(connection, server_side=True)
        self.taken.append(Taken(connection))
        return self.taken[-1]

    def close(self):
        """Stops listening and drops every connection."""
        self.listener.close()
        for one in self.taken:
            one.close()


class Taken:
    """A connection of the gateway's."""

    def __init__(self, connection):
        self.socket = connection
        self.reader = connection.makefile("rb")

    def head(self):
        """The next request's head."""
        return read_head(self.reader)

    def request(self):
        """The next request with its body."""
        seen = read_head(self.reader)
        read_body(self.reader, seen)
        return seen

    def read(self, count):
        """So many bytes."""
        return self.reader.read(count)

    def lines(self):
        """Lines until the empty one, as pairs."""
        lines = []
        while line := self.reader.readline(65536).decode("latin-1").rstrip("\r\n"):
            lines.append(pair(line))
        return lines

    def send(self, data):
        """Sends text (as Latin-1) or bytes."""
        self.socket.sendall(data.encode("latin-1") if isinstance(data, str) else data)

    def has_ended(self):
        """True when the gateway ends the connection; waits for it. False when it sends something instead."""
        try:
            return self.reader.read(1) == b""
        except (ConnectionResetError, ssl.SSLError):
            return True

    def close(self):
        """Ends the connection."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.reader.close()
        self.socket.close()
