"""A function that lets callers call whose token is the right one: as the vendor's example has it."""

import time

CALLS = []


def main_handler(event, context):
    """Says whether the caller may call; `account`, `count`, `slow` and `broken` in the query are for tests."""
    headers, query = event["headerParameters"], event["queryStringParameters"]
    CALLS.append(headers.get("token"))
    if "slow" in query:
        time.sleep(2)
    if "account" in query:
        return {"api-auth": query["account"] == "mine"}
    if "broken" in query:
        return {"auth": True}
    if "failing" in query:
        raise ValueError("no verdict")
    if "body" in query:
        return {"api-auth": event["body"] == "secret"}
    if "count" in query:
        return {"api-auth": len([token for token in CALLS if token == headers.get("token")]) == 1}
    return {"api-auth": headers.get("token") == "right"}
