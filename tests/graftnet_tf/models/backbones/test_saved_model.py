"""A SavedModel of one's own as a backbone, and what is none."""

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.models.backbones import backbone_named
from graftnet_tf.models.batch_norm_folding import FoldedBlocks
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.trunk.pretraining import TrunkConfig
from tests.frozen_models import save_frozen_model

IMAGES = np.random.default_rng(0).uniform(0, 1, (2, 20, 17, 3)).astype(np.float32)


@pytest.mark.parametrize("vectors", [False, True])
def test_its_block_gives_what_it_gives_and_has_nothing_to_train(tmp_path, vectors):
    network = save_frozen_model(str(tmp_path), vectors=vectors)
    backbone = backbone_named(f"saved_model:{tmp_path}")
    assert (backbone.last, backbone.channels, backbone.value_range) == (0, (6,), (0.0, 1.0))
    blocks = Blocks(backbone=backbone)
    expected = tf.function(network)(IMAGES).numpy().reshape(2, -1, 6)  # fused, as a graph is
    for found in (blocks(IMAGES), FoldedBlocks(blocks)(IMAGES)):
        np.testing.assert_allclose(found.numpy().reshape(2, -1, 6), expected, rtol=1e-6)
    assert blocks.open_variables == []
    assert blocks.get_weights(0) == []


def test_images_of_bytes_are_handed_on_as_such(tmp_path):
    network = save_frozen_model(str(tmp_path), dtype=tf.uint8)
    backbone = backbone_named(f"saved_model:{tmp_path}")
    assert backbone.value_range == (0.0, 255.0)
    pixels = np.round(255 * IMAGES)
    np.testing.assert_allclose(Blocks(backbone=backbone)(pixels), network(pixels / 255), atol=1e-5)


def test_a_fixed_input_is_the_only_one(tmp_path):
    save_frozen_model(str(tmp_path), side=24)
    with pytest.raises(GraftNetError, match=r"Input 192×96 given; .* takes 24×24 alone"):
        TrunkConfig(backbone=f"saved_model:{tmp_path}")
    config = TrunkConfig(backbone=f"saved_model:{tmp_path}", height=24, width=24, steps=50)
    assert config.settled().steps == 0


def test_an_empty_run_of_blocks_hands_on_what_it_is_given(tmp_path):
    save_frozen_model(str(tmp_path))
    backbone = backbone_named(f"saved_model:{tmp_path}")
    nothing = Blocks(1, 0, backbone)
    assert nothing(IMAGES) is IMAGES
    assert (len(nothing.numbers()), nothing.channels) == (0, 6)


def words(pictures):
    return tf.strings.as_string(pictures)


def of_two(pictures, mask):
    return pictures * mask


IMAGES_SPEC = tf.TensorSpec([None, None, None, 3], tf.float32)


@pytest.mark.parametrize(
    ("name", "function", "specs", "message"),
    [
        ("serving_default", words, [IMAGES_SPEC], "is no backbone: expected a signature"),
        ("serving_default", of_two, [IMAGES_SPEC] * 2, "is no backbone: expected a signature"),
        (
            "serving_default",
            tf.identity,
            [tf.TensorSpec([1, 8, 8, 3], tf.float32)],
            r"images, float32 or uint8 \[N, h, w, 3\]",
        ),
        ("embed", tf.identity, [IMAGES_SPEC], "it has embed"),
    ],
)
def test_other_signatures_are_refused(tmp_path, name, function, specs, message):
    traced = tf.function(lambda *given: {"out": function(*given)}, input_signature=specs)
    tf.saved_model.save(tf.Module(), str(tmp_path), signatures={name: traced})
    with pytest.raises(GraftNetError, match=message):
        backbone_named(f"saved_model:{tmp_path}")


def test_a_folder_without_a_saved_model_is_refused(tmp_path):
    with pytest.raises(GraftNetError, match="holds no SavedModel"):
        backbone_named(f"saved_model:{tmp_path}/gone")
    with pytest.raises(GraftNetError, match=r"'saved_model' given; .* or saved_model:DIRECTORY"):
        backbone_named("saved_model")


def test_one_with_a_lookup_table_is_refused(tmp_path):
    module = tf.Module()
    entries = tf.lookup.KeyValueTensorInitializer(tf.constant([3], tf.int64), tf.constant([0.5]))
    module.table = tf.lookup.StaticHashTable(entries, 1.0)

    @tf.function(input_signature=[IMAGES_SPEC])
    def scaled(pictures):
        return {"out": pictures * module.table.lookup(tf.constant(3, tf.int64))}

    tf.saved_model.save(module, str(tmp_path), signatures={"serving_default": scaled})
    with pytest.raises(GraftNetError, match="uses lookup tables, files or other state"):
        backbone_named(f"saved_model:{tmp_path}")
