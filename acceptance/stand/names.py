"""A name server that answers what a test says."""

import socket
import struct
import threading

TYPES = {1: socket.AF_INET, 28: socket.AF_INET6}


class Names:
    """Answers A and AAAA over UDP."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.records = {}
        self.failing = set()
        self.asked = []
        threading.Thread(target=self._serve, daemon=True).start()

    def say(self, name, *addresses, ttl):
        """From now on `name` has these addresses, for `ttl` seconds at a time."""
        self.records[name] = (ttl, addresses)

    def fail(self, name, kind=1):
        """From now on the server says that it cannot tell the addresses of this kind; 1 is IPv4, 28 is IPv6."""
        self.failing.add((name, kind))

    def questions(self, name):
        """How often the IPv4 addresses of a name were asked for."""
        return self.asked.count((name, 1))

    def close(self):
        """Says nothing more."""
        self.socket.close()

    def _serve(self):
        while True:
            try:
                query, peer = self.socket.recvfrom(4096)
                self.socket.sendto(self._answer(query), peer)
            except OSError:
                return

    def _answer(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode().lower())
            at += 1 + query[at]
        (kind,) = struct.unpack("!H", query[at + 1 : at + 3])
        question = query[12 : at + 5]
        name = ".".join(labels)
        self.asked.append((name, kind))
        ttl, addresses = self.records.get(name, (0, ()))
        family = TYPES.get(kind)
        wanted = [one for one in addresses if (":" in one) == (family == socket.AF_INET6)] if family else []
        answers = b"".join(
            struct.pack("!HHHIH", 0xC00C, kind, 1, ttl, len(packed)) + packed
            for packed in (socket.inet_pton(family, one) for one in wanted)
        )
        status = 0x8180 if name in self.records else 0x8183
        if (name, kind) in self.failing:
            status, wanted, answers = 0x8182, [], b""
        return query[:2] + struct.pack("!HHHHH", status, 1, len(wanted), 0, 0) + question + answers
