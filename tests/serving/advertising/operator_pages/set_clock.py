"""A clock that a test sets."""


class SetClock:
    """Seconds since the epoch, as far as a test has come."""

    def __init__(self, now=1_800_000_000.0):
        self.now = now

    def __call__(self):
        return self.now
