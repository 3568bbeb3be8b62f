"""Still images, decoded and encoded anew."""

import dataclasses
import io

from PIL import Image

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io.pillow_images import upright
from serving.advertising.creatives.creative_limits import CreativeLimits
from serving.advertising.creatives.file_formats import FileFormat
from serving.advertising.creatives.srgb import in_srgb

_WEBP_QUALITY = 90
_START_OF_SCAN = b"\xff\xda"
_MOST_SCANS = 100  # of a JPEG; each goes over all its pixels


@dataclasses.dataclass(frozen=True)
class EncodedImage:
    """An image as a screen gets it: upright sRGB without metadata.

    Attributes:
      content: The file's bytes.
      media_type: `image/png` or `image/webp`.
      width, height: Its size in pixels.
    """

    content: bytes = dataclasses.field(repr=False)
    media_type: str
    width: int
    height: int


def encode_image(content: bytes, file_format: FileFormat, limits: CreativeLimits) -> EncodedImage:
    """Decodes an image and encodes it anew: a PNG stays one, all else becomes WebP.

    Args:
      content: The file's bytes.
      file_format: `JPEG`, `PNG` or `WebP`; no other decoder is tried.
      limits: Bounds; the number of pixels is checked before any is decoded.

    Raises:
      GraftNetError: it is animated, or decoding it would take too much.
      Exception: its file is damaged; Pillow has no one type for that.
    """
    if file_format == "JPEG" and content.count(_START_OF_SCAN) > _MOST_SCANS:
        raise GraftNetError(
            f"The JPEG has more than {_MOST_SCANS} scans; expected one, or some ten if it is "
            "progressive. Save it anew."
        )
    with _opened(content, file_format, limits) as image:
        _check_size(image.size, limits)
        _check_still(image, file_format)
        ready = in_srgb(upright(image))
    ready.thumbnail((limits.image_side, limits.image_side), Image.Resampling.LANCZOS)
    ready.info.clear()  # the profile and all else that Pillow would write again
    encoded = io.BytesIO()
    if file_format == "PNG":
        ready.save(encoded, "PNG")
    else:
        ready.save(encoded, "WEBP", quality=_WEBP_QUALITY)
    media_type = "image/png" if file_format == "PNG" else "image/webp"
    return EncodedImage(encoded.getvalue(), media_type, ready.width, ready.height)


def _opened(content: bytes, file_format: FileFormat, limits: CreativeLimits) -> Image.Image:
    """An image of which no pixel has been decoded yet."""
    try:
        return Image.open(io.BytesIO(content), formats=[file_format.upper()])
    except Image.DecompressionBombError:
        raise GraftNetError(
            f"The image has hundreds of millions of pixels; expected at most "
            f"{limits.image_pixels}. Make it smaller."
        ) from None


def _check_size(size: tuple[int, int], limits: CreativeLimits) -> None:
    width, height = size
    if width * height > limits.image_pixels:
        raise GraftNetError(
            f"The image has {width} × {height} pixels; expected at most {limits.image_pixels} in "
            "all. Make it smaller."
        )


def _check_still(image: Image.Image, file_format: FileFormat) -> None:
    # A JPEG of several pictures is a photograph with its previews or depths.
    if file_format != "JPEG" and getattr(image, "is_animated", False):
        raise GraftNetError(
            f"The {file_format} is animated; expected a still image. Save it as an MP4 video."
        )
