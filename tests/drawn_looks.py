"""Images that are told apart by their looks."""

import numpy as np
from PIL import Image


def scene(seed: int) -> Image.Image:
    """A scene of 80×120 pixels that looks like no other."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (80, 120), "grey")
    for left, top in rng.integers(0, (60, 90), (12, 2)).tolist():
        colour = tuple(rng.integers(0, 256, 3).tolist())
        image.paste(colour, (left, top, left + 20, top + 30))
    return image
