"""A transport function, as the cloud's documents write one: it pushes back what it heard before it returns."""

import json
import os
import time
import urllib.error
import urllib.request
from pathlib import Path

from ws_notes import note


def push(websocket):
    """One push, to where the gateway takes them."""
    address = Path(os.environ["NOTES"], "push").read_text()
    sent = urllib.request.Request(
        address, json.dumps({"websocket": websocket}).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(sent, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def main_handler(event, context):
    told = event["websocket"]
    assert told["action"] == "data send"
    note("transport", event)
    connection = told["secConnectionID"]
    if told["data"] == "raise":
        raise ValueError("no luck")
    if told["data"] == "quiet":
        return "nobody reads this"
    if told["data"] == "slow":
        time.sleep(1)
    if told["data"] == "close":
        note("pushed", push({"action": "closing", "secConnectionID": connection, "dataType": "text", "data": "bye"}))
    else:
        note("pushed", push({**told, "action": "data send"}))
    return "ok"
