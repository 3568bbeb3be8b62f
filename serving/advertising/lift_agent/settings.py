"""What a lift's agent can be told, checked."""

import dataclasses
from collections.abc import Mapping

from graftnet_tf.errors import GraftNetError
from serving.http_service.service_url import check_service_url


@dataclasses.dataclass(frozen=True)
class SourceSettings:
    """Where pictures come from.

    Attributes:
      source: A stream's address (`rtsp://…`, `http://…`, `tcp://…`), a camera (`/dev/video0`), a
        video file, or a folder or glob pattern of image files, which are played in their names'
        order.
      options: FFmpeg's options of the source, by name. RTSP goes over TCP unless they say else.
      timeout: Seconds without a picture after which a stream counts as lost, > 0.
      keyframes_only: Whether only key frames are decoded, which spares a small computer most of
        the work.
      image_seconds: Seconds that each image file is shown, > 0.
      loop: Whether files start again at their end.

    Raises:
      GraftNetError: a value is out of its range.
    """

    source: str
    options: Mapping[str, str] = dataclasses.field(default_factory=dict)
    timeout: float = 10.0
    keyframes_only: bool = False
    image_seconds: float = 1.0
    loop: bool = False

    def __post_init__(self) -> None:
        if not self.source:
            raise GraftNetError("The source is empty; name a stream, a camera or files.")
        _check_positive("timeout of the source", self.timeout)
        _check_positive("time that an image file is shown", self.image_seconds)


@dataclasses.dataclass(frozen=True)
class GatewaySettings:
    """Whom snapshots are uploaded to.

    Attributes:
      url: Address of the gateway: `https://host`, or `http://` to this computer.
      lift: Name of the lift at the gateway.
      token_file: File with the lift's token; it is read again whenever it changes.
      tls_ca: PEM file of the authority that signed the gateway's certificate; by default those
        that are trusted anyway.
      allow_http: Whether pictures and token may leave this computer unencrypted.
      timeout: Seconds to connect, and for each send and receive, > 0.

    Raises:
      GraftNetError: a value is out of its range.
    """

    url: str
    lift: str
    token_file: str
    tls_ca: str | None = None
    allow_http: bool = False
    timeout: float = 10.0

    def __post_init__(self) -> None:
        _check_positive("timeout of the gateway", self.timeout)
        if self.lift in ("", ".", ".."):
            raise GraftNetError(f"The lift is {self.lift!r}; expected its name at the gateway.")
        check_service_url(
            self.url,
            said="The gateway is",
            expected="https://HOST, or https://HOST:PORT",
            at_risk="pictures of people",
            allow_http=self.allow_http,
        )


@dataclasses.dataclass(frozen=True)
class MotionSettings:
    """When something counts as moving.

    Attributes:
      level: Grey levels, 0 to 255, that a pixel differs from the background by if it changed.
      share: Least share of changed pixels, > 0 and ≤ 1.
      memory: Time constant, in seconds > 0, at which the background adapts.

    Raises:
      GraftNetError: a value is out of its range.
    """

    level: float = 20.0
    share: float = 0.02
    memory: float = 20.0

    def __post_init__(self) -> None:
        if not 0 <= self.level < 255:
            raise GraftNetError(f"The motion's level is {self.level}; expected 0 to 254.")
        if not 0 < self.share <= 1:
            raise GraftNetError(f"The motion's share is {self.share}; expected above 0, at most 1.")
        _check_positive("motion's memory", self.memory)


@dataclasses.dataclass(frozen=True)
class AgentSettings:
    """When a snapshot is uploaded, and how large it is.

    Attributes:
      min_interval: Least seconds from one upload to the next, ≥ 0; the gateway may ask for more.
      max_interval: Seconds after which one is uploaded although nothing moves, so that the
        gateway knows that the camera lives; ≥ `min_interval`.
      look_interval: Seconds between looks at the newest picture and the door, > 0.
      motion: When something counts as moving; None if only the door matters.
      door_signal: File of the door's signal; see `door.door_at`.
      longest_side: Pixels of a snapshot's longest side, ≥ 16; a smaller picture is not enlarged.
      quality: JPEG quality, 1 to 95.
      seed: Seed of the jitter; with the lift's name, so that lifts do not return all at once.

    Raises:
      GraftNetError: a value is out of its range.
    """

    min_interval: float = 2.0
    max_interval: float = 60.0
    look_interval: float = 0.2
    motion: MotionSettings | None = dataclasses.field(default_factory=MotionSettings)
    door_signal: str | None = None
    longest_side: int = 1280
    quality: int = 85
    seed: int = 0

    def __post_init__(self) -> None:
        _check_positive("interval of looks", self.look_interval)
        if not 0 <= self.min_interval <= self.max_interval < float("inf"):
            raise GraftNetError(
                f"Uploads are {self.min_interval:g} to {self.max_interval:g} s apart; expected "
                "0 ≤ min_interval ≤ max_interval."
            )
        if self.longest_side < 16:
            raise GraftNetError(f"The longest side is {self.longest_side} pixels; expected ≥ 16.")
        if not 1 <= self.quality <= 95:
            raise GraftNetError(f"The JPEG quality is {self.quality}; expected 1 to 95.")


def _check_positive(what: str, seconds: float) -> None:
    if not 0 < seconds < float("inf"):
        raise GraftNetError(f"The {what} is {seconds:g} s; expected more than 0.")
