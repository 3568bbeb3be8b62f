"""What an uploaded advertisement may ask of whoever decodes it, and of the screen."""

import dataclasses

from graftnet_tf.errors import GraftNetError


@dataclasses.dataclass(frozen=True)
class CreativeLimits:
    """Bounds that hold whatever is uploaded.

    Attributes:
      bytes: Bytes of a file.
      image_pixels: Pixels of an image as it comes.
      image_side: Longest side of an image as it is stored, in pixels; larger ones are shrunk.
      video_pixels: Pixels of a video's picture as it comes.
      video_side: Longest side of a video as it is stored, in pixels, even.
      video_rate: Most pictures a second of a video as it is stored.
      frames: Pictures of a video as it comes, which bounds the time that one takes.
      seconds: Longest time on a screen, in seconds; the shortest is 1.

    Raises:
      GraftNetError: a bound is out of its range.
    """

    bytes: int = 200 << 20
    image_pixels: int = 50_000_000
    image_side: int = 3840
    video_pixels: int = 4096 * 2304
    video_side: int = 1920
    video_rate: int = 30
    frames: int = 7200
    seconds: float = 120.0

    def __post_init__(self) -> None:
        for name, value in dataclasses.asdict(self).items():
            if not value >= 1:
                raise GraftNetError(f"Limit {name} is {value}; expected at least 1.")
        if self.video_side % 2:
            raise GraftNetError(
                f"Limit video_side is {self.video_side}; H.264 has even sides: give an even number."
            )

    def check_seconds(self, seconds: float, what: str) -> float:
        """Seconds on a screen, if they are in the range.

        Args:
          seconds: Seconds to check.
          what: Whose seconds they are, as the error's first words.

        Raises:
          GraftNetError: they are not.
        """
        if not 1 <= seconds <= self.seconds:
            raise GraftNetError(
                f"{what} lasts {seconds:g} s; expected 1 to {self.seconds:g} s. "
                f"Make it {'longer' if seconds < 1 else 'shorter'}."
            )
        return seconds
