import pytest

from graftnet_tf.registry.forgetting_due import in_words
from graftnet_tf.registry.initial_trunk import initial_trunk
from graftnet_tf.workspace.forgotten_images import Learnt
from graftnet_tf.workspace.workspace import Workspace

A, B, C, D = (letter * 64 for letter in "abcd")


@pytest.mark.parametrize(
    ("forgotten", "words"),
    [
        ({}, None),
        ({A: Learnt.MAYBE}, "may have learnt from 1 image that was"),
        ({A: Learnt.MAYBE, B: Learnt.YES}, "learnt from 1 image that was"),
        (dict.fromkeys((A, B), Learnt.YES), "learnt from 2 images that were"),
    ],
)
def test_the_sure_ones_are_told_where_there_are_any(forgotten, words):
    told = in_words(forgotten)
    assert (told is None) if words is None else told.startswith(f"{words} forgotten since")


def test_a_few_are_named_by_the_beginning_of_their_hashes():
    told = in_words(dict.fromkeys((A, B, C, D), Learnt.YES))
    assert told.endswith(f"(sha256 {'a' * 12}…, {'b' * 12}…, {'c' * 12}… and 1 more)")


def test_a_trunk_began_with_the_one_whose_weights_it_names(tmp_path):
    workspace = Workspace(str(tmp_path))
    (tmp_path / "trunks" / "0001").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path)

    def began(weights):
        return initial_trunk(workspace, {"config": {"initial_weights": weights}})

    assert began(str(tmp_path / "trunks" / "0001" / "weights.npz")) == "0001"
    assert began(str(tmp_path / "link" / "trunks" / "0001" / "weights.npz")) == "0001"
    assert began("gs://bucket/trunks/0001/weights.npz") is None
    assert began(str(tmp_path / "trunks" / "0002" / "weights.npz")) is None
    assert began("imagenet") is None
    assert initial_trunk(workspace, {}) is None
