"""The official SDK for Node: one long-lived process of Node per worker of the suite, an action a line."""

import atexit
import json
import shutil
import subprocess
import threading
from pathlib import Path

SCRIPT = Path(__file__).resolve().parent.parent / "node" / "cloud.js"


def is_there():
    """Whether there is a Node to run it."""
    return shutil.which("node") is not None


class Node:
    """The process; it starts with the first action."""

    def __init__(self):
        self.process = None
        self.turn = threading.Lock()

    def ask(self, **question):
        """One action: what `node/cloud.js` answers."""
        with self.turn:
            if self.process is None:
                self.process = subprocess.Popen(
                    ["node", SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
                )
                atexit.register(self.end)
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        assert line, f"Node ended with {self.process.wait(timeout=60)} at {question['action']}"
        return json.loads(line)

    def end(self):
        """Ends the process: it reads nothing more."""
        self.process.stdin.close()
        self.process.wait(timeout=60)


NODE = Node()
