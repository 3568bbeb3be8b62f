"""An image that ships with the package, for requests that stand for a client's."""

from importlib import resources

SNAPSHOT = "lift_snapshot.jpg"


def lift_snapshot() -> bytes:
    """The JPEG file of a lift's snapshot with passengers, as `draw` drew it."""
    return resources.files(__name__).joinpath(SNAPSHOT).read_bytes()
