"""Choosing a shape on a tiny workspace: what is tried, resumed, kept and recorded."""

import dataclasses
import functools
import os
from typing import Any
from unittest import mock

import numpy as np
import pytest

from graftnet_tf.branch import branch as branches
from graftnet_tf.branch.fine_tuning import FineTuning
from graftnet_tf.branch.shape_search.choice import Choice, choose_shape
from graftnet_tf.branch.shape_search.search_config import SearchConfig
from graftnet_tf.branch.shape_search.shape import Shape
from graftnet_tf.branch.train import train_branch
from graftnet_tf.data import labelled_images
from graftnet_tf.data.labelled_images import LabelledRows
from graftnet_tf.errors import GraftNetError
from graftnet_tf.features.graft_features import CachedFeatures
from graftnet_tf.io import atomic_files
from graftnet_tf.trunk.trunk import Trunk
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.workspace import Workspace
from tests.killed_runs import Killed, counted_steps
from tests.trained_workspace import CUT_SHORT, Trained, train_tiny_branch

SEARCH = SearchConfig((0, 1), (1, 2), cost=3.0, validation=0.4)
SHAPES = {(1, 2, "gap"), (0, 1, "gap"), (0, 2, "gap")}
counted = functools.partial(counted_steps, CachedFeatures, "augmented")


def search_and_train(workspace):
    with mock.patch.object(branches, "publish", wraps=branches.publish) as publish:
        version = train_branch(
            workspace, "hat", CUT_SHORT, search=SEARCH, cache_directory=workspace.path("cache")
        )
    record = manifest.read(workspace.path("branches", "hat", version))
    return publish.call_args.args[1], record


@pytest.fixture(scope="module")
def searched(trained, tmp_path_factory):
    """(workspace, branch in memory, its manifest, sets of people of all scorings)."""
    workspace = trained.copy(str(tmp_path_factory.mktemp("searched") / "workspace"))
    seen: list[LabelledRows] = []
    logits = FineTuning.logits

    def note(self, some):
        seen.append(some)
        return logits(self, some)

    with mock.patch.object(FineTuning, "logits", note):
        branch, record = search_and_train(workspace)
    return workspace, branch, record, seen


def shape_of(tried):
    return tried["graft_after"], tried["last_block"], tried["pooling"]


def test_the_manifest_says_what_was_tried(searched):
    _, _, record, _ = searched
    tried = {shape_of(one): one for one in record["search"]["tried"]}
    assert set(tried) == SHAPES
    assert record["search"]["plan"]["steps"] == [2, 4]
    for one in tried.values():
        assert [trial["steps"] for trial in one["rounds"]] == [2, 4][: len(one["rounds"])]
        assert all(0 <= trial["validation_auc"] <= 1 for trial in one["rounds"])
        assert one["dropped_in_round"] in (None, len(one["rounds"]))
    outcomes = sorted(str(one["dropped_in_round"]) for one in tried.values())
    assert outcomes == ["1", "2", "None"]


def test_the_chosen_shape_had_the_better_auc(searched):
    _, _, record, _ = searched
    finals = [one for one in record["search"]["tried"] if len(one["rounds"]) == 2]
    best = max(finals, key=lambda one: one["rounds"][1]["validation_auc"])
    chosen = next(one for one in finals if one["dropped_in_round"] is None)
    assert chosen["rounds"][1]["validation_auc"] == best["rounds"][1]["validation_auc"]
    assert shape_of(chosen) == tuple(record[k] for k in ("graft_after", "last_block", "pooling"))
    assert shape_of(chosen) == shape_of(record["config"])


def test_the_branch_is_the_one_that_its_shape_alone_would_give(searched, trained, tmp_path):
    _, branch, record, _ = searched
    shape = {key: record[key] for key in ("graft_after", "last_block", "pooling")}
    alone = train_tiny_branch(trained.copy(str(tmp_path / "workspace")), "hat", **shape)
    pairs = zip(branch.open_variables, alone.open_variables, strict=True)
    for found, expected in pairs:
        np.testing.assert_array_equal(found, expected)


def test_what_judges_shapes_is_not_what_the_branch_is_validated_by(searched):
    *_, seen = searched
    *judged, held_out = [set(some.rows.tolist()) for some in seen]
    assert len(judged) == 3 + 2
    assert all(some == judged[0] for some in judged)
    assert judged[0].isdisjoint(held_out)


def test_the_journal_and_what_was_unreadable_is_left_of_a_search(searched):
    workspace, *_ = searched
    (directory,) = [name for name in os.listdir(workspace.path("runs")) if "search" in name]
    left = os.listdir(workspace.path("runs", directory))
    assert sorted(left) == ["rounds.json", "unreadable.json"]


@pytest.mark.slow
def test_a_killed_search_goes_on_and_chooses_the_same(searched, trained, tmp_path):
    workspace = trained.copy(str(tmp_path / "workspace"))
    with counted(steps := [], kill=3), pytest.raises(Killed):
        search_and_train(workspace)
    assert steps == [0, 1, 0, 1, 0, 1, 2]

    with counted(steps := [], kill=0), pytest.raises(Killed):
        search_and_train(workspace)
    assert steps[:4] == [2, 3, 2, 3], "the first round is not played again"
    assert 0 not in steps
    assert rounds_of(workspace) == rounds_of(searched[0])


def rounds_of(workspace: Workspace) -> dict[str, list[tuple[int, float]]]:
    (directory,) = [name for name in os.listdir(workspace.path("runs")) if "search" in name]
    journal = atomic_files.read_json(workspace.path("runs", directory, "rounds.json"))
    return {
        shape: [(trial["steps"], trial["validation_auc"]) for trial in trials]
        for shape, trials in journal.items()
    }


def choose(trained: Trained, search: SearchConfig, people: int = 12, **changes: Any) -> Choice:
    """A choice that must not come to any training."""
    trunk = Trunk.open(trained.workspace)
    images = labelled_images.label([trained.workspace.training_split("hat")], trunk.preprocessing)
    config = dataclasses.replace(CUT_SHORT, **changes)
    some = images.tasks[0].subset(np.arange(people))
    return choose_shape(search, config, trunk, some, features_of=mock.Mock(), directory="")


def test_one_shape_needs_no_search(trained):
    assert choose(trained, SearchConfig((0,), (2,))) == Choice(Shape(0, 2, "gap"))


@pytest.mark.parametrize(
    ("search", "changes", "message"),
    [
        (SearchConfig((0, 1), (1, 3)), {}, "Block 3 asked for; trunk 0001 ends at block 2"),
        (SearchConfig((0, 1), (2,), cost=0.01), {}, "0.01 times are allowed"),
        (SearchConfig((0, 1), (2,)), {"steps": 0}, "at least 1 training steps; 0 given"),
        (SearchConfig((0, 1), (2,)), {"people": 3}, "too few images .* name one shape instead"),
    ],
)
def test_searches_that_cannot_be_are_refused(trained, search, changes, message):
    with pytest.raises(GraftNetError, match=message):
        choose(trained, search, **changes)
