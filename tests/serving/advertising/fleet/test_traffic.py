"""Arrivals and stays of simulated passengers."""

import math
import random
import statistics

import pytest

from serving.advertising.fleet.records import percentile
from serving.advertising.fleet.scenes import Scenes
from serving.advertising.fleet.traffic import Traffic


def test_as_many_are_there_as_littles_law_says():
    """Arrivals per second × seconds of stay: 120/3600 × 60 = 2 people, spread as Poisson."""
    seen = [
        Traffic(120, 60, f"lift-{number}").present(time)
        for number in range(400)
        for time in (0.0, 500.0)
    ]
    assert statistics.mean(seen) == pytest.approx(2.0, abs=4 * math.sqrt(2 / len(seen)))
    assert statistics.variance(seen) == pytest.approx(2.0, rel=0.25)


def test_nobody_comes_without_arrivals():
    traffic = Traffic(0, 60, "lift")
    assert [traffic.present(time) for time in (0, 1e6)] == [0, 0]


def test_the_same_seed_sees_the_same_people():
    def day(seed):
        traffic = Traffic(60, 30, seed)
        return [traffic.present(60.0 * minute) for minute in range(200)]

    assert day("a") == day("a") != day("b")


def test_scenes_are_of_as_many_people_as_there_are():
    scenes = Scenes({0: [b"empty"], 1: [b"one"], 2: [b"two"]})
    chance = random.Random(0)
    assert [scenes.pick(people, chance) for people in (0, 1, 2, 9)] == [
        b"empty",
        b"one",
        b"two",
        b"two",
    ]


def test_percentiles_are_by_nearest_rank():
    values = [5.0, 1.0, 3.0, 2.0, 4.0]
    assert [percentile(values, percent) for percent in (1, 50, 80, 81, 100)] == [1, 3, 4, 5, 5]
    assert math.isnan(percentile([], 50))
