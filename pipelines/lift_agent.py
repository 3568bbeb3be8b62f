"""Beside a lift's camera: uploads a snapshot to the gateway when something moves.

Reads a stream, a USB camera or files, and keeps the newest picture only, in memory. A snapshot is
uploaded when something moves or the door signals, and now and then when nothing does, so that the
gateway knows that the camera lives. Nothing is kept on this computer's disk. Runs until it is
told to stop, or until files end. With --check it only says what the source gives.
"""

import signal
import threading
from collections.abc import Callable
from typing import TypeVar

from absl import flags

from graftnet_tf.errors import GraftNetError
from pipelines import command_line
from serving.advertising.lift_agent.service import run
from serving.advertising.lift_agent.settings import (
    AgentSettings,
    GatewaySettings,
    MotionSettings,
    SourceSettings,
)
from serving.advertising.lift_agent.sources import describe, source_of
from serving.http_service.core_dumps import forbid_core_dumps

SOURCE = flags.DEFINE_string(
    "source",
    None,
    "A stream (rtsp://, http://, tcp://), a camera (/dev/video0), a video file, or a folder or "
    "pattern of image files.",
)
SOURCE_OPTIONS = flags.DEFINE_list(
    "source_options",
    [],
    "FFmpeg's options of the source, such as rtsp_transport:udp or video_size:1280x720.",
)
SOURCE_TIMEOUT = flags.DEFINE_float(
    "source_timeout", 10.0, "Seconds without a picture after which a stream counts as lost."
)
KEYFRAMES_ONLY = flags.DEFINE_bool(
    "keyframes_only", False, "Decode key frames only, for a small computer."
)
IMAGE_SECONDS = flags.DEFINE_float("image_seconds", 1.0, "Seconds that an image file is shown.")
LOOP = flags.DEFINE_bool("loop", False, "Start files again at their end.")
CHECK = flags.DEFINE_bool(
    "check", False, "Read one picture, print its size and the source's rate, and ask no gateway."
)

GATEWAY = flags.DEFINE_string("gateway", None, "Address of the gateway: https://HOST:PORT.")
LIFT = flags.DEFINE_string("lift", None, "Name of the lift at the gateway.")
TOKEN_FILE = flags.DEFINE_string(
    "token_file", None, "File with the token; read again when it changes."
)
TLS_CA = flags.DEFINE_string(
    "tls_ca", None, "PEM file of the authority that signed the server's certificate."
)
ALLOW_HTTP = flags.DEFINE_bool(
    "allow_http", False, "Let pictures leave this computer unencrypted, in an encrypted network."
)
TIMEOUT = flags.DEFINE_float("timeout", 10.0, "Seconds to connect, and for each send and receive.")

MIN_INTERVAL = flags.DEFINE_float(
    "min_interval", 2.0, "Least seconds from one upload to the next; the gateway may ask for more."
)
MAX_INTERVAL = flags.DEFINE_float(
    "max_interval", 60.0, "Seconds after which a snapshot is uploaded although nothing moves."
)
MOTION = flags.DEFINE_bool("motion", True, "Whether motion is a reason to upload.")
MOTION_LEVEL = flags.DEFINE_float(
    "motion_level", 20.0, "Grey levels of 255 that a pixel that changed differs by."
)
MOTION_SHARE = flags.DEFINE_float("motion_share", 0.02, "Least share of changed pixels.")
MOTION_MEMORY = flags.DEFINE_float(
    "motion_memory", 20.0, "Seconds in which the background adapts, as a time constant."
)
DOOR_SIGNAL = flags.DEFINE_string(
    "door_signal",
    None,
    "FIFO through which a 1 comes when the door opens, or a GPIO's value file that rises to 1.",
)
LONGEST_SIDE = flags.DEFINE_integer(
    "longest_side", 1280, "Greatest number of pixels of a snapshot's side."
)
JPEG_QUALITY = flags.DEFINE_integer("jpeg_quality", 85, "JPEG quality, 1 to 95.")
SEED = flags.DEFINE_integer(
    "seed", 0, "Seed of everything random.", lower_bound=0, upper_bound=2**31 - 1
)

Settings = TypeVar("Settings", SourceSettings, GatewaySettings, AgentSettings)


def main() -> None:
    source = _usable(_source)
    if CHECK.value:
        print(describe(source_of(source)))
        return
    gateway, agent = _usable(_gateway), _usable(_agent)
    forbid_core_dumps()
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    print(run(source, gateway, agent, over))


def _usable(settings: Callable[[], Settings]) -> Settings:
    """Settings made of flags; what is wrong with them is wrong on the command line."""
    try:
        return settings()
    except GraftNetError as error:
        raise flags.Error(str(error)) from None


def _source() -> SourceSettings:
    if not SOURCE.value:
        raise flags.Error("--source is missing: name a stream, a camera or files.")
    return SourceSettings(
        SOURCE.value,
        options=dict(map(_option, SOURCE_OPTIONS.value)),
        timeout=SOURCE_TIMEOUT.value,
        keyframes_only=KEYFRAMES_ONLY.value,
        image_seconds=IMAGE_SECONDS.value,
        loop=LOOP.value,
    )


def _option(given: str) -> tuple[str, str]:
    name, colon, value = given.partition(":")
    if not (name and colon):
        raise flags.Error(f"--source_options has {given!r}; expected NAME:VALUE.")
    return name, value


def _gateway() -> GatewaySettings:
    return GatewaySettings(
        _needed(GATEWAY),
        _needed(LIFT),
        _needed(TOKEN_FILE),
        tls_ca=TLS_CA.value,
        allow_http=ALLOW_HTTP.value,
        timeout=TIMEOUT.value,
    )


def _needed(flag: flags.FlagHolder[str | None]) -> str:
    if not flag.value:
        raise flags.Error(f"--{flag.name} is missing; only --check does without a gateway.")
    return flag.value


def _agent() -> AgentSettings:
    motion = MotionSettings(MOTION_LEVEL.value, MOTION_SHARE.value, MOTION_MEMORY.value)
    return AgentSettings(
        min_interval=MIN_INTERVAL.value,
        max_interval=MAX_INTERVAL.value,
        motion=motion if MOTION.value else None,
        door_signal=DOOR_SIGNAL.value,
        longest_side=LONGEST_SIDE.value,
        quality=JPEG_QUALITY.value,
        seed=SEED.value,
    )


def main_cli() -> None:
    command_line.run(main)


if __name__ == "__main__":
    main_cli()
