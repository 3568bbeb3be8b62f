import os

from graftnet_tf.data import labelled_images
from graftnet_tf.data.fingerprints import data_hashes, input_name
from graftnet_tf.data.preprocessing import Preprocessing
from tests.trained_workspace import UNREADABLE, draw_workspace


def hashes_of(workspace):
    return data_hashes(workspace.training_split(name) for name in ("hat", "bag"))


def test_manifests_record_it_and_tasks_over_the_same_images_differ(tmp_path):
    workspace = draw_workspace(str(tmp_path / "workspace"))
    hashes = hashes_of(workspace)
    assert hashes["hat"] != hashes["bag"]
    inputs = labelled_images.load([workspace.training_split("hat")], Preprocessing(80, 75)).inputs
    assert inputs[input_name("hat")] == hashes["hat"]


def test_an_image_that_is_missing_counts_as_such(tmp_path):
    workspace = draw_workspace(str(tmp_path / "workspace"))
    before = hashes_of(workspace)
    os.remove(workspace.path(UNREADABLE))
    after = hashes_of(workspace)
    assert after["hat"] != before["hat"]
    assert after["bag"] == before["bag"]
