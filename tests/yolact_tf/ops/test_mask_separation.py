"""Every pixel to one object at most, whatever the masks."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from yolact_tf.ops.mask_separation import separate
from yolact_tf.ops.masks import image_masks


def separated(masks, scores):
    return separate(tf.constant(masks, tf.float32), tf.constant(scores, tf.float32)).numpy()


def test_shares_of_a_contested_cell():
    # Claims 0.8 · 0.5 = 0.4, 0.6 · 1 = 0.6 and 0.4 · 0.5 = 0.2.
    result = separated([[[0.8]], [[0.6]], [[0.4]]], [0.5, 1.0, 0.5])
    np.testing.assert_allclose(result[:, 0, 0], [0.4 / 1.0, 0.6 / 1.0, 0.2 / 0.8], rtol=2e-4)


def test_alone_a_mask_stays_as_it_is():
    mask = np.linspace(0, 0.99, 12).reshape(1, 3, 4)
    np.testing.assert_allclose(separated(mask, [0.3]), mask, rtol=1e-6)
    beside = np.concatenate([mask, np.zeros((1, 3, 4))])
    np.testing.assert_allclose(separated(beside, [0.3, 0.9]), beside, rtol=1e-6)


def test_a_tie_is_nobodys():
    assert (separated([[[0.9]], [[0.9]], [[0.2]]], [0.7, 0.7, 0.7]) < 0.5).all()


@settings(max_examples=40, deadline=None)
@given(
    arrays.arrays(np.float32, (3, 4, 4), elements=st.floats(0, 1, width=16)),
    arrays.arrays(np.float32, (3,), elements=st.sampled_from([0.0, 0.25, 0.5, 0.875, 1.0])),
    st.sampled_from([(4, 4), (9, 23), (64, 37)]),
)
def test_no_pixel_belongs_to_two_at_any_size(masks, scores, size):
    pixels = image_masks(separate(masks, scores), *size).numpy()
    assert pixels.sum(axis=0).max() <= 1
    assert not (pixels & ~image_masks(masks, *size).numpy()).any()


@pytest.mark.parametrize("objects", [0, 1, 4])
def test_batches_of_any_number(objects):
    masks = np.random.default_rng(objects).random((2, objects, 5, 5), np.float32)
    scores = np.full((2, objects), 0.5, np.float32)
    both = separated(masks, scores)
    assert both.shape == masks.shape
    np.testing.assert_array_equal(both[1], separated(masks[1], scores[1]))
