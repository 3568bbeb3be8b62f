"""When the next snapshot is due, by hand."""

import pytest

from serving.advertising.lift_agent.schedule import Schedule
from serving.advertising.lift_agent.upload import Kind, Outcome


class Waits:
    """A back-off of which each wait is told, and which counts its resets."""

    def __init__(self, *waits):
        self._waits = iter(waits)
        self.resets = 0

    def wait(self):
        return next(self._waits)

    def reset(self):
        self.resets += 1


def due_at(schedule, moments):
    return [moment for moment in moments if schedule.due(moment)]


def after(outcome, *waits):
    """A schedule after an attempt that took from 100 to 101 s."""
    schedule = Schedule(2, 60, Waits(*waits))
    schedule.attempted(outcome, 100, 101)
    return schedule


def test_the_first_is_due_at_once():
    assert Schedule(2, 60, Waits()).due(-1e9)


def test_without_an_event_the_next_is_due_after_the_longest_interval():
    schedule = after(Outcome(Kind.TAKEN, 200))
    assert due_at(schedule, [102, 159.9, 160]) == [160]


@pytest.mark.parametrize(
    ("outcome", "first"),
    [
        (Outcome(Kind.TAKEN, 200, wait=0), 102),  # 2 s from its start
        (Outcome(Kind.TAKEN, 200, wait=5), 106),  # 5 s from its end
        (Outcome(Kind.DROPPED, 409), 102),
    ],
)
def test_an_event_waits_for_the_shortest_interval_and_the_gateway(outcome, first):
    schedule = after(outcome)
    schedule.want()
    assert not schedule.due(first - 0.01)
    assert schedule.due(first)


def test_what_happened_during_a_wait_is_remembered_once():
    schedule = after(Outcome(Kind.TAKEN, 200, wait=5))
    schedule.want()
    schedule.want()
    schedule.attempted(Outcome(Kind.TAKEN, 200), 106, 106)
    assert due_at(schedule, [108, 120, 166]) == [166]


@pytest.mark.parametrize(
    ("outcome", "wait", "first"),
    [
        (Outcome(Kind.FAILED), 7.0, 108),
        (Outcome(Kind.FAILED), 0.0, 102),  # never sooner than the shortest interval
        (Outcome(Kind.BUSY, 429, wait=30), 0.5, 131.5),  # jitter on top
        (Outcome(Kind.BUSY, 503), 3.0, 104),
        (Outcome(Kind.REFUSED, 401), None, 161),
    ],
)
def test_what_was_not_taken_is_due_again_after_its_wait(outcome, wait, first):
    schedule = after(outcome, wait)
    assert not schedule.due(first - 0.01)
    assert schedule.due(first)


@pytest.mark.parametrize(
    ("kind", "resets"),
    [
        (Kind.TAKEN, 1),
        (Kind.DROPPED, 1),
        (Kind.REFUSED, 0),
        (Kind.BUSY, 0),
        (Kind.FAILED, 0),
    ],
)
def test_only_a_gateway_that_took_one_ends_the_back_off(kind, resets):
    waits = Waits(1.0)
    Schedule(2, 60, waits).attempted(Outcome(kind), 0, 0)
    assert waits.resets == resets
