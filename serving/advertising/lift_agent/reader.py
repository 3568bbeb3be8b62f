"""Reads a source to its end, or for ever, and keeps only the newest frame."""

import logging
import time
from collections.abc import Callable

from serving.advertising.backoff import Backoff
from serving.advertising.lift_agent.frame import Frame
from serving.advertising.lift_agent.newest_frame import NewestFrame
from serving.advertising.lift_agent.source import Source, SourceError
from serving.advertising.lift_agent.stop import Stop

_log = logging.getLogger(__name__)


class Reader:
    """Opens a source, again with back-off when it is lost, and shows files at their times.

    Attributes:
      frames: Pictures read so far.
      losses: How often a source that had given pictures was lost.
    """

    def __init__(
        self,
        source: Source,
        newest: NewestFrame,
        *,
        loop: bool,
        backoff: Backoff,
        stop: Stop,
        clock: Callable[[], float] = time.monotonic,
    ):
        """Opens nothing yet.

        Args:
          source: What to read.
          newest: Where each frame goes.
          loop: Whether files start again at their end.
          backoff: How long to wait before a live source is opened again.
          stop: Ends the reading.
          clock: Monotonic seconds, which frames are stamped with.
        """
        self._source = source
        self._newest = newest
        self._loop = loop
        self._backoff = backoff
        self._stop = stop
        self._clock = clock
        self._lost = False
        self.frames = 0
        self.losses = 0

    def run(self) -> None:
        """Reads until it is stopped, or files end, which closes the newest frame's place.

        Raises:
          SourceError: files cannot be read.
        """
        if self._source.live:
            self._read_live()
        else:
            self._read_files()
        self._newest.close()

    def _read_live(self) -> None:
        while not self._stop.is_set():
            try:
                self._play()
                reason = f"{self._source.name}: the stream ended."
            except SourceError as error:
                reason = str(error)
            if not self._stop.is_set():
                self._wait_after(reason)

    def _read_files(self) -> None:
        while not self._stop.is_set():
            before = self.frames
            self._play()
            if self._stop.is_set():
                return
            if self.frames == before:
                raise SourceError(f"{self._source.name} has no picture that can be decoded.")
            if not self._loop:
                return

    def _play(self) -> None:
        with self._source.opened() as stream:
            started = self._clock()
            until = started
            for picture, moment in stream.pictures:
                if self._stopped_before(started + moment):
                    return
                self._keep(Frame(picture, self._clock()))
                until = started + moment + 1 / (stream.rate or 1)
            self._stopped_before(until)  # the last picture, too, is shown for its time

    def _stopped_before(self, moment: float) -> bool:
        """Waits for a file's moment to come; what is live is shown at once."""
        seconds = 0.0 if self._source.live else moment - self._clock()
        return self._stop.wait(seconds) if seconds > 0 else self._stop.is_set()

    def _keep(self, frame: Frame) -> None:
        self._newest.put(frame)
        self.frames += 1
        if self._lost:
            _log.info("%s is back.", self._source.name)
        self._lost = False
        self._backoff.reset()

    def _wait_after(self, reason: str) -> None:
        self._newest.clear()
        if not self._lost:
            self._lost = True
            self.losses += self.frames > 0
            _log.warning("%s It is opened again until it is there.", reason)
        self._stop.wait(self._backoff.wait())
