"""What a search costs, worked out by hand on blocks of round numbers."""

import dataclasses

import numpy as np
import pytest

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.shape_search.plan import Images, plan
from graftnet_tf.branch.shape_search.shape import Shape
from graftnet_tf.errors import GraftNetError
from graftnet_tf.models.flops import BlockCosts

COSTS = BlockCosts(np.array([100, *[10] * 10]), np.full(11, 7))
SHAPES = [Shape(3, 4, "gap"), Shape(2, 4, "gap"), Shape(1, 4, "gap")]
IMAGES = Images(fitted=20, judged=10)
CONFIG = BranchConfig(steps=50, batch=4, views=1)


def test_by_hand():
    """Features at block 1 cost 110 each; 20 + 10 plain ones and 20 augmented ones.

    Scoring an image costs blocks 2, 3, 4 whatever is open: 30. A training step costs
    50, 70 or 90 an image, as one, two or three of them are open. Rounds have 3 shapes and
    2; both last for 50 // 2 steps.
    """
    found = plan(SHAPES, CONFIG, IMAGES, COSTS, limit=10)
    assert found.sizes == [3, 2]
    assert found.steps == [25, 50]
    assert found.training_steps == 3 * 25 + 2 * 25
    assert found.feature_multiply_adds == 50 * 110
    starts, judging = 3 * 20 * 30, (3 + 2) * 10 * 30
    rounds = 25 * 4 * (50 + 70 + 90) + 25 * 4 * (70 + 90)
    assert found.multiply_adds == 50 * 110 + starts + judging + rounds
    assert found.full_multiply_adds == 60 * 110 + 30 * 30 + 50 * 4 * 90
    assert found.cache_bytes == 2 * 50 * 7


def test_without_a_cache_every_image_goes_through_the_trunk_each_time():
    found = plan(SHAPES, dataclasses.replace(CONFIG, views=0), IMAGES, COSTS, limit=10)
    assert found.feature_multiply_adds == found.cache_bytes == 0
    scored = 30 + 110
    assert found.full_multiply_adds == 30 * scored + 50 * 4 * (110 + 90)
    rounds = 25 * 4 * (50 + 70 + 90 + 3 * 110) + 25 * 4 * (70 + 90 + 2 * 110)
    assert found.multiply_adds == (3 * 20 + 5 * 10) * scored + rounds


@pytest.mark.parametrize("limit", [0.5, 0.8, 1.0, 1.3])
def test_rounds_are_as_long_as_the_limit_allows(limit):
    found = plan(SHAPES, CONFIG, IMAGES, COSTS, limit)
    assert found.multiply_adds <= limit * found.full_multiply_adds
    one_more = 4 * (50 + 70 + 90 + 70 + 90)
    assert found.multiply_adds + one_more > limit * found.full_multiply_adds
    assert found.steps[0] < 25, "no cap of another kind"


def test_what_cannot_be_is_said():
    with pytest.raises(GraftNetError, match=r"takes at least 0.4\d times .* 0.3 times are allowed"):
        plan(SHAPES, CONFIG, IMAGES, COSTS, limit=0.3)
    few = dataclasses.replace(CONFIG, steps=1)
    with pytest.raises(GraftNetError, match=r"2 rounds .* at least 2 training steps; 1 given"):
        plan(SHAPES, few, IMAGES, COSTS, limit=10)


def test_it_is_said_in_one_line():
    said = str(plan(SHAPES, CONFIG, IMAGES, COSTS, limit=10))
    assert said.startswith("3 shapes in 2 rounds of [25, 50] steps, 125 steps in all")
    assert "\n" not in said
