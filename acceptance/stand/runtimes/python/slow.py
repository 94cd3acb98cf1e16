"""Takes longer than anybody waits."""

import time


def main_handler(event, context):
    time.sleep(60)
