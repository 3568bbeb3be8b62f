"""Looks at the newest frame and the door, and uploads a snapshot when one is due."""

import collections
import logging
import time
from collections.abc import Callable
from typing import Protocol

from serving.advertising.lift_agent.door import Door
from serving.advertising.lift_agent.frame import Frame
from serving.advertising.lift_agent.motion import HEIGHT, WIDTH, MotionDetector
from serving.advertising.lift_agent.newest_frame import NewestFrame
from serving.advertising.lift_agent.schedule import REFUSED_WAIT, Schedule
from serving.advertising.lift_agent.settings import AgentSettings
from serving.advertising.lift_agent.stop import Stop
from serving.advertising.lift_agent.upload import Kind, Outcome

_ADVICE = {
    Kind.DROPPED: "It is dropped; the next one may do.",
    Kind.REFUSED: "Check the lift's name, its token and whether it is switched on; it is tried "
    f"again every {REFUSED_WAIT:g} s.",
    Kind.BUSY: "The newest snapshot follows when the gateway has time.",
    Kind.FAILED: "The newest snapshot follows as soon as it can.",
}

_log = logging.getLogger(__name__)


class Uploads(Protocol):
    """What an agent uploads through: `upload.Uploader`."""

    def upload(self, jpeg: bytes, age: float) -> Outcome:
        """Makes one attempt with a snapshot that is `age` seconds old."""


class Agent:
    """One lift's.

    Attributes:
      outcomes: How many attempts ended how.
    """

    def __init__(
        self,
        settings: AgentSettings,
        *,
        newest: NewestFrame,
        door: Door | None,
        uploads: Uploads,
        schedule: Schedule,
        clock: Callable[[], float] = time.monotonic,
    ):
        """Looks at nothing yet.

        Args:
          settings: What counts as motion, and how large a snapshot is.
          newest: Where the reader leaves frames.
          door: The door's signal, if there is one.
          uploads: What snapshots go through.
          schedule: When one is due.
          clock: Monotonic seconds, the same that frames are stamped with.
        """
        self._settings = settings
        self._newest = newest
        self._door = door
        self._uploads = uploads
        self._schedule = schedule
        self._clock = clock
        self._motion = MotionDetector(settings.motion) if settings.motion else None
        self._looked_at: Frame | None = None
        self._done_with: Frame | None = None
        self._said: tuple[Kind, int | None] | None = None
        self.outcomes: collections.Counter[Kind] = collections.Counter()

    def run(self, stop: Stop) -> None:
        """Looks at regular intervals until it is stopped or the source has ended."""
        while not (self._newest.closed or stop.wait(self._settings.look_interval)):
            self.look()

    def look(self) -> None:
        """Looks once at the newest frame and the door; uploads if a snapshot is due."""
        frame = self._newest.get()
        if self._door and self._door.signalled():
            self._schedule.want()
        if frame is None:
            return
        if frame is not self._looked_at and self._moved(frame):
            self._schedule.want()
        self._looked_at = frame
        if frame is not self._done_with and self._schedule.due(self._clock()):
            self._upload(frame)

    def _moved(self, frame: Frame) -> bool:
        return self._motion is not None and self._motion.moved(
            frame.grey(WIDTH, HEIGHT), frame.captured_at
        )

    def _upload(self, frame: Frame) -> None:
        jpeg = frame.jpeg(self._settings.longest_side, self._settings.quality)
        started = self._clock()
        outcome = self._uploads.upload(jpeg, started - frame.captured_at)
        self._schedule.attempted(outcome, started, self._clock())
        self.outcomes[outcome.kind] += 1
        if outcome.kind in (Kind.TAKEN, Kind.DROPPED):
            self._done_with = frame
        self._say(outcome)

    def _say(self, outcome: Outcome) -> None:
        """Logs what is new: not each attempt, but each change of how they end."""
        state = outcome.kind, outcome.status
        if state == self._said:
            return
        self._said = state
        if outcome.kind is Kind.TAKEN:
            _log.info("The gateway takes snapshots.")
        else:
            reason = outcome.reason.rstrip(".")
            _log.warning("A snapshot was not taken: %s. %s", reason, _ADVICE[outcome.kind])
