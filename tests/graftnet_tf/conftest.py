import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.models import weights
from graftnet_tf.models.blocks import Blocks


@pytest.fixture(scope="session")
def network():
    """Keras's InceptionV3 with batch norms that have seen something; read only."""
    tf.keras.utils.set_random_seed(0)
    tf.keras.layers.Conv2D(1, 1)  # so that layers get other numbers than those of blocks
    network = tf.keras.applications.InceptionV3(
        include_top=False, weights=None, input_shape=(None, None, 3)
    )
    random = np.random.default_rng(0)
    network.set_weights(
        [
            array + random.uniform(0, 0.2, array.shape) if array.ndim == 1 else array
            for array in network.get_weights()
        ]
    )
    return network


@pytest.fixture(scope="session")
def flat_archive(network, tmp_path_factory):
    """Path of an .npz archive of the network's arrays, keys 000, 001, …"""
    path = tmp_path_factory.mktemp("weights") / "flat.npz"
    arrays = network.get_weights()
    np.savez(path, **{f"{index:03d}": array for index, array in enumerate(arrays)})
    return str(path)


@pytest.fixture(scope="session")
def all_blocks(flat_archive):
    """Blocks 0…10 with the network's weights; read only."""
    blocks = Blocks()
    weights.initialise(blocks, flat_archive)
    return blocks


@pytest.fixture
def two_blocks(all_blocks, _two_blocks):
    """Blocks 0 and 1 with the network's weights, nothing frozen; free to change."""
    for number in _two_blocks.numbers():
        _two_blocks.set_weights(number, all_blocks.get_weights(number))
    _two_blocks.freeze_below(0)
    return _two_blocks


@pytest.fixture(scope="session")
def _two_blocks():
    return Blocks(0, 1)
