"""A function that changes answers as the answer itself asks for, in the header `Do`."""

import base64
import json


def main_handler(event, context):
    """Gives what it was told in a header, and what `Do` asks for."""
    wish = json.loads(event["headerParameters"].get("do", "{}"))
    if wish == "raise":
        raise ValueError("no change")
    if wish == "nonsense":
        return ["nothing"]
    told = base64.b64encode(json.dumps(event, sort_keys=True).encode()).decode()
    wish["replace_headers"] = {"X-Told": told, **wish.get("replace_headers", {})}
    return wish
