"""What an operator uploads, turned into what screens play."""

import dataclasses
import hashlib
from typing import Literal

from graftnet_tf.errors import GraftNetError
from serving.advertising.creatives.creative_limits import CreativeLimits
from serving.advertising.creatives.file_formats import FileFormat, file_format
from serving.advertising.creatives.images import encode_image
from serving.advertising.creatives.videos import encode_video

_DEFAULT_LIMITS = CreativeLimits()


@dataclasses.dataclass(frozen=True)
class EncodedCreative:
    """An advertisement as screens get it.

    Attributes:
      content: The file's bytes.
      sha256: Their hash in hexadecimal; the same upload gives the same.
      kind: Whether it moves.
      media_type: `image/webp`, `image/png` or `video/mp4`.
      width, height: Its size in pixels.
      seconds: How long it is shown.
    """

    content: bytes = dataclasses.field(repr=False)
    sha256: str
    kind: Literal["image", "video"]
    media_type: str
    width: int
    height: int
    seconds: float


def encode_creative(
    content: bytes, *, seconds: float | None, limits: CreativeLimits = _DEFAULT_LIMITS
) -> EncodedCreative:
    """Decodes an upload and encodes it anew, in memory.

    Takes a processor for up to minutes: run it in a process, or a thread, of its own. In a
    process, damage that crashes a decoder stays there.

    Args:
      content: Bytes of a JPEG, PNG, WebP, MP4, MOV, WebM or Matroska file; its name does not
        matter.
      seconds: How long an image is shown, 1 to `limits.seconds`; None for a video.
      limits: Bounds on what is taken.

    Returns:
      A PNG of a PNG, WebP of another image, and of a video an MP4 with H.264 and no sound; all
      without metadata.

    Raises:
      GraftNetError: the file is of another format, damaged or beyond the limits, or `seconds` is
        missing, out of its range, or given for a video.
    """
    if len(content) > limits.bytes:
        raise GraftNetError(
            f"The file has {len(content)} bytes; expected at most {limits.bytes}. Make it smaller."
        )
    of = file_format(content)
    try:
        if of in ("MP4", "Matroska"):
            return _video(content, of, seconds, limits)
        return _image(content, of, seconds, limits)
    except GraftNetError:
        raise
    except Exception as error:  # whatever damage leads decoders to
        raise GraftNetError(
            f"The {of} file is damaged or cut off; expected one that opens elsewhere. Save it "
            "anew, or upload it again."
        ) from error


def _image(
    content: bytes, of: FileFormat, seconds: float | None, limits: CreativeLimits
) -> EncodedCreative:
    if seconds is None:
        raise GraftNetError(
            "The image has no time to be shown; expected seconds, from 1 to "
            f"{limits.seconds:g}. Say how long."
        )
    limits.check_seconds(seconds, "The image")
    image = encode_image(content, of, limits)
    return EncodedCreative(
        image.content,
        _sha256(image.content),
        "image",
        image.media_type,
        image.width,
        image.height,
        float(seconds),
    )


def _video(
    content: bytes, of: FileFormat, seconds: float | None, limits: CreativeLimits
) -> EncodedCreative:
    if seconds is not None:
        raise GraftNetError(
            f"The video is to be shown for {seconds:g} s; expected no time, for it has its own. "
            "Leave the seconds out."
        )
    video = encode_video(content, of, limits)
    return EncodedCreative(
        video.content,
        _sha256(video.content),
        "video",
        "video/mp4",
        video.width,
        video.height,
        video.seconds,
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
