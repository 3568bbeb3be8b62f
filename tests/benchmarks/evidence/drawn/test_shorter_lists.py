"""Tests of tasks with fewer labels, and with fewer positive ones."""

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.workspace.example import Example
from graftnet_tf.workspace.workspace import Workspace
from tests.benchmarks.evidence.drawn.shorter_lists import first, rare, write_shorter


def examples(negatives, positives):
    labels = [0, 1] * positives + [0] * (negatives - positives)
    return [Example(f"images/{n}.jpg", label, f"g{n // 3}") for n, label in enumerate(labels)]


def test_every_negative_stays_and_one_positive_for_so_many():
    whole = examples(207, 30)
    kept = rare(whole, 100, seed=0)
    assert [e for e in kept if not e.label] == [e for e in whole if not e.label]
    assert sum(e.label for e in kept) == 2
    assert kept == rare(whole, 100, seed=0)
    assert kept != rare(whole, 100, seed=1)


@pytest.mark.parametrize(("negatives", "positives"), [(99, 30), (300, 2)])
def test_a_ratio_that_cannot_be_is_refused(negatives, positives):
    with pytest.raises(GraftNetError, match=f"{negatives} negatives and {positives} positives"):
        rare(examples(negatives, positives), 100, seed=0)


def test_the_first_labels_are_those_of_a_longer_list_too():
    whole = examples(20, 10)
    assert first(whole, 6) == first(whole, 12)[:6] == whole[:6]
    with pytest.raises(GraftNetError, match="31 labels asked for of 30"):
        first(whole, 31)


def test_a_shorter_task_reads_the_same_images_from_its_folder(tmp_path):
    workspace = Workspace(str(tmp_path))
    some = examples(6, 3)
    assert write_shorter(workspace, "rare_bag", some[:4], some[4:], folder="pool") == "rare_bag"
    train, test = (workspace.examples("rare_bag", split) for split in ("train", "test"))
    assert [e.image for e in train] == [f"pool/{e.image}" for e in some[:4]]
    assert [e.label for e in test] == [e.label for e in some[4:]]
    assert workspace.task("rare_bag").attributes == {"rare_bag": "positive"}
