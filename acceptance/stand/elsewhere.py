"""Another implementation of the same interface in the place of a gateway: it can be managed, and nothing else."""

import pytest

from .cloud import foreign


class Elsewhere:
    """The endpoint that the environment names; a test that needs more of it than its management is skipped."""

    def __init__(self):
        self.admin = foreign()["endpoint"]

    def settle(self):
        """Its changes act when they act."""

    def __getattr__(self, name):
        pytest.skip(f"needs a gateway of ours: {name}")
