import os

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.augmentation import Augmentation
from graftnet_tf.graft_features import CachedFeatures, LiveFeatures
from graftnet_tf.preprocessing import Preprocessing

IMAGES = np.random.default_rng(0).integers(0, 256, (40, 24, 16, 3), dtype=np.uint8)
ROWS = np.array([3, 39, 0, 3])


def averages(inputs):
    """Stands in for the frozen blocks: float32 [N, 6, 4, 3]."""
    return tf.nn.avg_pool2d(inputs, 4, 4, "VALID")


def live_features(augmentation=Augmentation(), images=IMAGES, seed=1):
    return LiveFeatures(averages, Preprocessing(24, 16), augmentation, images, seed)


def cached_features(directory, live=None, *, fingerprint="f", views=2, seed=1):
    return CachedFeatures(
        live or live_features(),
        fingerprint=fingerprint,
        views=views,
        seed=seed,
        directory=str(directory),
    )


class NoFeatures(LiveFeatures):
    """Pictures whose features must not be computed."""

    def __init__(self):
        super().__init__(averages, Preprocessing(24, 16), Augmentation(), IMAGES, 1)

    def plain(self, rows):
        raise AssertionError("The cache was made already.")


def test_live_features_are_the_blocks_output():
    expected = (IMAGES[ROWS] / 255).reshape(4, 6, 4, 4, 4, 3).mean(axis=(2, 4))
    np.testing.assert_allclose(live_features().plain(ROWS), expected, rtol=1e-5)


def test_live_augmentation_depends_on_step_and_seed_alone():
    first = live_features().augmented(ROWS, 5)
    np.testing.assert_array_equal(live_features().augmented(ROWS, 5), first)
    for other in (
        live_features().augmented(ROWS, 6),
        live_features(seed=2).augmented(ROWS, 5),
        live_features().plain(ROWS),
    ):
        assert not np.array_equal(other, first)


def test_cached_features_are_the_live_ones_as_float16(tmp_path):
    found = cached_features(tmp_path).plain(ROWS)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(
        found, live_features().plain(ROWS).astype(np.float16).astype(np.float32)
    )


def test_augmented_ones_are_drawn_by_step_from_the_views_and_the_unchanged(tmp_path):
    cached = cached_features(tmp_path)
    draws = [cached.augmented(ROWS, step) for step in range(30)]
    np.testing.assert_array_equal(cached.augmented(ROWS, 7), draws[7])
    for row in range(len(ROWS)):
        assert len({draw[row].tobytes() for draw in draws}) == 3
    assert any(np.array_equal(draw[0], cached.plain(ROWS)[0]) for draw in draws)
    assert not all(np.array_equal(draw[0], draw[3]) for draw in draws), "drawn per example"


def test_without_augmentation_every_view_is_the_unchanged_one(tmp_path):
    cached = cached_features(tmp_path, live_features(Augmentation.none()))
    for step in range(5):
        np.testing.assert_array_equal(cached.augmented(ROWS, step), cached.plain(ROWS))


def test_the_cache_is_shared_by_what_would_be_the_same_and_by_nothing_else(tmp_path):
    first = cached_features(tmp_path).plain(ROWS)
    again = cached_features(tmp_path, NoFeatures())
    np.testing.assert_array_equal(again.plain(ROWS), first)
    assert len(os.listdir(tmp_path)) == 1

    changed = IMAGES.copy()
    changed[0, 0, 0, 0] ^= 1
    cached_features(tmp_path, fingerprint="another trunk")
    cached_features(tmp_path, views=1)
    cached_features(tmp_path, seed=2)
    cached_features(tmp_path, live_features(Augmentation(flip=False)))
    cached_features(tmp_path, live_features(images=changed))
    assert len(os.listdir(tmp_path)) == 6


def test_a_cache_that_was_not_finished_is_not_there(tmp_path, monkeypatch):
    live = live_features()
    monkeypatch.setattr(live, "augmented", lambda rows, step: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        cached_features(tmp_path, live)
    assert os.listdir(tmp_path) == []
    assert np.isfinite(cached_features(tmp_path).augmented(ROWS, 0)).all()
