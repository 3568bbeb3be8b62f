"""An opened image in the one colour space that every screen's browser takes for granted."""

import io

from PIL import Image, ImageCms

from graftnet_tf.io.pillow_images import on_black


def in_srgb(image: Image.Image) -> Image.Image:
    """An opened image in 8-bit sRGB, what is transparent composited on black.

    A colour profile that is damaged, or does not fit the image, is passed over, as browsers do.

    Args:
      image: Opened image of any mode.

    Raises:
      OSError, SyntaxError, ValueError: its file is damaged.
    """
    image.load()
    profile = image.info.get("icc_profile")
    if profile:
        is_stored_opaque = image.mode in ("CMYK", "L") and not image.has_transparency_data
        try:
            return _converted(image if is_stored_opaque else on_black(image), profile)
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            pass
    return on_black(image)


def _converted(image: Image.Image, profile: bytes) -> Image.Image:
    own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    converted = ImageCms.profileToProfile(
        image, own, ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    assert converted is not None  # it is with `inPlace` alone
    return converted
