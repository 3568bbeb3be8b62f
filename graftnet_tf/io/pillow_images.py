"""Images opened with Pillow, to be drawn on or shrunk: upright and on black, as all are decoded."""

import struct

import numpy as np
from PIL import ExifTags, Image

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def upright_on_black(image: Image.Image) -> Image.Image:
    """An opened image as `decode_image` gives it, its Exif orientation undone.

    Raises:
      OSError, SyntaxError, ValueError: its file is damaged.
    """
    return on_black(upright(image))


def exif_orientation(image: Image.Image) -> int:
    """The orientation in an opened image's Exif, 1 to 8; what XMP tells does not count."""
    if image.format == "PNG":
        image.load()  # its Exif may follow the pixels
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif", b""))
        orientation = exif.get(ExifTags.Base.Orientation, 1)
    except (SyntaxError, ValueError, struct.error):
        return 1
    return orientation if orientation in _TURNS or orientation == 1 else 1


def upright(image: Image.Image) -> Image.Image:
    """An opened image turned as its Exif orientation says."""
    turn = _TURNS.get(exif_orientation(image))
    return image if turn is None else image.transpose(turn)


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
