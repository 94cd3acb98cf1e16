"""The real binary as a process of its own, with its own data folder."""

import json
import os
import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from .patience import until

SECRET_ID = "AKIDacceptance00000000000000000000000001"
SECRET_KEY = "acceptanceSecretKey000000000000000000001"
PASSWORD = "acceptance-password-1"
APP_ID = "1250000000"
REGION = "ap-guangzhou"
DOMAIN = "apigateway.localhost"


def binary():
    """The binary under test."""
    return Path(os.environ["TOLLGATE_BINARY"])


class Gateway:
    """One gateway over one data folder; it may be started and stopped many times."""

    def __init__(self, folder, arguments=(), environment=None):
        self.folder = Path(folder)
        self.data = self.folder / "data"
        self.arguments = list(arguments)
        self.environment = environment or {}
        self.process = None
        self.addresses = {}

    def start(self):
        """Starts the process and returns when it says that it is ready."""
        self.folder.mkdir(parents=True, exist_ok=True)
        told = self.data / "addresses.json"
        told.unlink(missing_ok=True)
        command = [binary(), "serve", "--data", self.data, "--http", "127.0.0.1:0", "--https", "127.0.0.1:0"]
        command += ["--admin", "127.0.0.1:0", *self.arguments]
        with (self.folder / "serve.log").open("ab") as log, (self.folder / "serve.out").open("ab") as out:
            self.process = subprocess.Popen(
                [str(word) for word in command],
                stdout=out,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env={**clean_environment(), **operator(), **self.environment},
            )
        self.addresses = until(lambda: self._addresses(told), "addresses.json")
        until(self._ready, "GET /readyz answers 200")
        return self

    def _addresses(self, told):
        self._alive()
        try:
            return json.loads(told.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None

    def _ready(self):
        self._alive()
        return self.get("/readyz")[0] == 200

    def _alive(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the gateway ended with {self.process.returncode}:\n{self.log()}")

    def log(self):
        """What the process has written to standard error."""
        return (self.folder / "serve.log").read_text(errors="replace")

    def output(self):
        """What the process has written to standard output."""
        return (self.folder / "serve.out").read_text(errors="replace")

    @property
    def http(self):
        """Host and port of the plain listener."""
        return split(self.addresses["http"][0])

    @property
    def https(self):
        """Host and port of the TLS listener."""
        return split(self.addresses["https"][0])

    @property
    def admin(self):
        """`host:port` of the management listener."""
        return self.addresses["admin"]

    def get(self, path):
        """Status, headers and text of a GET on the management address; status 0 when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://{self.admin}{path}", timeout=30) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()
        except (urllib.error.URLError, ConnectionError):
            return 0, {}, ""

    def settle(self):
        """Returns when every acknowledged change runs; on one node that is a matter of milliseconds."""

        def settled():
            told = json.loads(self.get("/readyz")[2])
            return told["revision"] >= told["stored_revision"]

        until(settled, "the stored configuration runs", pause=0.001)

    def host(self, service):
        """The host name that this installation gives to a service."""
        return f"{service}-{APP_ID}.{REGION}.{DOMAIN}"

    def stop(self):
        """Ends the process as an operator does; it has to end well."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=60)
        assert status == 0, f"SIGTERM ended with {status}:\n{self.log()}"

    def kill(self):
        """Ends the process as a crash does."""
        self.process.kill()
        self.process.wait(timeout=60)

    def restart(self):
        """A new process on the same data folder."""
        self.stop()
        return self.start()

    def close(self):
        """Ends the process if it still runs."""
        if self.process is not None and self.process.poll() is None:
            self.stop()


def operator():
    """The operator that every gateway of the suite is first started with."""
    return {
        "TOLLGATE_OPERATOR_PASSWORD": PASSWORD,
        "TOLLGATE_OPERATOR_SECRET_ID": SECRET_ID,
        "TOLLGATE_OPERATOR_SECRET_KEY": SECRET_KEY,
    }


def clean_environment():
    """This process's environment without settings that would reach the gateway."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TOLLGATE_")}


def split(address):
    """`127.0.0.1:80` as a pair."""
    host, _, port = address.rpartition(":")
    return host, int(port)
