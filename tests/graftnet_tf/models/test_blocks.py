import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.models.backbones import INCEPTION_V3
from graftnet_tf.models.backbones.backbone import block_configs
from graftnet_tf.models.blocks import Blocks

COUNT = 11
IMAGES = np.random.default_rng(0).uniform(-1, 1, (2, 75, 80, 3)).astype(np.float32)


def test_the_blocks_tile_inception_v3(all_blocks, network):
    counts = [all_blocks[number].count_params() for number in all_blocks.numbers()]
    assert len(counts) == INCEPTION_V3.last + 1 == COUNT
    assert sum(counts) == network.count_params() == 21_802_784


def test_taps_are_keras_s_mixed_outputs(all_blocks, network):
    assert all_blocks[0].layers[1].name != network.layers[1].name, "another instance"
    mixed = tf.keras.Model(
        network.input, [network.get_layer(f"mixed{number}").output for number in range(COUNT)]
    )
    taps = all_blocks.taps(IMAGES)
    assert list(taps) == [f"block{number}" for number in range(COUNT)]
    for number, expected in enumerate(mixed(IMAGES)):
        assert expected.shape[-1] == INCEPTION_V3.channels[number]
        np.testing.assert_allclose(taps[f"block{number}"], expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(all_blocks(IMAGES), taps["block10"])


def test_a_part_continues_where_another_ends(all_blocks, two_blocks):
    second = Blocks(1, 1)
    second.set_weights(1, all_blocks.get_weights(1))
    taps = two_blocks.taps(IMAGES)
    np.testing.assert_allclose(second(taps["block0"]), taps["block1"], rtol=1e-5, atol=1e-6)
    assert second.numbers() == range(1, 2)
    with pytest.raises(IndexError, match=r"Block 0 is not among 1…1\."):
        second[0]


@pytest.mark.parametrize(("first", "last"), [(-1, 3), (0, 11), (5, 4)])
def test_blocks_that_are_not_there_are_refused(first, last):
    with pytest.raises(GraftNetError, match=f"Blocks {first}…{last} asked for"):
        Blocks(first, last)


def statistics(blocks, number):
    norms = [
        layer
        for layer in blocks[number].layers
        if isinstance(layer, tf.keras.layers.BatchNormalization)
    ]
    return [v.numpy() for norm in norms for v in (norm.moving_mean, norm.moving_variance)]


def test_frozen_blocks_are_out_of_training_and_can_be_opened_again(two_blocks):
    everything = len(two_blocks.open_variables)
    two_blocks.freeze_below(1)
    own = {variable.ref() for variable in two_blocks[1].trainable_variables}
    assert own == {variable.ref() for variable in two_blocks.open_variables}
    assert len(list(two_blocks.batch_norms())) == len(statistics(two_blocks, 1)) / 2

    frozen, moving = statistics(two_blocks, 0), statistics(two_blocks, 1)
    served = two_blocks(IMAGES)
    trained = two_blocks.taps(IMAGES, training=True)
    for before, after in zip(frozen, statistics(two_blocks, 0), strict=True):
        np.testing.assert_array_equal(after, before)
    for before, after in zip(moving, statistics(two_blocks, 1), strict=True):
        assert not np.array_equal(after, before)
    np.testing.assert_array_equal(trained["block0"], two_blocks.taps(IMAGES)["block0"])
    assert not np.allclose(trained["block1"], served)

    two_blocks.freeze_below(0)
    assert len(two_blocks.open_variables) == everything > len(own)


def test_weights_that_do_not_fit_are_refused(two_blocks):
    with pytest.raises(GraftNetError, match=r"Weights of block 0 do not fit: .* arrays of shapes"):
        two_blocks.set_weights(0, two_blocks.get_weights(1))


def test_fingerprints_change_from_the_changed_block_on(two_blocks, all_blocks):
    before = two_blocks.fingerprints("context")
    assert before == {
        number: digest
        for number, digest in all_blocks.fingerprints("context").items()
        if int(number) < 2
    }
    assert before["0"] != before["1"]
    two_blocks[1].weights[-1].assign_add(tf.fill(two_blocks[1].weights[-1].shape, 1e-6))
    after = two_blocks.fingerprints("context")
    assert after["0"] == before["0"]
    assert after["1"] != before["1"]
    other = two_blocks.fingerprints("another")
    assert all(other[number] != after[number] for number in after)


def test_fingerprints_cover_batch_norm_statistics(two_blocks):
    before = two_blocks.fingerprints("")
    next(two_blocks.batch_norms()).moving_mean.assign_add(tf.ones(32))
    after = two_blocks.fingerprints("")
    assert after["0"] != before["0"]
    assert after["1"] != before["1"]


def test_initial_weights_are_the_seeds_whether_blocks_were_made_before_or_not():
    def initial():
        tf.keras.utils.set_random_seed(3)
        return Blocks(0, 0).get_weights(0)

    second = (initial(), initial())[1]
    block_configs.cache_clear()
    for first, again in zip(initial(), second, strict=True):
        np.testing.assert_array_equal(first, again)


def test_batch_norms_are_synchronised_where_asked_and_weights_go_from_one_to_the_other(two_blocks):
    synchronized = Blocks(0, 1, synchronized=True)
    assert all(norm.synchronized for norm in synchronized.batch_norms())
    assert not any(norm.synchronized for norm in Blocks(0, 1).batch_norms())
    two_blocks.freeze_below(1)
    synchronized.assign(two_blocks)
    assert synchronized.trainable_from == 1
    assert synchronized.fingerprints("") == two_blocks.fingerprints("")
