"""Tests of what courses come to."""

import numpy as np
import pytest

from tests.benchmarks.label_efficiency.judgement import (
    Courses,
    bootstrapped,
    courses,
    gain,
    labels_needed,
    saving,
    worst,
)


@pytest.mark.parametrize(
    ("target", "labels"),
    [(0.6, 50.0), (0.65, 50 * 2**0.5), (0.7, 100.0), (0.8, 200.0), (0.81, float("inf"))],
)
def test_labels_that_are_needed_lie_between_rounds(target, labels):
    assert labels_needed((50, 100, 200), (0.6, 0.7, 0.8), target) == pytest.approx(labels)


def found(share, of_all, **aucs):
    arms = {name: {"auc": list(values), "positives": [1, 2, 3]} for name, values in aucs.items()}
    return {"share": share, "rounds": [50, 100, 200], "archive": 400, "all labels": of_all, **arms}


@pytest.fixture
def some() -> Courses:
    hat = {
        "hat 0": found(0.1, 0.9, random=(0.6, 0.7, 0.8), quick=(0.7, 0.8, 0.85)),
        "hat 1": found(0.1, 0.9, random=(0.6, 0.7, 0.8), quick=(0.7, 0.8, 0.85)),
    }
    return courses(
        [hat, {"bag 0": found(0.4, 0.9, random=(0.6,) * 3, quick=(0.5,) * 3)}], ["a", "b"]
    )


def test_results_of_workspaces_are_put_together(some):
    assert some.tasks == ("a/hat", "a/hat", "b/bag")
    assert some.arms == ("random", "quick")
    assert some.shares.tolist() == [0.1, 0.1, 0.4]


def test_a_saving_is_by_mean_curves_that_end_with_all_labels(some):
    rare = some.chosen(some.shares < 0.15)
    assert saving(rare, "random") == 1.0
    assert saving(rare, "quick", margin=0.2) == pytest.approx(0.5), "50 labels, not 100, for .7"
    assert saving(rare, "quick", margin=0.1) == pytest.approx(0.5)
    between = 200 * 2**0.5  # half-way from .8 of 200 labels to .9 of 400
    assert saving(rare, "quick", margin=0.05) == pytest.approx(200 / between)


def test_gains_are_means_and_the_worst_task_is_named(some):
    assert gain(some, "quick", 0) == pytest.approx((0.1 + 0.1 - 0.1) / 3)
    task, behind, error = worst(some, "quick", 0)
    assert (task, behind) == ("b/bag", pytest.approx(-0.1))
    assert np.isnan(error)
    assert worst(some.chosen(some.shares < 0.15), "quick", 2) == ("a/hat", pytest.approx(0.05), 0.0)


def test_tasks_are_drawn_with_all_of_their_seeds(some):
    figure = bootstrapped(some, lambda drawn: gain(drawn, "quick", 0))
    assert figure.value == pytest.approx(1 / 30)
    assert (figure.low, figure.high) == (pytest.approx(-0.1), pytest.approx(0.1))
