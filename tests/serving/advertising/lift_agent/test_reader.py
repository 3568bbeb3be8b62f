"""Reading to the end, or for ever, at the right times."""

import contextlib
import logging

import pytest

from serving.advertising.lift_agent.newest_frame import NewestFrame
from serving.advertising.lift_agent.reader import Reader
from serving.advertising.lift_agent.source import Shown, SourceError, Stream
from tests.serving.advertising.lift_agent.drawn_lift import plain
from tests.serving.advertising.lift_agent.fake_time import FakeTime


class Source:
    """Gives the streams that it is told to, then stops the reader.

    A stream is a list of greys, an error in the end; or an error that opening it raises.
    """

    name = "camera"

    def __init__(self, time, *streams, live=True, rate=2.0):
        self.live = live
        self._time = time
        self._streams = iter(streams)
        self._rate = rate
        self.opened_at = []

    @contextlib.contextmanager
    def opened(self):
        self.opened_at.append(self._time.now)
        stream = next(self._streams, None)
        if stream is None:
            self._time.stop()
        if isinstance(stream, Exception):
            raise stream
        yield Stream(self._rate, self._pictures(stream or []))

    def _pictures(self, stream):
        for number, grey in enumerate(stream):
            if isinstance(grey, Exception):
                raise grey
            yield Shown(plain(grey, 0).picture, number / self._rate)


class Newest(NewestFrame):
    """Remembers what was put: grey, time of capture; and when it was cleared."""

    def __init__(self):
        super().__init__()
        self.history = []

    def put(self, frame):
        super().put(frame)
        self.history.append((int(frame.grey(1, 1)[0, 0]), frame.captured_at))

    def clear(self):
        super().clear()
        self.history.append("cleared")


class Rising:
    """A back-off of 1, 2, 3 … s."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.failures = 0

    def wait(self):
        self.failures += 1
        return float(self.failures)


@pytest.fixture
def time():
    return FakeTime()


@pytest.fixture
def newest():
    return Newest()


def reader(source, newest, time, *, loop=False):
    return Reader(source, newest, loop=loop, backoff=Rising(), stop=time, clock=time)


def test_files_are_shown_at_their_times_and_end(time, newest):
    source = Source(time, [10, 20, 30], live=False)
    read = reader(source, newest, time)
    read.run()
    assert newest.history == [(10, 100), (20, 100.5), (30, 101)]
    assert time.now == 101.5, "the last one for its time, too"
    assert newest.closed
    assert (read.frames, read.losses, len(source.opened_at)) == (3, 0, 1)


def test_files_in_a_loop_start_again(time, newest):
    source = Source(time, *[[10, 20]] * 3, live=False)
    reader(source, newest, time, loop=True).run()
    assert newest.history == [(grey, 100 + at / 2) for at, grey in enumerate([10, 20] * 3)]
    assert source.opened_at == [100, 101, 102, 103]


def test_a_slow_decoder_does_not_wait_as_well(time, newest):
    def slowly(self, stream):
        for shown in pictures(self, stream):
            time.now += 0.7  # a picture comes each 0.5 s
            yield shown

    pictures = Source._pictures
    source = Source(time, [10, 20], live=False)
    source._pictures = slowly.__get__(source)
    reader(source, newest, time).run()
    assert newest.history == [(10, pytest.approx(100.7)), (20, pytest.approx(101.4))]


def test_files_without_a_picture_are_an_error(time, newest):
    with pytest.raises(SourceError, match=r"camera has no picture that can be decoded"):
        reader(Source(time, [], live=False), newest, time, loop=True).run()


@pytest.mark.parametrize("stream", [SourceError("broken"), [10, SourceError("broken")]])
def test_files_that_cannot_be_read_are_an_error(time, newest, stream):
    with pytest.raises(SourceError, match=r"^broken$"):
        reader(Source(time, stream, live=False), newest, time).run()


def test_files_end_when_they_are_stopped(time, newest):
    time.at(100.7, time.stop)
    reader(Source(time, [10, 20, 30], live=False), newest, time).run()
    assert newest.history == [(10, 100), (20, 100.5)]
    assert time.now == 100.7


def test_a_stop_before_the_first_picture_is_no_error(time, newest):
    time.stop()
    reader(Source(time, [10], live=False), newest, time).run()
    assert newest.history == []


def test_what_is_live_is_shown_at_once(time, newest):
    reader(Source(time, [10, 20, 30]), newest, time).run()
    assert newest.history[:3] == [(10, 100), (20, 100), (30, 100)]


def test_a_lost_source_is_opened_again_with_back_off(time, newest, caplog):
    caplog.set_level(logging.INFO)
    away = SourceError("camera: Connection refused.")
    source = Source(time, [10], away, away, [20, SourceError("camera: nothing came.")], [30])
    read = reader(source, newest, time)
    read.run()
    # Lost at 100, away at 101 and 103, back at 106, lost and back with a new back-off.
    assert source.opened_at == [100, 101, 103, 106, 107, 108]
    shown = [put for put in newest.history if put != "cleared"]
    assert shown == [(10, 100), (20, 106), (30, 107)]
    assert newest.history[1] == "cleared"
    assert newest.get() is None
    assert read.losses == 3
    assert [record.getMessage() for record in caplog.records] == [
        "camera: the stream ended. It is opened again until it is there.",
        "camera is back.",
        "camera: nothing came. It is opened again until it is there.",
        "camera is back.",
        "camera: the stream ended. It is opened again until it is there.",
    ]


def test_a_camera_that_is_not_there_yet_is_waited_for(time, newest):
    source = Source(time, *[SourceError("away")] * 3, [10])
    read = reader(source, newest, time)
    read.run()
    assert source.opened_at[:4] == [100, 101, 103, 106]
    assert (10, 106) in newest.history
    assert read.losses == 1, "not before it was there"
