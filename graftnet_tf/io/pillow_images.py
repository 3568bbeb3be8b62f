"""Images opened with Pillow, to be drawn on or shrunk: upright and on black, as all are decoded."""

import numpy as np
from PIL import Image, ImageOps


def upright_on_black(image: Image.Image) -> Image.Image:
    """An opened image as `decode_image` gives it, its Exif orientation undone.

    Raises:
      OSError, SyntaxError, ValueError: its file is damaged.
    """
    return on_black(ImageOps.exif_transpose(image))


def on_black(image: Image.Image) -> Image.Image:
    """An opened image in 8-bit RGB, what is transparent composited on black.

    Raises:
      OSError, SyntaxError, ValueError: its file is damaged.
    """
    if image.mode.startswith("I"):  # 16 bits, which Pillow would clip
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        transparent = image.convert("RGBA")
        black = Image.new("RGB", image.size)
        black.paste(transparent.convert("RGB"), mask=transparent.getchannel("A"))
        return black
    return image.convert("RGB")
