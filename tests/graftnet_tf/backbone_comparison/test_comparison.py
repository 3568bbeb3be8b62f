"""Backbones side by side on drawn tasks."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.backbone_comparison import comparison
from graftnet_tf.backbone_comparison.candidate import Candidate
from graftnet_tf.backbone_comparison.comparison import HeldOut, compare_backbones
from graftnet_tf.backbone_comparison.table import to_table
from graftnet_tf.errors import GraftNetError
from graftnet_tf.models import weights
from graftnet_tf.models.backbones import BACKBONES
from graftnet_tf.models.batch_times import BATCHES
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.workspace.workspace import Workspace
from tests.frozen_models import save_frozen_model
from tests.trained_workspace import draw_workspace

LITE0, SMALL = "efficientnet_lite0", (64, 32)


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """Lite0 as far as block 2, twice with the same weights, and as far as block 4."""
    workspace = draw_workspace(str(tmp_path_factory.mktemp("compared")))
    path = workspace.path("initial.npz")
    tf.keras.utils.set_random_seed(0)
    weights.save(Blocks(0, 4, BACKBONES[LITE0]), path)
    candidates = [Candidate(LITE0, path, *SMALL, block) for block in (2, 2, 4)]
    return compare_backbones(workspace, candidates, validation=0.4)


def test_each_attribute_of_each_candidate_is_measured(rows):
    for row in rows:
        assert set(row.auc) == {"hat", "bag", "male", "female"}
        defined = [area for area in row.auc.values() if area is not None]
        assert row.mean_auc == pytest.approx(np.mean(defined))
    assert max(area for area in rows[0].auc.values() if area) > 0.5, "colours tell some apart"


def test_the_same_network_is_not_ahead_of_itself(rows):
    assert rows[1].auc == rows[0].auc
    assert (rows[1].ahead, rows[1].ahead_interval) == (0.0, (0.0, 0.0))


def test_costs_grow_with_the_blocks(rows):
    shallow, _, deep = rows
    assert shallow.multiply_adds < deep.multiply_adds
    # 3 → 32 by 3×3; 32 by 3×3, 32 → 16; then, expanded sixfold, 16 → 24 and 24 → 24, all with
    # four numbers for each channel that is normalised.
    widths = [32, 32, 16, 96, 96, 24, 144, 144, 24]
    kernels = [864, 288, 512, 1536, 864, 2304, 3456, 1296, 3456]
    assert shallow.weight_bytes == 4 * (sum(kernels) + 4 * sum(widths))
    assert set(shallow.milliseconds) == set(BATCHES)
    assert min(shallow.milliseconds.values()) > 0


def test_the_table_has_a_line_for_each(rows):
    lines = to_table(rows).splitlines()
    assert lines[0].split()[:3] == ["backbone", "and", "input"]
    assert lines[1].startswith("efficientnet_lite0 64x32 to block 2")
    assert "+0.000 (+0.000 to +0.000)" in lines[2]
    assert "+0.000" not in lines[1]
    assert [line.split(":")[0].strip() for line in lines[5:]] == list(rows[0].auc)


def test_an_attribute_of_one_class_is_told_as_undefined(rows):
    blank = [dataclasses.replace(row, auc={"hat": None}, interval={"hat": None}) for row in rows]
    assert to_table(blank).splitlines()[-1] == "  hat: undefined, undefined, undefined"


def test_a_saved_model_takes_part_and_its_costs_are_unknown(tmp_path):
    workspace = draw_workspace(str(tmp_path / "workspace"))
    save_frozen_model(str(tmp_path / "model"))
    candidate = Candidate.parse(f"saved_model:{tmp_path / 'model'},none,64x32")
    (row,) = compare_backbones(workspace, [candidate], tasks=["gender"])
    assert set(row.auc) == {"male", "female"}
    assert to_table([row]).splitlines()[1].split()[-4:-2] == ["unknown", "unknown"]


def test_bootstrap_samples_are_of_whole_groups_and_the_same_for_all():
    groups = np.array(["a", "a", "b", "c", "d"])
    labels = np.array([True, True, False, True, False])
    scores = np.array([0.9, 0.8, 0.1, 0.4, 0.6])
    one = {"hat": HeldOut(labels, scores, groups)}
    first, same = comparison._mean_samples([one, one], seed=0)
    np.testing.assert_array_equal(first, same)
    # Groups a (2 positives) and c (1) against b and d: c is below d alone.
    expected = {1.0, 0.0, 0.5}
    assert expected <= set(np.round(first[~np.isnan(first)], 6).tolist())
    assert np.isnan(first).any(), "samples without a class say nothing"
    drawn = np.array([2, 0, 1, 1])
    again = comparison._resampled(one["hat"], np.array(["a", "b", "c", "d"]), drawn)
    assert again.groups.tolist() == ["a", "a", "a", "a", "c", "d"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("inception_v3", "expected a backbone's name, its weights"),
        ("inception_v3,w.npz,192", "expected a backbone's name, its weights"),
        ("inception_v3,w.npz,192x96,last", "expected a backbone's name, its weights"),
        ("vgg16,none", "'vgg16' given; expected one of inception_v3"),
        ("inception_v3,none,64x64", "Input 64×64 given; InceptionV3 needs at least 75×75"),
        ("resnet50,none,64x64,16", "Block 16 given; ResNet-50 has 0…15"),
    ],
)
def test_other_texts_are_no_candidates(text, message):
    with pytest.raises(GraftNetError, match=message):
        Candidate.parse(text)


def test_a_workspace_without_tasks_is_refused(tmp_path):
    workspace = Workspace(str(tmp_path), create=True)
    with pytest.raises(GraftNetError, match="has no tasks"):
        compare_backbones(workspace, [Candidate(LITE0, "none", *SMALL)])


def test_candidates_are_read_from_text():
    assert Candidate.parse("resnet50,w.h5") == Candidate("resnet50", "w.h5", 192, 96)
    assert Candidate.parse("resnet50,gs://b/w.h5,224x112,9") == Candidate(
        "resnet50", "gs://b/w.h5", 224, 112, 9
    )
