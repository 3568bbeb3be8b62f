import os

from graftnet_tf import labelled_pictures
from graftnet_tf.data_hash import data_hashes, input_name
from graftnet_tf.preprocessing import Preprocessing
from tests.trained_workspace import UNREADABLE, draw_workspace


def test_manifests_record_it_and_tasks_over_the_same_pictures_differ(tmp_path):
    workspace = draw_workspace(str(tmp_path / "workspace"))
    hashes = data_hashes(workspace, ["hat", "bag"])
    assert hashes["hat"] != hashes["bag"]
    inputs = labelled_pictures.load(workspace, ["hat"], Preprocessing(80, 75)).inputs
    assert inputs[input_name("hat")] == hashes["hat"]


def test_a_picture_that_is_missing_counts_as_such(tmp_path):
    workspace = draw_workspace(str(tmp_path / "workspace"))
    before = data_hashes(workspace, ["hat", "bag"])
    os.remove(workspace.path(UNREADABLE))
    after = data_hashes(workspace, ["hat", "bag"])
    assert after["hat"] != before["hat"]
    assert after["bag"] == before["bag"]
