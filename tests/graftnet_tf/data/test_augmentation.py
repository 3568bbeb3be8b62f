import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.data.augmentation import Augmentation

IMAGES = np.random.default_rng(0).integers(0, 256, (6, 20, 12, 3), dtype=np.uint8)
BRIGHT = np.full((16, 40, 30, 3), 200, np.uint8)


def augmented(augmentation, seed=0, images=IMAGES):
    return augmentation(images, tf.random.split([seed, 1], len(images))).numpy()


def only(**amounts):
    return Augmentation(**{**vars(Augmentation.none()), **amounts})


def test_none_changes_nothing():
    found = augmented(Augmentation.none())
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, IMAGES)


def test_a_seed_gives_the_same_images_again_and_another_seed_others():
    everything = Augmentation()
    np.testing.assert_array_equal(augmented(everything), augmented(everything))
    assert not np.array_equal(augmented(everything), augmented(everything, seed=1))


def test_an_image_is_changed_by_its_own_seed_whatever_is_in_its_batch():
    seeds = tf.random.split([0, 1], len(IMAGES))
    together = Augmentation()(IMAGES, seeds)
    order = [4, 1]
    np.testing.assert_array_equal(
        Augmentation()(IMAGES[order], tf.gather(seeds, order)), together.numpy()[order]
    )
    same = Augmentation()(np.repeat(IMAGES[:1], 2, axis=0), seeds[:2]).numpy()
    assert not np.array_equal(same[0], same[1])


def test_values_stay_in_range():
    found = augmented(Augmentation(colour=0.9, shift=0.3, rotation=30, zoom=0.5))
    assert found.shape == IMAGES.shape
    assert found.min() >= 0
    assert found.max() <= 255


def test_a_flip_mirrors_some_images_to_the_bit():
    found = augmented(only(flip=True))
    mirrored = [np.array_equal(new, old[:, ::-1]) for new, old in zip(found, IMAGES, strict=True)]
    kept = [np.array_equal(new, old) for new, old in zip(found, IMAGES, strict=True)]
    assert any(mirrored)
    assert any(kept)
    assert np.logical_xor(mirrored, kept).all()


@pytest.mark.parametrize("amount", [{"shift": 0.3}, {"rotation": 30.0}, {"zoom": 0.5}])
def test_what_moves_in_from_outside_is_black(amount):
    found = augmented(only(**amount), images=BRIGHT)
    assert (found == 0).any()
    assert ((found > 199.9).mean(axis=(1, 2, 3)) > 0.25).all()


def test_shifts_are_no_larger_than_asked():
    found = augmented(only(shift=0.1), images=BRIGHT)
    np.testing.assert_allclose(found[:, 4:-4, 3:-3], 200, rtol=1e-5)


def test_colours_change_by_image_within_the_amount():
    found = augmented(only(colour=0.2), images=BRIGHT)
    assert len(np.unique(found[:, 0, 0, 0])) == len(BRIGHT)
    assert found.min() >= 160 - 1e-3
    assert found.max() <= 240 + 1e-3


def test_erasing_blacks_out_a_rectangle_of_its_own_in_each_image():
    erased = augmented(only(erasing=0.2), images=BRIGHT)[..., 0] == 0
    assert {(200 * (~one)).max() for one in erased} == {200}
    for one in erased:
        height, width = np.any(one, 1).sum(), np.any(one, 0).sum()
        assert one.sum() == height * width
        assert 0 < height <= 8
        assert 0 < width <= 6
    assert len({one.tobytes() for one in erased}) > 8
