from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.advertising.creatives.frame_rate import at_constant_rate, constant_rate


def shown(starts, end, rate):
    times = pairwise([*map(Fraction, starts), Fraction(end)])
    frames = [(start, until, number) for number, (start, until) in enumerate(times)]
    return list(at_constant_rate(frames, Fraction(rate)))


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (Fraction(25), Fraction(25)),
        (Fraction(30000, 1001), Fraction(30000, 1001)),
        (Fraction(60000, 1001), Fraction(30000, 1001)),
        (Fraction(3002, 100), Fraction(30)),
        (Fraction(50), Fraction(25)),
        (Fraction(60), Fraction(30)),
        (Fraction(120), Fraction(30)),
        (Fraction(240), Fraction(30)),
        (Fraction(1, 10), Fraction(1)),
        (Fraction(90000), Fraction(30)),
        (Fraction(0), Fraction(30)),
        (None, Fraction(30)),
    ],
)
def test_motion_stays_even(rate, expected):
    assert constant_rate(rate, 30) == expected


def test_half_the_rate_leaves_out_every_second_picture():
    assert shown([n / Fraction(50) for n in range(8)], Fraction(8, 50), 25) == [1, 3, 5, 7]


def test_pictures_are_repeated_until_the_next_and_the_last_one_until_its_end():
    assert shown([0, Fraction(1, 2), Fraction(3, 4)], Fraction(1), 8) == [0, 0, 0, 0, 1, 1, 2, 2]


def test_times_in_milliseconds_lose_no_picture():
    starts = [Fraction(round(n * 1001 / 30), 1000) for n in range(90)]
    assert shown(starts, Fraction(3003, 1000), Fraction(30000, 1001)) == list(range(90))


def test_one_picture_without_a_duration_is_shown_once():
    assert shown([0], Fraction(0), 25) == [0]
    assert list(at_constant_rate([], Fraction(25))) == []


@given(
    st.lists(st.fractions(0, 10, max_denominator=1000), min_size=1, max_size=30),
    st.fractions(1, 30, max_denominator=1001),
)
def test_as_many_pictures_as_the_time_asks_for(later, rate):
    starts = [Fraction(0), *sorted(later)]
    end = starts[-1] + 1
    pictures = shown(starts, end, rate)
    assert abs(len(pictures) - end * rate) <= Fraction(1, 2)
    assert pictures == sorted(pictures)
    assert pictures[-1] == len(starts) - 1
