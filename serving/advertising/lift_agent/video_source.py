"""Streams, cameras and video files, through FFmpeg's libraries."""

import contextlib
import math
from collections.abc import Iterator
from urllib.parse import urlsplit

import av
import av.error
from av.container import InputContainer
from av.video.stream import VideoStream

from serving.advertising.lift_agent.settings import SourceSettings
from serving.advertising.lift_agent.source import Shown, SourceError, Stream

_CAMERA = "/dev/video"
_ASSUMED_RATE = 25.0  # pictures per second of a file that does not say when each is shown


class VideoSource:
    """A stream's address, a USB camera or a video file.

    Attributes:
      name: The address without user, password and query.
      live: Whether it is a stream or a camera.
    """

    def __init__(self, settings: SourceSettings):
        self._settings = settings
        self.name = _without_secrets(settings.source)
        self.live = "://" in settings.source or settings.source.startswith(_CAMERA)

    @contextlib.contextmanager
    def opened(self) -> Iterator[Stream]:
        """Opens it for as long as the context lasts; `Source.opened`."""
        with self._open() as container:
            if not container.streams.video:
                raise SourceError(f"{self.name} has no video; name another source.")
            stream = container.streams.video[0]
            if self._settings.keyframes_only:
                stream.codec_context.skip_frame = "NONKEY"
            rate = stream.guessed_rate
            yield Stream(float(rate) if rate else None, self._pictures(container, stream))

    def _open(self) -> InputContainer:
        with self._told_plainly():
            return av.open(
                self._settings.source,
                format="v4l2" if self._settings.source.startswith(_CAMERA) else None,
                options=_options(self._settings),
                timeout=self._settings.timeout if self.live else None,
            )

    def _pictures(self, container: InputContainer, stream: VideoStream) -> Iterator[Shown]:
        start = None
        with self._told_plainly():
            for number, frame in enumerate(_decoded(container, stream)):
                time = number / _ASSUMED_RATE if frame.time is None else frame.time
                start = time if start is None else start
                yield Shown(frame, time - start)

    @contextlib.contextmanager
    def _told_plainly(self) -> Iterator[None]:
        """FFmpeg's errors in words, without the address that they repeat with its password."""
        try:
            yield
        except av.error.ExitError:
            seconds = self._settings.timeout
            raise SourceError(f"{self.name}: nothing came for {seconds:g} s.") from None
        except av.error.FFmpegError as error:
            raise SourceError(f"{self.name}: {error.strerror}.") from None


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[av.VideoFrame]:
    """Frames in their order; what cannot be decoded, as after a loss on the way, is passed over."""
    for packet in container.demux(stream):
        with contextlib.suppress(av.error.InvalidDataError):
            yield from packet.decode()


def _options(settings: SourceSettings) -> dict[str, str]:
    options = dict(settings.options)
    if urlsplit(settings.source).scheme in ("rtsp", "rtsps"):
        options.setdefault("rtsp_transport", "tcp")
        if "listen" in options.get("rtsp_flags", ""):
            # Without, FFmpeg 8 computes a time-out that it then refuses itself.
            options.setdefault("listen_timeout", str(math.ceil(settings.timeout)))
    return options


def _without_secrets(source: str) -> str:
    if "://" not in source:
        return source
    parts = urlsplit(source)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()
