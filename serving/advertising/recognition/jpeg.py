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
    too_large = UnfitSnapshotError(
        f"The snapshot has more than {pixels / 1e6:g} megapixels; send a smaller one."
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            width, height = Image.open(io.BytesIO(content), formats=["JPEG"]).size
    except Image.DecompressionBombError:
        raise too_large from None
    except (OSError, SyntaxError, ValueError):
        raise UnfitSnapshotError("The snapshot is not a JPEG; send a JPEG file.") from None
    if width * height > pixels:
        raise too_large
