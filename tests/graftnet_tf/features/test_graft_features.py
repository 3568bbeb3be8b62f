import itertools

import numpy as np
import tensorflow as tf

from graftnet_tf.data.augmentation import Augmentation
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.features.feature_cache import FeatureCache
from graftnet_tf.features.graft_features import CachedFeatures, LiveFeatures
from tests.array_reader import ArrayReader

IMAGES = np.random.default_rng(0).integers(0, 256, (40, 24, 16, 3), dtype=np.uint8)
ROWS = np.array([3, 39, 0, 3])


def averages(inputs):
    """Stands in for the frozen blocks: float32 [N, 6, 4, 3]."""
    return tf.nn.avg_pool2d(inputs, 4, 4, "VALID")


def live_features(augmentation=Augmentation(), images=IMAGES, seed=1):
    return LiveFeatures(
        lambda precision: averages,
        Preprocessing(24, 16),
        augmentation,
        ArrayReader(images),
        seed,
    )


def cached_features(directory, live=None, *, shelf="f", views=2, limit=10**9):
    live = live or live_features()
    cache = FeatureCache(str(directory), shelf, limit=limit)
    return CachedFeatures(live, cache, views=views)


class Counted(LiveFeatures):
    """Live features that count the images they are asked for."""

    def __init__(self, augmentation=Augmentation(), images=IMAGES, seed=1):
        super().__init__(
            lambda precision: averages,
            Preprocessing(24, 16),
            augmentation,
            ArrayReader(images),
            seed,
        )
        self.computed = 0

    def plain(self, rows):
        self.computed += len(rows)
        return super().plain(rows)

    def views(self, rows, seeds):
        self.computed += len(rows)
        return super().views(rows, seeds)


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
    assert found.dtype == tf.float32
    np.testing.assert_array_equal(
        found, live_features().plain(ROWS).numpy().astype(np.float16).astype(np.float32)
    )


def test_augmented_ones_are_drawn_by_step_from_the_views_and_the_unchanged(tmp_path):
    cached = cached_features(tmp_path)
    draws = [cached.augmented(ROWS, step).numpy() for step in range(30)]
    np.testing.assert_array_equal(cached.augmented(ROWS, 7), draws[7])
    for row in range(len(ROWS)):
        assert len({draw[row].tobytes() for draw in draws}) == 3
    assert any(np.array_equal(draw[0], cached.plain(ROWS)[0]) for draw in draws)
    assert not all(np.array_equal(draw[0], draw[3]) for draw in draws), "drawn per example"


def test_without_augmentation_every_view_is_the_unchanged_one(tmp_path):
    cached = cached_features(tmp_path, live_features(Augmentation.none()))
    for step in range(5):
        np.testing.assert_array_equal(cached.augmented(ROWS, step), cached.plain(ROWS))


def test_a_view_is_its_image_s_own_whatever_else_is_computed_with_it(tmp_path):
    together = cached_features(tmp_path / "together")
    together.prepare([(np.arange(40), step) for step in range(9)])
    alone = cached_features(tmp_path / "alone", live_features(images=IMAGES[5:6]))
    views = [
        {features.augmented(rows, step).numpy().tobytes() for step in range(30)}
        for features, rows in ((together, np.array([5])), (alone, np.array([0])))
    ]
    assert views[0] == views[1]
    assert len(views[0]) == 3


def test_only_what_is_announced_is_computed_and_only_once(tmp_path):
    live = Counted()
    cached = cached_features(tmp_path, live, views=3)
    cached.prepare([(ROWS, None)])
    assert live.computed == 3, "row 3 is there twice"
    cached.prepare((np.arange(4), step) for step in (0, 1))
    prepared = live.computed
    assert 3 < prepared <= 3 + 8
    cached.plain(ROWS)
    cached.augmented(np.arange(4), 1)
    assert live.computed == prepared
    cached.plain(np.array([20]))
    assert live.computed == prepared + 1, "what was not announced is cached as well"
    cached.plain(np.array([20]))
    assert live.computed == prepared + 1


def computed_again(directory, **changes):
    """How many of 40 unchanged images and 40 first views had to be computed."""
    shelf = changes.pop("shelf", "f")
    live = Counted(**changes)
    cached = cached_features(directory, live, shelf=shelf, views=1)
    every = np.arange(len(live.reader))
    cached.prepare([(every, None), *((every, step) for step in range(20))])
    return live.computed


def test_features_are_shared_by_what_would_be_the_same_and_by_nothing_else(tmp_path):
    assert computed_again(tmp_path) == 80
    assert computed_again(tmp_path) == 0
    assert computed_again(tmp_path, shelf="another trunk") == 80
    assert computed_again(tmp_path, seed=2) == 40, "unchanged images know no seed"
    assert computed_again(tmp_path, augmentation=Augmentation(flip=False)) == 40
    changed = IMAGES.copy()
    changed[0, 0, 0, 0] ^= 1
    assert computed_again(tmp_path, images=changed[::-1]) == 2, "one image is new"


def test_views_are_computed_in_their_precision_and_cached_apart(tmp_path):
    def averages_in(precision):
        return lambda inputs: tf.cast(tf.cast(averages(inputs), precision), tf.float32)

    exact, rounded = (
        LiveFeatures(
            averages_in,
            Preprocessing(24, 16),
            Augmentation(),
            ArrayReader(IMAGES),
            1,
            precision=precision,
        )
        for precision in ("float32", "bfloat16")
    )
    seeds = np.arange(8, dtype=np.int32).reshape(4, 2)
    views = exact.views(ROWS, seeds).numpy()
    np.testing.assert_array_equal(
        rounded.views(ROWS, seeds), tf.cast(tf.cast(views, tf.bfloat16), tf.float32)
    )
    assert not np.array_equal(rounded.views(ROWS, seeds), views)
    np.testing.assert_array_equal(rounded.plain(ROWS), exact.plain(ROWS))
    first, second = (
        cached_features(tmp_path, live).augmented(ROWS, 3) for live in (exact, rounded)
    )
    assert not np.array_equal(first, second)


def test_more_views_keep_those_there_are(tmp_path):
    every = itertools.repeat(np.arange(40))
    draws = list(zip(every, range(30), strict=False))
    cached_features(tmp_path, views=2).prepare(draws)
    live = Counted()
    cached_features(tmp_path, live, views=3).prepare(draws)
    assert live.computed == 40


def test_what_does_not_fit_is_the_same_when_it_is_computed_for_every_batch(tmp_path):
    roomy = cached_features(tmp_path / "roomy")
    for limit in (0, 256 * 150):
        tight = cached_features(tmp_path / str(limit), limit=limit)
        tight.prepare([(np.arange(40), step) for step in range(9)])
        for step in range(9):
            np.testing.assert_array_equal(tight.augmented(ROWS, step), roomy.augmented(ROWS, step))
        np.testing.assert_array_equal(tight.plain(ROWS), roomy.plain(ROWS))
