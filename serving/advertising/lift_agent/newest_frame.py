"""The newest picture and no other, so that slowness never builds a queue."""

from serving.advertising.lift_agent.frame import Frame


class NewestFrame:
    """Where the reader leaves a frame and the agent finds it; each replaces the one before.

    Threads may share it: each of its values is one reference.

    Attributes:
      closed: Whether no other frame will come.
    """

    def __init__(self) -> None:
        self._frame: Frame | None = None
        self.closed = False

    def put(self, frame: Frame) -> None:
        """Forgets the frame before for this one."""
        self._frame = frame

    def clear(self) -> None:
        """Forgets the frame: its source is lost, and what it showed is long over."""
        self._frame = None

    def close(self) -> None:
        """Says that the source has ended."""
        self.closed = True

    def get(self) -> Frame | None:
        """The newest frame; None before the first and after a loss."""
        return self._frame
