"""A video file's pictures in turn, and nothing else of it."""

import io
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from graftnet_tf.errors import GraftNetError
from serving.advertising.creatives.creative_limits import CreativeLimits
from serving.advertising.creatives.file_formats import FileFormat
from serving.advertising.creatives.matroska_segment import check_segment
from serving.advertising.creatives.mp4_boxes import checked_mp4

_DECODERS = {
    "h264": "H.264",
    "hevc": "HEVC",
    "libdav1d": "AV1",
    "av1": "AV1",
    "vp8": "VP8",
    "vp9": "VP9",
    "mpeg4": "MPEG-4",
    "prores": "ProRes",
}

# What is no UTF-8 in them is replaced, from PyAV 19 on without being asked.
_METADATA: dict[str, Any] = (
    {"metadata_errors": "replace"} if int(av.__version__.partition(".")[0]) < 19 else {}
)

TimedFrame = tuple[Fraction, Fraction, VideoFrame]
"""Start and end in seconds since the first picture, and the picture."""


def open_video(content: bytes, file_format: FileFormat, limits: CreativeLimits) -> InputContainer:
    """Opens a file with the demuxer of its format; whatever else it points to stays closed.

    Args:
      content: The file's bytes.
      file_format: `MP4` or `Matroska`.
      limits: Bounds on its pixels.

    Raises:
      GraftNetError: the file is cut off, refers to others, or claims too much.
      Exception: it is damaged; FFmpeg has no one type for that.
    """
    if file_format == "MP4":
        file, demuxer = checked_mp4(content), "mov"
    else:
        check_segment(content)
        file, demuxer = io.BytesIO(content), "matroska"
    options = {
        "codec_whitelist": ",".join(_DECODERS),
        "max_pixels": str(limits.video_pixels),
        "protocol_whitelist": "none",
    }
    return av.open(
        file,
        "r",
        format=demuxer,
        options=options,
        io_open=_refuse_to_open,
        **_METADATA,
    )


def picture_stream(container: InputContainer, limits: CreativeLimits) -> VideoStream:
    """The first stream of moving pictures, ready to be decoded.

    Raises:
      GraftNetError: there is none, or none that is decoded here, or its pictures are too large.
    """
    moving = [it for it in container.streams.video if not it.disposition & Disposition.attached_pic]
    if not moving:
        raise GraftNetError("The video has no pictures; expected a stream of them.")
    stream = moving[0]
    known = sorted(set(_DECODERS.values()))
    decoder = stream.codec_context.codec.name if stream.codec_context else "unknown"
    if decoder not in _DECODERS:
        raise GraftNetError(
            f"The video's codec is {decoder}; expected one of {', '.join(known)}. "
            "Save it as an MP4 with H.264."
        )
    if stream.width * stream.height > limits.video_pixels:
        raise GraftNetError(
            f"The video has {stream.width} × {stream.height} pixels; expected at most "
            f"{limits.video_pixels} in all. Make it smaller."
        )
    stream.codec_context.options = {"max_pixels": str(limits.video_pixels)}
    stream.thread_count = 2
    return stream


def timed_frames(
    container: InputContainer, stream: VideoStream, limits: CreativeLimits
) -> Iterator[TimedFrame]:
    """Decodes a stream's pictures, each as it is asked for.

    Raises:
      GraftNetError: there are too many, or they take too long.
      Exception: the file is damaged.
    """
    first: int | None = None
    for frame in _frames(container, stream, limits):
        if frame.pts is None or frame.time_base is None:
            raise GraftNetError("The video is damaged: a picture has no time. Save it anew.")
        first = frame.pts if first is None else first
        start = (frame.pts - first) * frame.time_base
        duration = frame.duration * frame.time_base
        _check_time(max(start, start + duration), limits)
        yield start, start + duration, frame
    if first is None:
        raise GraftNetError("The video has no pictures that can be decoded. Save it anew.")


def _frames(
    container: InputContainer, stream: VideoStream, limits: CreativeLimits
) -> Iterator[VideoFrame]:
    decoded = 0
    for packets, packet in enumerate(container.demux(stream), 1):
        for frame in packet.decode():
            decoded += 1
            if decoded > limits.frames:
                break
            yield frame
        if max(packets - 1, decoded) > limits.frames:  # the last packet is empty
            raise GraftNetError(
                f"The video has more than {limits.frames} pictures; expected at most that many. "
                "Cut it, or save it with fewer a second."
            )


def _check_time(seconds: Fraction, limits: CreativeLimits) -> None:
    if seconds > limits.seconds:
        raise GraftNetError(
            f"The video lasts longer than {limits.seconds:g} s; expected 1 to {limits.seconds:g} "
            "s. Cut it."
        )


def _refuse_to_open(url: str, *_: object) -> io.BytesIO:
    raise GraftNetError("The video refers to another file or address; expected all in one file.")
