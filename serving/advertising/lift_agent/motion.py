"""Motion against a background that adapts slowly."""

import math

import numpy as np
from numpy.typing import NDArray

from serving.advertising.lift_agent.settings import MotionSettings

# Small enough to cost nothing and to average a sensor's noise away; a person still covers hundreds
# of pixels.
WIDTH, HEIGHT = 64, 48


class MotionDetector:
    """Compares grey pictures with a background that forgets exponentially.

    Somebody who stands still goes on counting as motion until the background has taken them in;
    their leaving is motion again.
    """

    def __init__(self, settings: MotionSettings):
        self._settings = settings
        self._background: NDArray[np.float32] | None = None
        self._seen_at = 0.0

    def moved(self, grey: NDArray[np.uint8], moment: float) -> bool:
        """Whether enough pixels differ from the background, which then adapts.

        Args:
          grey: Picture of [height, width], of one size for a detector.
          moment: When it came, in seconds of a monotonic clock.

        Returns:
          False for the first picture, which becomes the background.
        """
        if self._background is None:
            self._background = grey.astype(np.float32)
            self._seen_at = moment
            return False
        difference = grey - self._background
        changed = np.count_nonzero(np.abs(difference) > self._settings.level) / grey.size
        kept = math.exp(-(moment - self._seen_at) / self._settings.memory)
        self._background += np.float32(1 - kept) * difference
        self._seen_at = moment
        return bool(changed >= self._settings.share)
