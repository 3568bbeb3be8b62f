"""Names of the topics; `+` stands for every lift or screen."""


def state_topic(lift: str) -> str:
    """Where a lift's state is retained."""
    return f"graftnet/lifts/{lift}/state"


def presence_topic(lift: str, screen: str) -> str:
    """Where a screen says that it is online, and its last will that it is not."""
    return f"graftnet/lifts/{lift}/screens/{screen}/presence"
