"""One picture of a lift's camera, in memory."""

import dataclasses
import io

import av
import numpy as np
from numpy.typing import NDArray


@dataclasses.dataclass(frozen=True, eq=False)
class Frame:
    """A decoded picture; what is made of it is made when it is asked for.

    Attributes:
      picture: The picture as it was decoded.
      captured_at: When it came, in seconds of a monotonic clock.
    """

    picture: av.VideoFrame
    captured_at: float

    def grey(self, width: int, height: int) -> NDArray[np.uint8]:
        """The whole picture as uint8 [height, width], each pixel a mean over its area."""
        small = self.picture.reformat(
            width=width, height=height, format="gray", interpolation="AREA"
        )
        return small.to_ndarray().astype(np.uint8, copy=False)

    def jpeg(self, longest_side: int, quality: int) -> bytes:
        """A JPEG file without metadata.

        Args:
          longest_side: Greatest number of pixels of a side; a smaller picture keeps its size.
          quality: JPEG quality, 1 to 95.
        """
        width, height = self.picture.width, self.picture.height
        scale = min(1.0, longest_side / max(width, height))
        image = self.picture.to_image(
            width=max(1, round(scale * width)), height=max(1, round(scale * height))
        )
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality)
        return file.getvalue()
