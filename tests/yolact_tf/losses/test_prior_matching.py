import dataclasses
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.yolact_tf.ground_truths import ground_truth
from tests.yolact_tf.reference import GROUND_TRUTH
from yolact_tf.config import config_named
from yolact_tf.data.ground_truth import CROWD, PADDING
from yolact_tf.losses.prior_matching import BACKGROUND, NEUTRAL, Matches, match
from yolact_tf.models.priors import make_priors
from yolact_tf.ops import boxes

GOLDEN = Path(__file__).parents[1] / "golden" / "loss.npz"
CONFIG = config_named("yolact_resnet50_550")
NOTHING = (0.0, 0.0, 0.0, 0.0, PADDING)


@pytest.fixture(scope="module")
def priors() -> np.ndarray:
    return make_priors(CONFIG)


@pytest.fixture(scope="module")
def golden() -> dict[str, np.ndarray]:
    return dict(np.load(GOLDEN))


@pytest.fixture(scope="module")
def matches(priors: np.ndarray) -> Matches:
    return Matches(*map(np.asarray, match(ground_truth(GROUND_TRUTH), priors, CONFIG)))


def strips(*spans: tuple[float, float]) -> np.ndarray:
    """Priors of full height, by left and right side."""
    return np.array([[(a + b) / 2, 0.5, b - a, 1.0] for a, b in spans], np.float32)


def strip(low: float, high: float, class_index: int) -> tuple[float, float, float, float, int]:
    return low, 0.0, high, 1.0, class_index


def test_targets_are_the_official_ones(matches: Matches, golden: dict[str, np.ndarray]) -> None:
    np.testing.assert_array_equal(matches.classes[:3], golden["conf_t"])
    np.testing.assert_array_equal(matches.objects[:3], golden["idx_t"])
    for i in range(3):
        positives = np.flatnonzero(matches.classes[i] > 0)
        np.testing.assert_array_equal(positives, golden[f"pos{i}"])
        for rows, loc in ((positives, "pos"), (golden["rows"], "rows")):
            expected = golden[f"loc_t_{loc}{i}"]
            np.testing.assert_allclose(matches.loc[i, rows], expected, rtol=0, atol=1e-4)


def test_an_image_of_crowds_is_background_or_neutral(
    matches: Matches, golden: dict[str, np.ndarray]
) -> None:
    np.testing.assert_array_equal(matches.classes[3], golden["crowd_only_conf_t"])
    assert set(matches.classes[3]) == {BACKGROUND, NEUTRAL}
    assert not matches.objects[3].any()
    assert not matches.loc[3].any()


def test_crowds_and_padding_may_stand_anywhere(matches: Matches, priors: np.ndarray) -> None:
    first, second, third, fourth, crowd = GROUND_TRUTH[0]
    mixed = (NOTHING, crowd, first, NOTHING, second, third, fourth, NOTHING)
    got = match(ground_truth([mixed]), priors, CONFIG)
    np.testing.assert_array_equal(got.classes[0], matches.classes[0])
    np.testing.assert_array_equal(got.loc[0], matches.loc[0])
    np.testing.assert_array_equal(got.objects[0], np.array([2, 4, 5, 6])[matches.objects[0]])


def test_iou_decides_between_positive_neutral_and_background() -> None:
    priors = strips((0.0, 0.4), (0.0, 0.5), (0.0, 0.44), (0.0, 0.39), (0.0, 1.0))
    got = match(ground_truth([[strip(0.0, 1.0, 6)]]), priors, CONFIG)
    # The first and second stand at a limit, which is not below it.
    assert got.classes.numpy().tolist() == [[NEUTRAL, 7, NEUTRAL, BACKGROUND, 7]]


def test_the_better_fitting_object_claims_first_and_the_other_takes_what_is_left() -> None:
    priors = strips((0.0, 0.4), (0.35, 0.75), (0.8, 1.0))
    poor, perfect = strip(0.0, 0.5, 1), strip(0.0, 0.4, 2)
    got = match(ground_truth([[poor, perfect]]), priors, CONFIG)
    assert got.objects.numpy()[0, :2].tolist() == [1, 0]
    assert got.classes.numpy().tolist() == [[3, 2, BACKGROUND]]
    np.testing.assert_allclose(
        boxes.decode(got.loc, priors)[0, :2], [[0, 0, 0.4, 1], [0, 0, 0.5, 1]], atol=1e-6
    )


def test_of_equal_objects_and_priors_the_first_go_together() -> None:
    same = (0.2, 0.6)
    got = match(
        ground_truth([[strip(*same, 4), strip(*same, 5)]]), strips(same, same, same), CONFIG
    )
    assert got.classes.numpy().tolist() == [[5, 6, 5]]


def test_an_object_that_overlaps_no_prior_is_learnt_all_the_same() -> None:
    got = match(ground_truth([[strip(0.8, 0.9, 3)]]), strips((0.0, 0.2), (0.3, 0.5)), CONFIG)
    assert got.classes.numpy().tolist() == [[4, BACKGROUND]]


def test_crowds_make_covered_background_neutral_and_leave_positives() -> None:
    priors = strips((0.0, 0.2), (0.0, 0.25), (0.4, 0.6), (0.42, 0.62), (0.8, 1.0))
    objects = [strip(0.0, 0.19, CROWD), strip(0.35, 0.7, CROWD), strip(0.4, 0.6, 0)]
    config = dataclasses.replace(CONFIG, crowd_overlap=0.8, positive_iou=0.9, negative_iou=0.9)
    got = match(ground_truth([objects]), priors, config)
    assert got.classes.numpy().tolist() == [[NEUTRAL, BACKGROUND, 1, NEUTRAL, BACKGROUND]]


def test_images_without_objects_are_background(priors: np.ndarray) -> None:
    got = match(ground_truth([[NOTHING, NOTHING], []]), priors, CONFIG)
    for part in got:
        assert not part.numpy().any()


def test_more_objects_than_priors_share_what_there_is() -> None:
    objects = [strip(0.1 * i, 0.1 * i + 0.3, i) for i in range(6)]
    got = match(ground_truth([objects]), strips((0.1, 0.4), (0.5, 0.8)), CONFIG)
    assert got.objects.numpy().tolist() == [[1, 5]]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_claims_are_those_of_the_plain_loop(seed: int) -> None:
    """Sides are whole eighths, so that equal overlaps and clashes are common."""
    rng = np.random.default_rng(seed)

    def spans(count: int) -> list[tuple[float, float]]:
        lows = rng.integers(0, 7, count)
        return [(low / 8, rng.integers(low + 1, 9) / 8) for low in lows]

    priors = strips(*spans(9))
    images = [[strip(*span, j) for j, span in enumerate(spans(n))] for n in (6, 3)]
    truth = ground_truth(images)
    got = match(truth, priors, CONFIG)
    overlaps = boxes.iou(truth.boxes, boxes.corners(tf.constant(priors))).numpy()
    for i, objects in enumerate(images):
        left = overlaps[i, : len(objects)].copy()
        best, owner = left.max(axis=0), left.argmax(axis=0)
        for _ in objects:
            j, p = np.unravel_index(left.argmax(), left.shape)
            left[j], left[:, p] = -1, -1
            best[p], owner[p] = 2, j
        expected = np.where(best < 0.4, BACKGROUND, np.where(best < 0.5, NEUTRAL, owner + 1))
        np.testing.assert_array_equal(got.objects[i], owner)
        np.testing.assert_array_equal(got.classes[i], expected)
