"""Zooming out: the image becomes a part of a larger canvas."""

import numpy as np

from yolact_tf.data.augmentation.window import Window


def expand(window: Window, ratio: tuple[float, float], rng: np.random.Generator) -> Window:
    """A window `ratio` times as wide and high, uniform in the two, around the given one.

    Where the given one lies in it is drawn uniformly (SSD, Liu et al. 2016).
    """
    factor = rng.uniform(*ratio)
    spare_width, spare_height = window.width * (factor - 1), window.height * (factor - 1)
    return Window(
        window.left - rng.uniform() * spare_width,
        window.top - rng.uniform() * spare_height,
        window.width * factor,
        window.height * factor,
    )
