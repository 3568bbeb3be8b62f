"""What an agent does with frames, the door and the gateway's answers."""

import collections
import io
import logging

import pytest
from PIL import Image

from serving.advertising.backoff import Backoff
from serving.advertising.lift_agent.agent import Agent
from serving.advertising.lift_agent.newest_frame import NewestFrame
from serving.advertising.lift_agent.schedule import Schedule
from serving.advertising.lift_agent.settings import AgentSettings
from serving.advertising.lift_agent.upload import Kind, Outcome
from tests.serving.advertising.lift_agent.drawn_lift import plain
from tests.serving.advertising.lift_agent.fake_time import FakeTime

TAKEN = Outcome(Kind.TAKEN, 200)
AWAY = Outcome(Kind.FAILED, reason="Connection refused")


AGE = 1 / 32  # seconds from a frame to the look at it
STEP = 1 / 8  # seconds from a frame to the next


class Lift:
    """An agent, time, a camera that gives a grey each step, a door and a gateway."""

    def __init__(self, **settings):
        self.time = FakeTime()
        self.newest = NewestFrame()
        self.level: int | None = 100
        self.door: collections.deque[bool] = collections.deque()
        self.answers: collections.deque[Outcome] = collections.deque()
        self.sent: list[tuple[float, int, float]] = []  # seconds from the first look, grey, age
        told = AgentSettings(**{"min_interval": 2, "max_interval": 60, **settings})
        schedule = Schedule(told.min_interval, told.max_interval, Backoff("0"))
        self.agent = Agent(
            told,
            newest=self.newest,
            door=self,
            uploads=self,
            schedule=schedule,
            clock=self.time,
        )

    def signalled(self):
        return bool(self.door) and self.door.popleft()

    def upload(self, jpeg, age):
        grey = Image.open(io.BytesIO(jpeg)).getpixel((5, 5))[0]
        self.sent.append((self.time.now - 100 - AGE, grey, age))
        return self.answers.popleft() if self.answers else TAKEN

    def during(self, seconds):
        """Lets time pass; returns what was sent in it."""
        before = len(self.sent)
        for _ in range(int(seconds / STEP)):
            if self.level is not None:
                self.newest.put(plain(self.level, self.time.now))
            self.time.now += AGE
            self.agent.look()
            self.time.now += STEP - AGE
        return self.sent[before:]


@pytest.fixture
def lift():
    return Lift()


def greys(sent):
    return [grey for _, grey, _ in sent]


def test_an_empty_lift_is_shown_now_and_then(lift):
    assert lift.during(130) == [(0, 100, AGE), (60, 100, AGE), (120, 100, AGE)]


def test_a_change_is_sent_at_once_and_then_at_most_every_so_often(lift):
    lift.during(10)
    lift.level = 180
    first, *others = lift.during(7)
    assert first == (10, 180, AGE)
    assert [moment for moment, _, _ in others] == [12, 14, 16]


def test_the_gateway_s_pace_is_kept(lift):
    lift.answers.extend([Outcome(Kind.TAKEN, 200, wait=5)] * 3)
    lift.during(10)
    lift.level = 180
    assert [moment for moment, _, _ in lift.during(8)] == [10, 15]


def test_the_door_is_a_reason(lift):
    lift.during(10)
    lift.door.extend([False, True, False])
    assert lift.during(20) == [(10.125, 100, AGE)]


def test_the_door_may_be_the_only_reason():
    lift = Lift(motion=None)
    lift.during(10)
    lift.level = 180
    assert lift.during(20) == []
    lift.door.append(True)
    assert len(lift.during(20)) == 1


def test_what_moved_during_a_wait_is_shown_as_it_is_after_it(lift):
    lift.answers.append(Outcome(Kind.TAKEN, 200, wait=5))
    lift.during(1)
    lift.level = 180
    lift.during(1)
    lift.level = 60
    assert greys(lift.during(4)) == [60]


def test_after_a_failure_the_newest_is_sent_and_no_older_one(lift):
    lift.answers.extend([AWAY] * 6)
    for lift.level in range(20, 240, 10):
        lift.during(10)
    outcomes = lift.agent.outcomes
    assert outcomes[Kind.FAILED] == 6
    assert outcomes[Kind.TAKEN] == len(lift.sent) - 6 > 10
    assert {age for _, _, age in lift.sent} == {AGE}
    assert greys(lift.sent) == sorted(greys(lift.sent))


def test_no_frame_is_sent_twice(lift):
    lift.during(1)
    lift.level = None  # the camera hangs: its last frame stays, and was not sent yet
    lift.door.extend([True] * 2000)
    assert lift.during(200) == [(2, 100, 1 + STEP + AGE)]
    lift.level = 100
    assert len(lift.during(1)) == 1


def test_a_frame_that_did_not_arrive_may_be_sent_again(lift):
    lift.answers.append(AWAY)
    lift.during(STEP)
    lift.level = None
    assert greys(lift.during(5)) == [100]


def test_nothing_is_sent_of_a_lost_source(lift):
    lift.answers.append(AWAY)
    lift.during(STEP)
    lift.level = None
    lift.newest.clear()
    assert lift.during(100) == []


def test_a_dropped_snapshot_is_not_sent_again(lift):
    lift.answers.append(Outcome(Kind.DROPPED, 409, reason="409 Out of order."))
    assert len(lift.during(50)) == 1
    assert len(lift.during(20)) == 1


def test_a_refused_token_is_tried_again_every_minute_and_told_once(lift, caplog):
    lift.answers.extend([Outcome(Kind.REFUSED, 401, reason="401 Token unknown.")] * 3)
    lift.level = 100
    moments = [moment for moment, _, _ in lift.during(185)]
    assert moments == [0, 60, 120, 180]
    assert [record.getMessage() for record in caplog.records if record.levelno > logging.INFO] == [
        "A snapshot was not taken: 401 Token unknown. Check the lift's name, its token and whether "
        "it is switched on; it is tried again every 60 s."
    ]


def test_the_log_tells_changes_and_no_attempts(lift, caplog):
    caplog.set_level(logging.INFO)
    lift.answers.extend([TAKEN, TAKEN, AWAY, AWAY, AWAY, TAKEN, TAKEN])
    lift.door.extend([True] * 3000)
    lift.during(300)
    assert [record.getMessage() for record in caplog.records] == [
        "The gateway takes snapshots.",
        "A snapshot was not taken: Connection refused. The newest snapshot follows as soon as it "
        "can.",
        "The gateway takes snapshots.",
    ]


def test_it_looks_until_it_is_stopped(lift):
    lift.newest.put(plain(100, lift.time.now))
    lift.time.at(110, lift.time.stop)
    lift.agent.run(lift.time)
    assert lift.time.now == 110
    assert lift.time.waits == [0.2] * len(lift.time.waits)
    assert len(lift.sent) == 1


def test_it_ends_with_its_source(lift):
    lift.time.at(105, lift.newest.close)
    lift.agent.run(lift.time)
    assert 105 <= lift.time.now < 105.5
