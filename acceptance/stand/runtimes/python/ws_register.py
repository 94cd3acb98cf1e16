"""A registration function, as the cloud's documents write one: it passes back what it was told."""

import time

from ws_notes import note


def main_handler(event, context):
    if "requestContext" not in event.keys():
        return {"errNo": 101, "errMsg": "not found request context"}
    if "websocket" not in event.keys():
        return {"errNo": 102, "errMsg": "not found web socket"}
    note("register", event)
    asked = event["websocket"].get("secWebSocketProtocol", "")
    if "raise" in asked:
        raise ValueError("no luck")
    if "sleep" in asked:
        time.sleep(30)
    if "nonsense" in asked:
        return "agreed"
    connection = event["websocket"]["secConnectionID"]
    told = {"errNo": 3 if "refuse" in asked else 0, "errMsg": "ok"}
    told["websocket"] = {"action": "connecting", "secConnectionID": connection}
    for member in ("secWebSocketProtocol", "secWebSocketExtensions"):
        if member in event["websocket"]:
            told["websocket"][member] = event["websocket"][member]
    return told
