"""A real authority that issues certificates over ACME: Debian's `pebble`, with a name server of the test's own."""

import json
import os
import socket
import struct
import subprocess
import threading

from .patience import until

VALIDITY = 24 * 3600


class Names:
    """A name server that leads every name here, or says that it knows none."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.lost = False
        threading.Thread(target=self._answer, daemon=True).start()

    @property
    def address(self):
        """Where it listens."""
        return "127.0.0.1:%d" % self.socket.getsockname()[1]

    def _answer(self):
        while True:
            try:
                query, peer = self.socket.recvfrom(4096)
            except OSError:
                return
            end = query.index(b"\0", 12) + 5
            kind = struct.unpack("!H", query[end - 4 : end - 2])[0]
            found = kind == 1 and not self.lost
            flags = 0x8183 if self.lost else 0x8180
            head = query[:2] + struct.pack("!HHHHH", flags, 1, int(found), 0, 0)
            answer = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 0, 4) + socket.inet_aton("127.0.0.1")
            self.socket.sendto(head + query[12:end] + (answer if found else b""), peer)

    def close(self):
        """Stops listening."""
        self.socket.close()


class Pebble:
    """The authority, which asks a gateway at its own ports for proofs."""

    def __init__(self, folder, authority, validity=VALIDITY):
        """`authority` signs the certificate of the directory itself."""
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.ca = authority.root
        chain, key = authority.issue("localhost")
        (folder / "directory.pem").write_text(chain)
        (folder / "directory.key").write_text(key)
        self.validity = validity
        self.port, self.management = free_port(), free_port()
        self.names = Names()
        self.process = None

    @property
    def directory(self):
        """The directory's URL."""
        return f"https://localhost:{self.port}/dir"

    def start(self, http, https):
        """Begins to issue; proofs are looked for at these ports."""
        settings = {
            "listenAddress": f"127.0.0.1:{self.port}",
            "managementListenAddress": f"127.0.0.1:{self.management}",
            "certificate": str(self.folder / "directory.pem"),
            "privateKey": str(self.folder / "directory.key"),
            "httpPort": http,
            "tlsPort": https,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": False,
            "certificateValidityPeriod": self.validity,
        }
        config = self.folder / "pebble.json"
        config.write_text(json.dumps({"pebble": settings}))
        environment = {**os.environ, "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "20", "PEBBLE_AUTHZREUSE": "0"}
        with (self.folder / "pebble.log").open("ab") as log:
            self.process = subprocess.Popen(
                ["pebble", "-config", str(config), "-dnsserver", self.names.address],
                stdout=log,
                stderr=log,
                env=environment,
            )
        until(self._listens, "the authority listens")
        return self

    def _listens(self):
        assert self.process.poll() is None, self.log()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def log(self):
        """What it has written."""
        return (self.folder / "pebble.log").read_text(errors="replace")

    def root(self):
        """The certificate that those trust who trust what it issues, as PEM."""
        line = ["curl", "-sS", "--cacert", str(self.ca), f"https://localhost:{self.management}/roots/0"]
        done = subprocess.run(line, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def stop(self):
        """Ends the process."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=60)

    def close(self):
        """Ends everything."""
        self.stop()
        self.names.close()


def free_port():
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
