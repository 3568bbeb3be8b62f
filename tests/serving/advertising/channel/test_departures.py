"""Screens whose connection broke off, with a clock that is set."""

from serving.advertising.channel.departures import Departure, Departures


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_a_departure_is_told_once_after_the_grace_with_the_time_it_happened():
    clock = Clock()
    departures = Departures(10, clock)
    departures.leave("screen-1", "a")
    clock.now = 109.9
    assert departures.take_due() == []
    clock.now = 110.0
    assert departures.take_due() == [Departure("screen-1", "a", 100.0)]
    assert departures.take_due() == []


def test_who_came_back_has_not_left_and_others_have():
    clock = Clock()
    departures = Departures(10, clock)
    departures.leave("screen-1", "a")
    departures.leave("screen-2", "b")
    departures.come_back("screen-1")
    departures.come_back("screen-3")
    clock.now = 200
    assert [one.screen for one in departures.take_due()] == ["screen-2"]


def test_the_last_departure_of_a_screen_counts():
    clock = Clock()
    departures = Departures(10, clock)
    departures.leave("screen-1", "a")
    clock.now = 105
    departures.leave("screen-1", "b")
    clock.now = 114
    assert departures.take_due() == []
    clock.now = 115
    assert departures.take_due() == [Departure("screen-1", "b", 105.0)]


def test_forgotten_departures_are_not_told():
    clock = Clock()
    departures = Departures(10, clock)
    departures.leave("screen-1", "a")
    departures.forget()
    clock.now = 200
    assert departures.take_due() == []
