"""What the functions of a WebSocket were told, a line each."""

import json
import os
from pathlib import Path


def note(function, told):
    """Keeps it."""
    with Path(os.environ["NOTES"], "told").open("a") as file:
        file.write(json.dumps([function, told]) + "\n")
