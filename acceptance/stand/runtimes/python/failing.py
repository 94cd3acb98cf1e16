"""Raises."""


def main_handler(event, context):
    raise ValueError("no luck")
