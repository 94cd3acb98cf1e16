"""A function that changes requests as the request itself asks for, in the query's `do`."""

import base64
import json


def main_handler(event, context):
    """Gives what it was told in a header, and what `do` asks for."""
    query = event["queryStringParameters"]
    wish = json.loads(query.get("do", "{}"))
    if wish == "raise":
        raise ValueError("no change")
    if wish == "nonsense":
        return ["nothing"]
    told = base64.b64encode(json.dumps(event, sort_keys=True).encode()).decode()
    wish["replace_headers"] = {"X-Told": told, **wish.get("replace_headers", {})}
    return wish
