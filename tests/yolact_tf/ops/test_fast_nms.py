"""Fast NMS against a plain restatement and by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from yolact_tf.config import YolactConfig, config_named
from yolact_tf.ops.boxes import decode, iou
from yolact_tf.ops.fast_nms import Detections, confident, detect

CONFIG = replace(config_named("yolact_resnet50_550"), top_k=6, max_detections=5)


def plain(
    scores: np.ndarray, boxes: np.ndarray, config: YolactConfig, cross_class: bool
) -> list[tuple[int, int]]:
    """(prior, class) of what Fast NMS leaves of one image, score by score and pair by pair."""
    overlap = iou(boxes, boxes).numpy()
    candidates = [p for p in range(len(scores)) if scores[p].max() > config.min_score]
    best = scores.argmax(axis=1)
    groups = (
        [[(p, best[p]) for p in candidates]]
        if cross_class
        else [[(p, c) for p in candidates] for c in range(scores.shape[1])]
    )
    left = []
    for group in groups:
        ranked = sorted(group, key=lambda entry: -scores[entry])[: config.top_k]
        left += [
            (p, c)
            for rank, (p, c) in enumerate(ranked)
            if all(overlap[p, other] <= config.nms_iou for other, _ in ranked[:rank])
        ]
    left.sort(key=lambda entry: -scores[entry])
    return left if cross_class else left[: config.max_detections]


def random_outputs(rng: np.random.Generator, batch: int, num_priors: int) -> dict[str, tf.Tensor]:
    draws = {
        "loc": rng.normal(0, 2, (batch, num_priors, 4)),
        "conf": rng.normal(0, 2, (batch, num_priors, 4)) + np.array([2, 0, 0, 0]),
        "mask": rng.normal(0, 1, (batch, num_priors, 3)),
    }
    return {name: tf.constant(value, tf.float32) for name, value in draws.items()}


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    batch=st.integers(1, 3),
    num_priors=st.integers(1, 25),
    min_score=st.sampled_from([0.05, 0.5, 0.9, 1.0]),
    cross_class=st.booleans(),
)
def test_detections_are_those_of_a_plain_restatement(
    seed: int, batch: int, num_priors: int, min_score: float, cross_class: bool
) -> None:
    rng = np.random.default_rng(seed)
    config = replace(CONFIG, min_score=min_score)
    outputs = random_outputs(rng, batch, num_priors)
    priors = tf.constant(rng.uniform(0.2, 0.6, (num_priors, 4)), tf.float32)

    found = detect(outputs, priors, config, cross_class)

    probabilities = tf.nn.softmax(outputs["conf"]).numpy()[..., 1:]
    boxes = decode(outputs["loc"], priors).numpy()
    for i in range(batch):
        wanted = plain(probabilities[i], boxes[i], config, cross_class)
        count = int(found.count[i])
        rows = [x[i, :count].numpy() for x in (found.priors, found.classes)]
        assert list(zip(*rows, strict=True)) == wanted
        origin, classes = np.array(wanted, int).reshape(-1, 2).T
        np.testing.assert_array_equal(found.scores[i, :count], probabilities[i, origin, classes])
        np.testing.assert_allclose(found.boxes[i, :count], boxes[i, origin], atol=1e-6)
        np.testing.assert_array_equal(
            found.coefficients[i, :count], outputs["mask"].numpy()[i, origin]
        )
        for field in found[:-1]:
            assert field.shape[1] == (config.top_k if cross_class else config.max_detections)
            assert not np.any(field[i, count:])


def chain(*scores: tuple[float, float]) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
    """Boxes of side 0.4 in a row, each overlapping only its neighbours by more than half.

    `scores` are the softmax scores of two classes.
    """
    count = len(scores)
    priors = np.full((count, 4), 0.4)
    priors[:, 0] = 0.2 + 0.1 * np.arange(count)  # IoU 0.6 with the next, 1/3 with the one after
    rows = np.array([(1 - a - b, a, b) for a, b in scores])
    outputs = {
        "loc": tf.zeros((1, count, 4)),
        "conf": tf.constant(np.log(rows)[None], tf.float32),
        "mask": tf.reshape(tf.range(1.0, count + 1), (1, count, 1)),
    }
    return outputs, tf.constant(priors, tf.float32)


def test_a_dropped_detection_still_drops_others() -> None:
    found = detect(*chain((0.9, 0.01), (0.8, 0.02), (0.7, 0.03)), CONFIG)
    # Of class 0 the first drops the second, which drops the third; of class 1 the other way.
    assert found.count.numpy() == [2]
    assert found.priors[0, :2].numpy().tolist() == [0, 2]
    assert found.classes[0, :2].numpy().tolist() == [0, 1]
    np.testing.assert_allclose(found.scores[0, :2], [0.9, 0.03], atol=1e-6)
    np.testing.assert_allclose(found.boxes[0, 0], [0.0, 0.2, 0.4, 0.6], atol=1e-6)
    np.testing.assert_array_equal(found.coefficients[0, :, 0], [1, 3, 0, 0, 0])


def test_across_classes_neighbours_of_another_class_are_dropped() -> None:
    scene = chain((0.9, 0.01), (0.01, 0.8), (0.01, 0.01), (0.3, 0.6))
    found = detect(*scene, CONFIG, cross_class=True)
    assert found.priors[0, : found.count[0]].numpy().tolist() == [0, 3]
    assert found.classes[0, : found.count[0]].numpy().tolist() == [0, 1]


@pytest.mark.parametrize("cross_class", [False, True])
def test_nothing_likely_gives_nothing(cross_class: bool) -> None:
    outputs, priors = chain((0.01, 0.02), (0.03, 0.04))
    found = detect(outputs, priors, CONFIG, cross_class)
    assert found.count.numpy() == [0]
    assert all(not np.any(field) for field in found)
    assert confident(found, 0.15).boxes.shape == (1, 0, 4)


def test_a_network_that_diverged_detects_nothing() -> None:
    outputs, priors = chain((0.9, 0.01), (0.8, 0.02))
    outputs["conf"] *= np.nan
    assert detect(outputs, priors, CONFIG).count.numpy() == [0]


def test_confident_keeps_the_best_of_every_image() -> None:
    detections = Detections(
        boxes=tf.ones((2, 3, 4)),
        scores=tf.constant([[0.9, 0.2, 0.1], [0.15, 0.1, 0.0]]),
        classes=tf.ones((2, 3), tf.int32),
        coefficients=tf.ones((2, 3, 5)),
        priors=tf.ones((2, 3), tf.int32),
        count=tf.constant([3, 2]),
    )
    kept = confident(detections, 0.15)
    assert kept.count.numpy().tolist() == [2, 0]
    np.testing.assert_allclose(kept.scores, [[0.9, 0.2], [0.0, 0.0]])
    assert kept.classes.numpy().tolist() == [[1, 1], [0, 0]]
    assert kept.coefficients.shape == (2, 2, 5)


def test_one_graph_serves_any_number_of_images(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    priors = tf.constant(rng.uniform(0.2, 0.6, (20, 4)), tf.float32)
    signature = {
        name: tf.TensorSpec([None, *x.shape[1:]]) for name, x in random_outputs(rng, 1, 20).items()
    }

    @tf.function(input_signature=[signature])
    def serve(outputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        return detect(outputs, priors, CONFIG)._asdict()

    module = tf.Module()
    module.serve = serve
    tf.saved_model.save(module, str(tmp_path))
    served = tf.saved_model.load(str(tmp_path)).serve
    for batch in (0, 1, 3):
        outputs = random_outputs(rng, batch, 20)
        answer = served(outputs)
        for name, wanted in detect(outputs, priors, CONFIG)._asdict().items():
            np.testing.assert_allclose(answer[name], wanted, atol=1e-6)
