"""What was found and what is annotated, drawn over an image."""

import colorsys
import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from pycocotools import mask as run_lengths
from scipy import ndimage

from yolact_tf.evaluation.images import read_pixels
from yolact_tf.evaluation.report.gallery import Exhibit

_LONGEST_SIDE = 800
_OPACITY = 0.45
_LINE = 2
_FALSE, _ANNOTATED, _MISSED = (220, 38, 38), (255, 255, 255), (250, 204, 21)
_FONT_SIZE = 13
_GOLDEN = 0.618  # steps of hue by the golden ratio keep neighbours apart


def overlay_png(exhibit: Exhibit) -> bytes:
    """The image, at most 800 pixels long, as PNG.

    Confident instances are filled, boxed and marked with their scores: red if there is no
    such object, else in colours of their own. Objects are outlined in white, or in yellow if
    they were missed; crowds are not drawn.

    Raises:
      YolactError: the image can no longer be read.
    """
    (annotated, instances), comparison = exhibit
    image = Image.fromarray(read_pixels(annotated))
    image.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    canvas = np.asarray(image, np.float32).copy()
    colours = {place: _colour(order) for order, (place, _) in enumerate(comparison.found)}
    colours.update(dict.fromkeys(comparison.false, _FALSE))
    for place, colour in colours.items():
        inside = _shrunk(instances[place].segmentation, image.size)
        canvas[inside] += _OPACITY * (np.array(colour) - canvas[inside])
    missed = set(comparison.missed)
    for place, truth in enumerate(annotated.objects):
        if not truth.crowd:
            outline = _outline(_shrunk(truth.segmentation, image.size))
            canvas[outline] = _MISSED if place in missed else _ANNOTATED
    drawn = Image.fromarray(canvas.round().astype(np.uint8))
    pen = ImageDraw.Draw(drawn)
    scale = drawn.width / annotated.width
    for place, colour in colours.items():
        x1, y1, x2, y2 = (scale * side for side in instances[place].box)
        pen.rectangle((x1, y1, x2, y2), outline=colour, width=_LINE)
        _label(pen, (x1, y1), f"{instances[place].score:.2f}", colour)
    content = io.BytesIO()
    drawn.save(content, format="PNG")
    return content.getvalue()


def _colour(order: int) -> tuple[int, int, int]:
    """A green, blue or violet: far from the red and the yellow that have a meaning."""
    hue = 0.3 + 0.55 * (order * _GOLDEN % 1)
    red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(hue, 0.85, 0.75))
    return red, green, blue


def _shrunk(segmentation: Mapping[str, Any], size: tuple[int, int]) -> np.ndarray:
    """The mask at another size, bool [height, width]."""
    return np.asarray(Image.fromarray(run_lengths.decode(segmentation)).resize(size)) > 0


def _outline(mask: np.ndarray) -> np.ndarray:
    return mask & ~ndimage.binary_erosion(mask, iterations=_LINE)


def _label(
    pen: ImageDraw.ImageDraw, corner: tuple[float, float], text: str, colour: tuple[int, int, int]
) -> None:
    """White text on the colour, above the box where there is room."""
    font = ImageFont.load_default(_FONT_SIZE)
    corner = (corner[0], max(0.0, corner[1] - font.getbbox(text)[3]))
    pen.rectangle(pen.textbbox(corner, text, font), fill=colour)
    pen.text(corner, text, (255, 255, 255), font)
