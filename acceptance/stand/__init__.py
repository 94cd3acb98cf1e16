"""What the scenarios stand on: the real binary, real backends, real clients, and the comparison of what came with what was expected."""
