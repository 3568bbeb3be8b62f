import os
import shutil

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.models import weights

PUBLIC = os.path.join(
    os.path.dirname(__file__), "../../../../shared/weights/inceptionv3_public_notop.npz"
)


@pytest.fixture
def blank(two_blocks):
    """Two blocks without the network's weights."""
    for number in two_blocks.numbers():
        two_blocks.set_weights(number, [np.zeros_like(a) for a in two_blocks.get_weights(number)])
    return two_blocks


def assert_same(blocks, others):
    for number in blocks.numbers():
        for found, expected in zip(
            blocks.get_weights(number), others.get_weights(number), strict=True
        ):
            np.testing.assert_array_equal(found, expected)


def test_none_leaves_the_weights_alone(two_blocks, all_blocks):
    weights.initialise(two_blocks, "none")
    assert_same(two_blocks, all_blocks)


def test_keras_h5_files(blank, all_blocks, network, tmp_path):
    path = str(tmp_path / "network.h5")
    network.save_weights(path)
    weights.initialise(blank, path)
    assert_same(blank, all_blocks)


def test_trunk_archives_give_as_many_blocks_as_are_asked_for(blank, all_blocks, tmp_path):
    path = str(tmp_path / "weights.npz")
    weights.save(all_blocks, path)
    weights.initialise(blank, path)
    assert_same(blank, all_blocks)
    assert os.listdir(tmp_path) == ["weights.npz"]


def test_a_shorter_trunk_is_refused(two_blocks, all_blocks, tmp_path):
    path = str(tmp_path / "weights.npz")
    weights.save(two_blocks, path)
    with pytest.raises(GraftNetError, match=r"weights\.npz has no block 2"):
        weights.load(all_blocks, path)


def test_a_failed_download_says_what_to_do(two_blocks, monkeypatch):
    def download(**_):
        raise Exception("URL fetch failure")

    monkeypatch.setattr(tf.keras.applications, "InceptionV3", download)
    with pytest.raises(GraftNetError, match=r"URL fetch failure.*\.npz or \.h5"):
        weights.initialise(two_blocks, "imagenet")


def test_imagenet_is_keras_s_own_download(blank, all_blocks, network, monkeypatch):
    asked = []

    def download(*, weights, **_):
        asked.append(weights)
        return network

    monkeypatch.setattr(tf.keras.applications, "InceptionV3", download)
    weights.initialise(blank, "imagenet")
    assert "imagenet" in asked
    assert_same(blank, all_blocks)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("gone.npz", None, "does not exist"),
        ("gone.h5", None, "does not exist"),
        ("garbage.npz", b"garbage", "not a readable .npz archive"),
        ("empty.npz", b"", "not a readable .npz archive"),
        ("cut.npz", b"PK\x03\x04 cut", "not a readable .npz archive"),
        ("garbage.h5", b"garbage", "does not hold an InceptionV3"),
        ("weights.ckpt", b"", "expected none, imagenet, or the path"),
        ("ImageNet", None, "expected none, imagenet, or the path"),
    ],
)
def test_unreadable_sources_are_refused(two_blocks, tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(GraftNetError, match=message):
        weights.initialise(two_blocks, str(tmp_path / name))


def test_weights_of_another_network_are_refused(two_blocks, tmp_path):
    np.savez(tmp_path / "other.npz", **{"000": np.zeros(3), "001": np.zeros((3, 3))})
    np.save(tmp_path / "array.npy", np.zeros(3))
    shutil.move(tmp_path / "array.npy", tmp_path / "array.npz")
    dense = tf.keras.Sequential([tf.keras.layers.Dense(3, input_shape=(2,))])
    dense.save_weights(str(tmp_path / "other.h5"))
    for name, message in (
        ("other.npz", "does not hold an InceptionV3 without its top; .* none that is known"),
        ("array.npz", "not a readable .npz archive"),
        ("other.h5", "does not hold an InceptionV3"),
    ):
        with pytest.raises(GraftNetError, match=message):
            weights.initialise(two_blocks, str(tmp_path / name))


def test_pixel_values_follow_the_source():
    assert weights.value_range("none") == weights.value_range("imagenet") == (-1.0, 1.0)
    assert weights.value_range("some/keras.h5") == (-1.0, 1.0)
    assert weights.value_range("some/public.npz") == (0.0, 1.0)


def test_a_trunk_that_goes_on_from_another_keeps_its_pixel_values(tmp_path):
    (tmp_path / "manifest.json").write_text('{"preprocessing": {"low": -1.0, "high": 1.0}}')
    assert weights.value_range(str(tmp_path / "weights.npz")) == (-1.0, 1.0)


@pytest.mark.skipif(not os.path.exists(PUBLIC), reason="the public weights are not here")
def test_the_public_weights_tell_images_apart(blank):
    weights.initialise(blank, PUBLIC)
    features = blank(np.random.default_rng(0).uniform(0, 1, (2, 75, 75, 3)).astype(np.float32))
    assert np.isfinite(features).all()
    assert features.numpy().std(axis=0).max() > 0.01
