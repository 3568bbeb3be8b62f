"""A simulated day: weights are met in seconds, whatever the durations, gaps and missing proofs."""

import statistics

import pytest

from tests.serving.advertising.decisions.simulated_day import WEIGHTS, SimulatedDay

DAYS = 5
_T = 2.776  # Student's t of 4 degrees of freedom, two-sided 95 %


@pytest.fixture(scope="module")
def days():
    """What became of each campaign in days of several seeds."""
    return [SimulatedDay(seed).play() for seed in range(DAYS)]


@pytest.mark.parametrize("name", WEIGHTS)
def test_each_day_each_weight_is_met_within_two_points_of_the_eligible_seconds(days, name):
    for day in days:
        assert day[name].eligible > 3600
        assert abs(day[name].points) <= 2


@pytest.mark.parametrize("name", WEIGHTS)
def test_over_the_days_no_campaign_is_favoured(days, name):
    """The interval of the mean deviation, with 95 % confidence, is within half a point."""
    points = [day[name].points for day in days]
    error = _T * statistics.stdev(points) / DAYS**0.5
    assert abs(statistics.mean(points)) + error <= 0.5


def test_shares_are_those_of_the_weights_and_not_alike(days):
    """Of the seconds of all, `short` has five times those of `middle` (not equalised)."""
    ratio = statistics.mean(day["short"].shown / day["middle"].shown for day in days)
    assert ratio == pytest.approx(5, rel=0.05)
