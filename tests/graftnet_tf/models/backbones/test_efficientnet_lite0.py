"""Our own EfficientNet-Lite0 gives what PyTorch's gives, from its state dict and other files."""

import pathlib
import re

import numpy as np
import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io.torch_variables import to_torch, torch_key
from graftnet_tf.models import weights
from graftnet_tf.models.backbones import BACKBONES
from graftnet_tf.models.blocks import Blocks
from tests.torch_files import save_zip, view
from tests.yolact_tf.reference import reference_weights

LITE0 = BACKBONES["efficientnet_lite0"]
GOLDEN = pathlib.Path(__file__).parent / "golden" / "efficientnet_lite0.npz"
SEED = 3


@pytest.fixture(scope="module")
def state():
    """PyTorch's state dict with weights by rule, by the keys of its own network."""
    by_key = {
        torch_key(variable): to_torch(variable).shape for variable in LITE0.make(None).weights
    }
    official = {re.sub(r"(^|\.)(?=conv|bn|blocks|\w+_conv)", r"\1_", key): key for key in by_key}
    return {key: reference_weights(key, by_key[own], SEED) for key, own in official.items()}


@pytest.fixture(scope="module")
def checkpoint(state, tmp_path_factory):
    path = tmp_path_factory.mktemp("lite0") / "lite0.pth"
    further = {
        "_fc.weight": np.zeros((1000, 1280), np.float32),
        "_bn0.num_batches_tracked": np.zeros(1, np.float32),
    }
    save_zip(str(path), {key: view(value) for key, value in (state | further).items()})
    return str(path)


def test_its_blocks_are_pytorch_s(checkpoint):
    blocks = Blocks(backbone=LITE0)
    weights.initialise(blocks, checkpoint)
    golden = np.load(GOLDEN)
    taps = blocks.taps(golden["image"])
    for name in ("block4", "block16"):
        error = np.abs(taps[name] - golden[name]).max() / np.abs(golden[name]).max()
        assert error < 5e-5, name


def test_weights_of_the_network_are_taken_from_archives_and_h5_files(checkpoint, tmp_path):
    expected = Blocks(backbone=LITE0)
    weights.initialise(expected, checkpoint)
    whole = LITE0.make(None)
    for number, part in enumerate(LITE0.split(whole)):
        part.set_weights(expected.get_weights(number))
    arrays = whole.get_weights()
    np.savez(tmp_path / "flat.npz", **{f"{key:03d}": array for key, array in enumerate(arrays)})
    whole.save_weights(tmp_path / "weights.h5")
    for name in ("flat.npz", "weights.h5"):
        blocks = Blocks(backbone=LITE0)
        weights.initialise(blocks, str(tmp_path / name))
        assert blocks.fingerprints("") == expected.fingerprints(""), name
        with pytest.raises(GraftNetError, match=r"hold a MobileNetV3.* fits: efficientnet_lite0"):
            weights.initialise(Blocks(0, 0, BACKBONES["mobilenet_v3_large"]), str(tmp_path / name))


def test_a_state_dict_of_something_else_is_refused(tmp_path):
    save_zip(
        str(tmp_path / "other.pth"),
        {"_conv_stem.weight": view(np.zeros((32, 3, 3, 3), np.float32))},
    )
    with pytest.raises(
        GraftNetError, match=r"other\.pth lacks \d+ arrays of EfficientNet-Lite0: bn0"
    ):
        weights.initialise(Blocks(0, 0, LITE0), str(tmp_path / "other.pth"))
    with pytest.raises(GraftNetError, match=r"expected none, imagenet, or the path of an \.npz,"):
        weights.initialise(Blocks(0, 0), str(tmp_path / "other.pth"))


def test_keras_has_no_weights_of_it():
    with pytest.raises(GraftNetError, match=r"no imagenet weights .*\.pth"):
        weights.initialise(Blocks(0, 0, LITE0), "imagenet")


def test_a_file_that_is_no_keras_file_is_refused(tmp_path):
    (tmp_path / "other.keras").write_bytes(b"no network")
    with pytest.raises(GraftNetError, match=r"other\.keras is not a readable \.keras file"):
        weights.initialise(Blocks(0, 0, LITE0), str(tmp_path / "other.keras"))
    with pytest.raises(GraftNetError, match=r"gone\.keras does not exist"):
        weights.initialise(Blocks(0, 0, LITE0), str(tmp_path / "gone.keras"))
