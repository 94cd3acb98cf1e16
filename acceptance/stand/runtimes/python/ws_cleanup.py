"""A cleanup function."""

from ws_notes import note


def main_handler(event, context):
    assert event["websocket"]["action"] == "closing"
    note("cleanup", event)
