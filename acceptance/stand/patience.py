"""Waiting for something to become true: a generous deadline, so that the speed of the machine decides nothing."""

import time

DEADLINE = 120.0


def until(probe, what, deadline=DEADLINE, pause=0.01):
    """Calls `probe` until it returns something true and returns that; fails naming `what` when the deadline passes."""
    end = time.monotonic() + deadline
    while True:
        result = probe()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {deadline:.0f} s")
        time.sleep(pause)
