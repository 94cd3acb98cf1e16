"""Returns what the caller's body says, to the letter."""

from types import SimpleNamespace


def main_handler(event, context):
    return SimpleNamespace(raw=event["body"].encode())
