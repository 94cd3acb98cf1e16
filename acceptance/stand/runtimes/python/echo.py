"""Returns what it was told."""


def main_handler(event, context):
    return event
