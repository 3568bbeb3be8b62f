"""What every backbone keeps to, whatever it is: a new one is tested by being in the registry."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.errors import GraftNetError
from graftnet_tf.models import weights
from graftnet_tf.models.backbones import BACKBONES, backbone_named, backbone_of
from graftnet_tf.models.backbones.inception_v3 import INCEPTION_V3
from graftnet_tf.models.batch_norm_folding import FoldedBlocks
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.models.flops import BlockCosts
from graftnet_tf.trunk import trunk
from graftnet_tf.trunk.precise_bn import recompute_bn_statistics

PUBLISHED = {  # billions of multiply-adds at 224×224, millions of weights, both without the top
    "inception_v3": (2.84, 21.8),
    "efficientnet_v2_b0": (0.72, 5.9),
    "efficientnet_lite0": (0.385, 3.4),
    "mobilenet_v3_large": (0.213, 3.0),
    "resnet50": (3.86, 23.6),
}


@dataclasses.dataclass
class Network:
    """A whole network, its blocks with the same weights, and images for it."""

    whole: tf.keras.Model
    blocks: Blocks
    images: tf.Tensor


@pytest.fixture(scope="module", params=BACKBONES)
def network(request):
    """Batch norms have scales, offsets and the statistics of the images; read only."""
    backbone, random = BACKBONES[request.param], np.random.default_rng(0)
    tf.keras.utils.set_random_seed(0)
    side = backbone.min_side
    images = tf.constant(random.uniform(*backbone.value_range, (4, side + 5, side, 3)), tf.float32)
    blocks = Blocks(backbone=backbone)
    for norm in blocks.batch_norms():
        norm.beta.assign(random.normal(0, 0.3, norm.beta.shape))
        if norm.scale:
            norm.gamma.assign(random.uniform(0.5, 1.5, norm.gamma.shape))
    recompute_bn_statistics(blocks, [images])
    whole = backbone.make(None)
    for number, part in enumerate(backbone.split(whole)):
        part.set_weights(blocks.get_weights(number))
    return Network(whole, blocks, images)


def test_taps_add_up_to_the_whole_network_bit_for_bit(network):
    taps = network.blocks.taps(network.images)
    *_, last = taps.values()
    np.testing.assert_array_equal(last, network.whole(network.images))
    assert [tap.shape[-1] for tap in taps.values()] == list(network.blocks.backbone.channels)
    counts = [network.blocks[number].count_params() for number in network.blocks.numbers()]
    assert sum(counts) == network.whole.count_params()


def test_a_branch_goes_on_where_the_trunk_ends(network):
    graft_after = network.blocks.backbone.graft_after
    branch = Blocks(graft_after + 1, backbone=network.blocks.backbone)
    for number in branch.numbers():
        branch.set_weights(number, network.blocks.get_weights(number))
    taps = network.blocks.taps(network.images)
    np.testing.assert_array_equal(
        branch(taps[f"block{graft_after}"]), taps[f"block{network.blocks.last}"]
    )


def test_folding_changes_every_block_by_rounding_alone(network):
    taps = network.blocks.taps(network.images)
    inputs = network.images
    for number, expected in enumerate(taps.values()):
        part = Blocks(number, number, network.blocks.backbone)
        part.set_weights(number, network.blocks.get_weights(number))
        error = np.abs(FoldedBlocks(part)(inputs) - expected).max() / np.abs(expected).max()
        assert error < 1e-5, number
        inputs = expected


def test_no_batch_norm_is_left_to_serve(network):
    folded = FoldedBlocks(network.blocks)
    graph = tf.function(folded).get_concrete_function(network.images).graph
    assert not any("BatchNorm" in operation.type for operation in graph.get_operations())


def test_convolutions_in_bfloat16_have_biases_and_activations_too(network):
    last = network.blocks.last
    inputs = network.blocks.taps(network.images)[f"block{last - 1}"]
    block = Blocks(last, last, network.blocks.backbone)
    block.set_weights(last, network.blocks.get_weights(last))
    expected, found = block(inputs), block.computed_in("bfloat16")(inputs)
    assert 0 < np.abs(found - expected).max() / np.abs(expected).max() < 0.05


def test_frozen_blocks_are_left_by_training_and_no_lots_are_drawn(network):
    blocks = Blocks(backbone=network.blocks.backbone)
    blocks.assign(network.blocks)
    blocks.freeze_below(blocks.last)
    assert {v.ref() for v in blocks.open_variables} == {
        v.ref() for v in blocks[blocks.last].trainable_variables
    }
    before = blocks.fingerprints("")
    first, second = (blocks(network.images, training=True) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    after = blocks.fingerprints("")
    last = str(blocks.last)
    assert {key for key in after if after[key] != before[key]} == {last}


def test_a_trunk_is_exported_to_plain_tensorflow(network, tmp_path):
    backbone, (_, height, width, _) = network.blocks.backbone, network.images.shape
    preprocessing = Preprocessing(height, width, *backbone.value_range)
    trunk.export(network.blocks, preprocessing, str(tmp_path), "float32")
    images = np.random.default_rng(1).integers(0, 256, (2, 90, 40, 3), np.uint8)
    loaded = tf.saved_model.load(str(tmp_path))
    inputs = loaded.signatures["preprocess"](images=tf.constant(images))["inputs"]
    np.testing.assert_allclose(inputs, preprocessing(images), atol=1e-4)
    assert backbone.value_range[0] <= np.min(inputs) < np.max(inputs) <= backbone.value_range[1]
    expected = network.blocks.taps(network.images)
    found = loaded.signatures["taps"](inputs=network.images)
    assert set(found) == set(expected)
    for name, values in expected.items():
        error = np.abs(found[name] - values).max() / np.abs(values).max()
        assert error < 1e-3, name


@pytest.mark.slow
def test_a_network_that_keras_saved_gives_its_weights(network, tmp_path):
    network.whole.save(tmp_path / "whole.keras")
    blocks = Blocks(backbone=network.blocks.backbone)
    weights.initialise(blocks, str(tmp_path / "whole.keras"))
    assert blocks.fingerprints("") == network.blocks.fingerprints("")


def test_costs_are_the_published_ones(network):
    backbone = network.blocks.backbone
    billions, millions = PUBLISHED[backbone.name]
    costs = BlockCosts.of(224, 224, backbone)
    assert costs.multiply_adds.min() > 0
    assert costs.multiply_adds.sum() / 1e9 == pytest.approx(billions, rel=0.03)
    assert network.whole.count_params() / 1e6 == pytest.approx(millions, rel=0.03)
    assert costs.values[-1] == tf.size(network.whole(tf.zeros([1, 224, 224, 3])))


def test_every_end_and_depth_is_one_that_is_there(network):
    backbone = network.blocks.backbone
    assert len(backbone.ends) == backbone.last
    assert 0 < backbone.graft_from <= backbone.graft_after < backbone.last
    smallest = tf.zeros([1, backbone.min_side, backbone.min_side, 3])
    assert min(network.blocks(smallest).shape) >= 1


def test_a_network_of_another_keras_is_refused_with_the_layer_that_is_missing():
    renamed = dataclasses.replace(
        INCEPTION_V3, ends=("mixed0", "mixed_one", *INCEPTION_V3.ends[2:])
    )
    with pytest.raises(
        GraftNetError, match=r"Block 1 of InceptionV3 .* 'mixed_one'.*TensorFlow 2\.15"
    ):
        Blocks(0, 1, renamed)


def test_backbones_go_by_name_and_manifests_without_one_are_inception_s():
    assert backbone_named("resnet50").title == "ResNet-50"
    with pytest.raises(GraftNetError, match="'vgg16' given; expected one of inception_v3,"):
        backbone_named("vgg16")
    assert backbone_of("", {"last_block": 8}) is INCEPTION_V3
    assert backbone_of("", {"backbone": "efficientnet_lite0"}).title == "EfficientNet-Lite0"
