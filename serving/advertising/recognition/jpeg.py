"""What a JPEG says of itself, before anything is decoded."""

import io
import warnings

from PIL import Image

from serving.advertising.recognition.recognizer import UnfitSnapshotError


def check_jpeg(content: bytes, pixels: int) -> None:
    """Checks that a file begins as a JPEG of a bearable size.

    Args:
      content: The file.
      pixels: Most pixels.

    Raises:
      UnfitSnapshotError: it does not.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=["JPEG"])
        width, height = image.size
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise UnfitSnapshotError("The snapshot is not a JPEG; send a JPEG file.") from None
    if width * height > pixels:
        raise UnfitSnapshotError(
            f"The snapshot is of {width}×{height} pixels; send at most {pixels / 1e6:g} megapixels."
        )
