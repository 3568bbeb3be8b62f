"""The random crop of SSD (Liu et al. 2016) as YOLACT was trained with it."""

import numpy as np

from yolact_tf.data.augmentation.window import Window

_WHOLE = 1 / 6
_TRIES = 50


def sample_crop(
    window: Window, boxes: np.ndarray, crowds: np.ndarray, rng: np.random.Generator
) -> tuple[Window, np.ndarray]:
    """Leaves one window in six whole; of others, takes a part that shows an object.

    A part has 0.3 to 1 of either side and is at most twice as long one way as the other.
    The official code also draws a least overlap with the objects, but its condition never
    rejects a crop, and training with a mended one was found to be much worse; so there is
    none here.

    Args:
      window: What to crop.
      boxes: float [n, 4], x1, y1, x2, y2 in the window's coordinates.
      crowds: bool [n], those that are crowds.
      rng: Source of chance.

    Returns:
      (window, bool [n]: objects whose centre is inside). Unless the window is returned
      whole, one of them at least is no crowd.
    """
    everything = np.ones(len(boxes), bool)
    if crowds.all():
        return window, everything
    x, y = (boxes[:, :2] + boxes[:, 2:]).T / 2
    while rng.uniform() >= _WHOLE:
        for width, height, left, top in rng.uniform([0.3, 0.3, 0, 0], 1, (_TRIES, 4)):
            width, height = width * window.width, height * window.height
            if not 0.5 <= height / width <= 2:
                continue
            part = Window(
                window.left + left * (window.width - width),
                window.top + top * (window.height - height),
                width,
                height,
            )
            inside = part.holds(x, y)
            if (inside & ~crowds).any():
                return part, inside
    return window, everything
