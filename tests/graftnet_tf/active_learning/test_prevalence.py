"""How many of an archive show an attribute, from labels that were not drawn uniformly."""

import numpy as np
import pytest

from graftnet_tf.active_learning.prevalence import prevalence, weighted_share
from graftnet_tf.workspace.tasks import Example, Task, write_task
from graftnet_tf.workspace.workspace import Workspace


def test_shares_are_weighted_and_drawn_a_little_towards_a_half():
    labels = np.array([True, True, False, False])
    likely = np.array([0.5, 0.5, 0.1, 0.1])  # weights 2, 2, 10, 10: 4 of 24, as if .667 of 4
    assert weighted_share(labels, likely) == pytest.approx((4 * 4 / 24 + 1) / (4 + 2))
    assert weighted_share(labels, np.full(4, 0.3)) == pytest.approx(0.5)
    assert 0 < weighted_share(np.zeros(50, bool), np.ones(50)) == pytest.approx(1 / 52)


def example(number, label, likely):
    columns = {} if likely is None else {"probability": likely}
    return Example(f"{number}.jpg", label, str(number), columns=columns)


def test_images_of_both_splits_count_and_those_without_a_probability_do_not(tmp_path):
    workspace = Workspace(str(tmp_path), create=True)
    train = [example(0, 1, "0.5"), example(1, 0, "0.25"), example(2, 1, "")]
    test = [example(3, 0, "0.25")]
    write_task(workspace.path("tasks", "hat"), Task.binary("hat"), {"train": train, "test": test})
    assert prevalence(workspace, "hat", "hat") == pytest.approx((3 * 2 / 10 + 1) / (3 + 2))


def test_without_probabilities_nothing_is_known(tmp_path):
    workspace = Workspace(str(tmp_path), create=True)
    write_task(workspace.path("tasks", "hat"), Task.binary("hat"), {"train": [example(0, 1, None)]})
    assert prevalence(workspace, "hat", "hat") is None
