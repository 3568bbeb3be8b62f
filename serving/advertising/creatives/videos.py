"""Videos, decoded and encoded anew in memory."""

import dataclasses
import io
from collections.abc import Iterable
from fractions import Fraction
from itertools import chain

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream

from serving.advertising.creatives.creative_limits import CreativeLimits
from serving.advertising.creatives.file_formats import FileFormat
from serving.advertising.creatives.frame_rate import at_constant_rate, constant_rate
from serving.advertising.creatives.video_frames import open_video, picture_stream, timed_frames
from serving.advertising.creatives.video_geometry import Projector, fitted

# Peaks that a small player decodes. The same pictures give the same bytes in one thread alone,
# for several heed how far each other's rate control has come, and without macroblock trees,
# whose vectorised code reads memory that nobody has set.
_ENCODER = {
    "preset": "fast",
    "crf": "20",
    "maxrate": "12M",
    "bufsize": "24M",
    "x264-params": "mbtree=0",
}
_ENCODER_THREADS = 1
_MUXER = {"movflags": "+faststart", "fflags": "+bitexact"}


@dataclasses.dataclass(frozen=True)
class EncodedVideo:
    """A video as a screen gets it: H.264 in MP4, no sound, no metadata.

    Attributes:
      content: The file's bytes.
      width, height: Its size in pixels, even.
      seconds: How long it lasts.
    """

    content: bytes = dataclasses.field(repr=False)
    width: int
    height: int
    seconds: float


def encode_video(content: bytes, file_format: FileFormat, limits: CreativeLimits) -> EncodedVideo:
    """Decodes a video's pictures and encodes them anew.

    The same file gives the same bytes with the same libraries and kind of processor.

    Args:
      content: The file's bytes.
      file_format: `MP4` or `Matroska`; no other demuxer is tried.
      limits: Bounds, checked as pictures are decoded.

    Raises:
      GraftNetError: the video is beyond the limits, or cannot be taken as it is.
      Exception: its file is damaged; FFmpeg has no one type for that.
    """
    with open_video(content, file_format, limits) as container:
        return _encoded(container, picture_stream(container, limits), limits)


def _encoded(
    container: InputContainer, stream: VideoStream, limits: CreativeLimits
) -> EncodedVideo:
    frames = timed_frames(container, stream, limits)
    first = next(frames)
    picture = first[2]
    geometry = fitted(
        picture.width,
        picture.height,
        pixel_aspect=stream.sample_aspect_ratio,
        rotation=picture.rotation,
        side=limits.video_side,
    )
    projector = Projector(geometry)
    rate = constant_rate(stream.average_rate, limits.video_rate)
    pictures = at_constant_rate(chain([first], frames), rate)
    width, height = geometry.shown
    encoded, count = _mp4((projector.shown(it) for it in pictures), width, height, rate)
    seconds = limits.check_seconds(float(count / rate), "The video")
    return EncodedVideo(encoded, width, height, seconds)


def _mp4(
    pictures: Iterable[VideoFrame], width: int, height: int, rate: Fraction
) -> tuple[bytes, int]:
    """An MP4 file's bytes and how many pictures are in it."""
    file = io.BytesIO()

    def reopen(*_: object) -> io.BytesIO:
        """The file so far, which the muxer reads to move it behind its index."""
        return io.BytesIO(file.getvalue())

    count = 0
    with av.open(file, "w", format="mp4", options=_MUXER, io_open=reopen) as container:
        stream = _h264(container.add_stream("libx264", rate=rate, options=_ENCODER), width, height)
        for count, picture in enumerate(pictures, 1):
            picture.pts, picture.time_base = count - 1, 1 / rate
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return file.getvalue(), count


def _h264(stream: VideoStream, width: int, height: int) -> VideoStream:
    context = stream.codec_context
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.thread_count = _ENCODER_THREADS
    context.color_range = ColorRange.MPEG
    context.colorspace = Colorspace.ITU709
    context.color_primaries = ColorPrimaries.BT709
    context.color_trc = ColorTrc.BT709
    return stream
