"""Tests of the importer of PETA."""

import numpy as np
import pytest
from scipy.io import savemat

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers import peta
from graftnet_tf.importers.store import import_tasks
from graftnet_tf.workspace.split_leak import split_leak
from graftnet_tf.workspace.workspace import Workspace
from tests.graftnet_tf.importers.conftest import (
    PETA_NAMES,
    cells,
    peta_labels,
    save_peta,
    write_image,
)


@pytest.fixture
def source(tmp_path):
    for number in range(1, 7):
        write_image(tmp_path / "images" / f"{number:05d}.png", seed=number)
    return tmp_path


def splits(collection):
    return {photo.name: photo.split for photo in collection.photos}


def test_labels_are_those_from_column_4_and_35_are_evaluated(source):
    collection = peta.scan(save_peta(source))
    assert [task.name for task in collection.tasks] == PETA_NAMES[:35]
    first = next(photo for photo in collection.photos if photo.name == "00001.png")
    assert [name for name, label in first.labels.items() if label] == ["attribute0"]
    [last] = peta.scan(save_peta(source), ["attribute104"]).tasks
    assert last.name == "attribute104"


def test_partitions_count_images_from_1(source):
    assert splits(peta.scan(save_peta(source))) == {
        "00001.png": "train",
        "00002.png": "train",
        "00005.png": "train",
        "00003.png": "train",
        "00004.png": "test",
        "00006.png": "test",
    }
    assert splits(peta.scan(save_peta(source), partition=2))["00001.png"] == "test"


def test_the_leak_of_the_random_split_is_kept_and_counted(source, tmp_path):
    workspace = Workspace(str(tmp_path / "workspace"), create=True)
    imported = import_tasks(workspace, peta.scan(save_peta(source)))
    groups = ([e.group for e in imported[0].examples[split]] for split in ("train", "test"))
    assert split_leak(*groups) == (1, 1, 1, 2)  # the person of 00001.png and 00004.png
    assert len({e.group for e in imported[0].examples["train"]}) == 3  # 2 and 3 are together


def test_an_attribute_that_nobody_asked_for_may_hold_anything(source):
    data = peta_labels()
    data[0, 4 + 60] = 9
    assert len(peta.scan(save_peta(source, data)).photos) == 6
    with pytest.raises(GraftNetError, match=r"labels 00001\.png 9 for attribute60"):
        peta.scan(save_peta(source, data), ["attribute60"])


def test_a_label_of_2_is_negative(source):
    data = peta_labels()
    data[0, 4] = 2
    collection = peta.scan(save_peta(source, data))
    assert collection.photos[0].labels["attribute0"] == 0
    assert any("1 labels are 2 (uncertain)" in note for note in collection.notes)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"data": np.zeros((6, 105))}, r"its data is float64 \[6, 105\], which is not 4 columns"),
        ({"names": PETA_NAMES[:20]}, "does not name 35 attributes"),
        ({"partitions": [([0], [1], [2])]}, "partition 1 has numbers that are not in 1…6"),
        ({"partitions": [([1.5], [1], [2])]}, "numbers that are not in 1…6"),
        ({"partitions": [([7], [1], [2])]}, "numbers that are not in 1…6"),
        ({"partitions": []}, "has 0 partitions; --partition=1 is none"),
        ({"partitions": [([1], [1], [2])]}, "more than once, 00001.png"),
    ],
)
def test_another_layout_is_refused_in_one_line(source, changed, message):
    with pytest.raises(GraftNetError, match=message) as caught:
        peta.scan(save_peta(source, **changed))
    assert "\n" not in str(caught.value)


def test_partitions_that_are_no_lists_are_refused(source):
    struct = {
        "data": peta_labels(),
        "attribute": cells(*PETA_NAMES),
        "selected": 1,
        "partition": cells("a"),
    }
    savemat(source / "PETA.mat", {"peta": struct})
    with pytest.raises(GraftNetError, match="partition 1 has no three lists of numbers"):
        peta.scan(str(source))
    savemat(source / "PETA.mat", {"peta": np.zeros((3, 3))})
    with pytest.raises(GraftNetError, match="peta is no struct"):
        peta.scan(str(source))
