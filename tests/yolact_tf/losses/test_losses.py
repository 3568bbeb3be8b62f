from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tests.yolact_tf.ground_truths import AnnotatedBox, ground_truth
from tests.yolact_tf.reference import GROUND_TRUTH, reference_predictions
from yolact_tf.config import config_named
from yolact_tf.data.ground_truth import CROWD, PADDING, GroundTruth
from yolact_tf.losses import multibox_losses
from yolact_tf.losses.box import box_loss
from yolact_tf.losses.confidence import confidence_loss
from yolact_tf.losses.mask import mask_loss
from yolact_tf.losses.prior_matching import BACKGROUND, NEUTRAL, Matches
from yolact_tf.losses.semantic import semantic_loss
from yolact_tf.models.priors import make_priors

GOLDEN = Path(__file__).parents[1] / "golden" / "loss.npz"
CONFIG = config_named("yolact_resnet50_550")
PRIORS = make_priors(CONFIG)
SEED = (3, 4)
LN2 = np.log(2)
REACHES = {"B": ("loc",), "C": ("conf",), "M": ("mask", "proto"), "S": ("segm",)}

Outputs = dict[str, tf.Tensor]
Losses = Callable[[Sequence[int]], dict[str, float]]


@pytest.fixture(scope="module")
def golden() -> dict[str, np.ndarray]:
    return dict(np.load(GOLDEN))


@pytest.fixture(scope="module")
def predictions() -> dict[str, np.ndarray]:
    return reference_predictions(5, 4, len(PRIORS))


@pytest.fixture(scope="module")
def losses(predictions: dict[str, np.ndarray]) -> Losses:
    """The losses of a batch of reference images."""

    def of(images: Sequence[int]) -> dict[str, float]:
        outputs = {name: tf.constant(value[images]) for name, value in predictions.items()}
        truth = ground_truth([GROUND_TRUTH[i] for i in images], CONFIG.size)
        got = multibox_losses(outputs, truth, PRIORS, CONFIG, SEED)
        return {name: float(loss) for name, loss in got.items()}

    return of


@pytest.fixture(scope="module")
def gradients(predictions: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Of each loss of images 0 to 2 by each output that it reaches, as `<loss>_<output>`."""
    outputs = {name: tf.constant(value[:3]) for name, value in predictions.items()}
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(outputs)
        truth = ground_truth(GROUND_TRUTH[:3], CONFIG.size)
        batch = multibox_losses(outputs, truth, PRIORS, CONFIG, SEED)
    return {
        f"{loss}_{output}": tape.gradient(batch[loss], outputs[output]).numpy()
        for loss, reached in REACHES.items()
        for output in reached
    }


def assert_official(got: dict[str, float], expected: np.ndarray) -> None:
    np.testing.assert_allclose([got[name] for name in "BCMS"], expected, rtol=1e-5)


def test_losses_are_the_official_ones(losses: Losses, golden: dict[str, np.ndarray]) -> None:
    assert_official(losses([0, 1, 2]), golden["losses"])


@pytest.mark.parametrize("image", [0, 1, 2])
def test_losses_of_an_image_alone_are_the_official_ones(
    image: int, losses: Losses, golden: dict[str, np.ndarray]
) -> None:
    assert_official(losses([image]), golden[f"losses_image{image}"])


def test_an_image_of_crowds_adds_no_positives(
    losses: Losses, golden: dict[str, np.ndarray]
) -> None:
    assert_official(losses([3]), golden["crowd_only_losses_alone"])
    assert_official(losses([0, 3]), golden["crowd_only_losses_with_image0"])


def test_gradients_are_the_official_ones(
    gradients: dict[str, np.ndarray], golden: dict[str, np.ndarray]
) -> None:
    first = golden["pos0"][:20]
    for name, gradient in gradients.items():
        norm = np.linalg.norm(gradient.astype(np.float64))
        assert norm == pytest.approx(float(golden[f"grad_norm_{name}"]), rel=1e-5)
        part = {
            "M_proto": lambda whole: whole[::23, ::23],
            "S_segm": lambda whole: whole[::8, ::8],
        }.get(name, lambda whole: whole[first])(gradient[0])
        expected = golden[f"grad_sub_{name}" if part.ndim == 3 else f"grad_pos0_{name}"]
        np.testing.assert_allclose(part, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())


def test_the_mined_negatives_are_the_official_ones(
    gradients: dict[str, np.ndarray], golden: dict[str, np.ndarray]
) -> None:
    for i in range(3):
        learnt = np.flatnonzero(gradients["C_conf"][i].any(axis=-1))
        expected = np.union1d(golden[f"pos{i}"], golden[f"neg{i}"])
        np.testing.assert_array_equal(learnt, expected)


SMALL_PRIORS = np.array(
    [[x, y, side, side] for side in (0.3, 0.6) for y in (0.25, 0.5, 0.75) for x in (0.3, 0.7)],
    np.float32,
)
OBJECTS: list[list[AnnotatedBox]] = [
    [(0.1, 0.1, 0.5, 0.45, 1), (0.4, 0.3, 0.9, 0.9, 0)],
    [(0.2, 0.55, 0.45, 0.95, 2), (0.5, 0.1, 0.9, 0.4, CROWD)],
]


def small_outputs(batch: int, scale: float = 1.0) -> Outputs:
    drawn = reference_predictions(2, batch, len(SMALL_PRIORS), 4, 5, 8, 4)
    return {name: tf.constant(scale * value) for name, value in drawn.items()}


def small_losses(outputs: Outputs, truth: GroundTruth) -> dict[str, float]:
    got = multibox_losses(outputs, truth, SMALL_PRIORS, CONFIG, SEED)
    return {name: float(loss) for name, loss in got.items()}


def test_padding_changes_nothing() -> None:
    outputs = small_outputs(2)
    expected = small_losses(outputs, ground_truth(OBJECTS, 16))
    assert all(expected.values())
    got = small_losses(outputs, ground_truth(OBJECTS, 16, places=7))
    assert got == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("scale", [1.0, 1e4])
@pytest.mark.parametrize(
    "images",
    [OBJECTS, [OBJECTS[0], []], [[], []], [[(0.1, 0.1, 0.9, 0.9, CROWD)], []]],
    ids=["objects", "one empty", "empty", "crowds"],
)
def test_losses_and_gradients_are_finite(images: list[list[AnnotatedBox]], scale: float) -> None:
    outputs = small_outputs(2, scale)
    with tf.GradientTape() as tape:
        tape.watch(outputs)
        got = multibox_losses(outputs, ground_truth(images, 16), SMALL_PRIORS, CONFIG, SEED)
        total = tf.add_n(list(got.values()))
    for value in (*got.values(), *tape.gradient(total, outputs).values()):
        assert np.isfinite(value).all()
    has_objects = any(box[4] >= 0 for objects in images for box in objects)
    assert all((got[name].numpy() > 0) == has_objects for name in "BCM")


def test_numbers_of_images_and_objects_may_be_unknown_in_graphs() -> None:
    truth, outputs = ground_truth(OBJECTS, 16), small_outputs(2)

    def any_count(tensor: tf.Tensor) -> tf.TensorSpec:
        return tf.TensorSpec([None, None, *tensor.shape[2:]], tensor.dtype)

    traced = tf.function(
        lambda outputs, truth: multibox_losses(outputs, truth, SMALL_PRIORS, CONFIG, SEED),
        input_signature=tf.nest.map_structure(any_count, (outputs, truth)),
    )
    got = {name: float(loss) for name, loss in traced(outputs, truth).items()}
    assert got == pytest.approx(small_losses(outputs, truth), rel=1e-6)


def matches_of(
    classes: Sequence[int],
    objects: Sequence[int] | None = None,
    loc: Sequence[Sequence[float]] | None = None,
) -> Matches:
    count = len(classes)
    return Matches(
        tf.constant([classes]),
        tf.constant([objects or [0] * count]),
        tf.constant([loc or [[0.0] * 4] * count]),
    )


def test_boxes_are_judged_by_smooth_l1_at_positives() -> None:
    inf = float("inf")
    matches = matches_of(
        [1, BACKGROUND, NEUTRAL, 2],
        loc=[[0.5, 0.0, 0.0, 0.0], [9.0] * 4, [inf] * 4, [0.0, -2.0, 1.0, 0.0]],
    )
    got = box_loss(tf.zeros([1, 4, 4]), matches)
    assert float(got) == pytest.approx(1.5 * (0.125 + 1.5 + 0.5))


def test_each_image_has_the_hardest_negatives_for_its_own_positives() -> None:
    """With two classes of logits 0 and x, background costs ln(1 + exp x)."""
    hardness = np.array([[0.0, 3.0, 1.0, 2.0, 9.0], [5.0, 6.0, 7.0, 8.0, 9.0]], np.float32)
    conf = np.stack([np.zeros_like(hardness), hardness], axis=-1)
    classes = tf.constant([[1, 0, 0, 0, NEUTRAL], [0, 0, 0, 0, 0]])
    matches = Matches(classes, tf.zeros_like(classes), tf.zeros([2, 5, 4]))

    def background(*logits: float) -> float:
        return float(np.log1p(np.exp(logits)).sum())

    got = [float(confidence_loss(tf.constant(conf), matches, ratio)) for ratio in (0, 1, 2, 9)]
    mined = [background(), background(3), background(3, 2), background(3, 2, 1)]
    assert got == pytest.approx([LN2 + loss for loss in mined])


def filled(box: Sequence[float], size: int = 8) -> np.ndarray:
    """A mask of 1 inside whole cells."""
    x1, y1, x2, y2 = (round(side * size) for side in box)
    mask = np.zeros((size, size), np.uint8)
    mask[y1:y2, x1:x2] = 1
    return mask


def test_masks_cost_per_cell_of_the_box_and_only_near_it() -> None:
    """With logits of 0 each of the 4 x 5 cells of the widened 2 x 3 box costs ln 2."""
    box = (0.25, 0.25, 0.5, 0.625)
    truth = GroundTruth.of_masks(
        tf.constant([[box]]), tf.constant([[0]]), tf.constant(filled(box)[None, None])
    )
    got = mask_loss(
        tf.zeros([1, 8, 8, 2]), tf.ones([1, 3, 2]), matches_of([1, 0, 1]), truth, 9, SEED
    )
    assert float(got) == pytest.approx(2 * 6.125 * 20 * LN2 / 6)


def test_what_an_object_has_outside_its_box_costs_100_a_cell() -> None:
    box = (0.25, 0.25, 0.5, 0.5)
    mask = filled(box)
    mask[7, 5:8] = 1
    truth = GroundTruth.of_masks(
        tf.constant([[box]]), tf.constant([[0]]), tf.constant(mask[None, None])
    )
    got = mask_loss(tf.zeros([1, 8, 8, 2]), tf.ones([1, 1, 2]), matches_of([1]), truth, 9, SEED)
    assert float(got) == pytest.approx(6.125 * (16 * LN2 + 3 * 100) / 4)


def test_a_sample_of_the_masks_stands_for_all() -> None:
    """Each of 6 positives has a loss of its own; samples of 4 differ and are right on average."""
    outputs = small_outputs(1)
    truth = ground_truth(OBJECTS[:1], 16)
    matches = matches_of([1, 2, 0, 1, 2, 2, 0, 1], [0, 1, 0, 0, 1, 1, 0, 0])
    coefficients = outputs["mask"][:, :8]

    @tf.function
    def loss(masks_to_train: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        return mask_loss(outputs["proto"], coefficients, matches, truth, masks_to_train, seed)

    whole = float(loss(tf.constant(6), tf.constant(SEED)))
    assert float(loss(tf.constant(100), tf.constant(SEED))) == pytest.approx(whole, rel=1e-6)
    samples = [float(loss(tf.constant(4), tf.constant([1, i]))) for i in range(400)]
    assert float(loss(tf.constant(4), tf.constant([1, 0]))) == samples[0]
    assert len({round(sample / whole, 4) for sample in samples}) == 15  # 6 choose 4
    error = np.std(samples) / np.sqrt(len(samples))
    assert abs(np.mean(samples) - whole) < 4 * error


def test_each_image_is_scaled_by_its_own_positives() -> None:
    """All masks of an image are alike here, so that one of them tells of all."""
    outputs, truth = small_outputs(2), ground_truth(OBJECTS, 16)
    coefficients = tf.repeat(outputs["mask"][:, :1], 5, axis=1)
    classes = tf.constant([[1, 1, 0, 1, 1], [0, 0, 0, 1, NEUTRAL]])
    matches = Matches(classes, tf.zeros_like(classes), tf.zeros([2, 5, 4]))
    one, two, all_ = (
        float(mask_loss(outputs["proto"], coefficients, matches, truth, most, SEED))
        for most in (1, 2, 5)
    )
    assert [one, two] == pytest.approx([all_, all_], rel=1e-6)


def test_masks_that_are_not_annotated_are_not_judged_by_them() -> None:
    """Of two positives of the box above, the object of one has no mask."""
    box = (0.25, 0.25, 0.5, 0.625)
    masks = np.stack([filled(box), filled(box)])[None]
    truth = GroundTruth.of_masks(tf.constant([[box, box]]), tf.constant([[0, 0]]), masks)
    truth = truth._replace(mask_annotated=tf.constant([[True, False]]))
    got = mask_loss(
        tf.zeros([1, 8, 8, 2]), tf.ones([1, 3, 2]), matches_of([1, 0, 1], [0, 0, 1]), truth, 9, SEED
    )
    assert float(got) == pytest.approx(6.125 * 20 * LN2 / 6)


def test_cells_inside_a_neighbour_cost_more() -> None:
    """Of the 4 x 5 cells of the widened box, 5 are the neighbour's and cost thrice."""
    box, beside = (0.25, 0.25, 0.5, 0.625), (0.5, 0.0, 0.75, 1.0)
    masks = np.stack([filled(box), filled(beside), filled((0.0, 0.0, 1.0, 1.0))])[None]
    truth = GroundTruth.of_masks(
        tf.constant([[box, beside, (0.0, 0.0, 0.0, 0.0)]]), tf.constant([[0, 0, PADDING]]), masks
    )
    given = (tf.zeros([1, 8, 8, 2]), tf.ones([1, 1, 2]), matches_of([1]), truth, 9, SEED)
    assert float(mask_loss(*given)) == pytest.approx(6.125 * 20 * LN2 / 6)
    assert float(mask_loss(*given, 2.0)) == pytest.approx(6.125 * 30 * LN2 / 6)
    boxed = truth._replace(mask_annotated=tf.constant([[True, False, True]]))
    given = (*given[:3], boxed, *given[4:])
    assert float(mask_loss(*given, 2.0)) == pytest.approx(6.125 * 20 * LN2 / 6)


def test_cells_of_a_box_without_a_mask_cost_no_semantic_loss_unless_another_is_there() -> None:
    left, middle = (0.0, 0.0, 0.5, 1.0), (0.25, 0.0, 0.75, 1.0)
    truth = GroundTruth.of_masks(
        tf.zeros([1, 2, 4]),
        tf.constant([[0, 0]]),
        tf.constant(np.stack([filled(left), filled(middle)])[None]),
    )
    truth = truth._replace(mask_annotated=tf.constant([[True, False]]))
    got = semantic_loss(tf.zeros([1, 8, 8, 1]), truth)
    assert float(got) == pytest.approx(LN2 * (64 - 16) / 64)


def test_semantic_targets_are_the_union_of_a_class_without_crowds_and_padding() -> None:
    """Logits of ±40, right at every cell, cost nothing; each cell wrong costs 40."""
    left, right = (0.0, 0.0, 0.5, 1.0), (0.25, 0.0, 0.75, 1.0)
    masks = np.stack([filled(box) for box in (left, right, left, left, left)])
    truth = GroundTruth.of_masks(
        tf.zeros([1, 5, 4]), tf.constant([[1, 1, 0, CROWD, PADDING]]), tf.constant(masks[None])
    )
    of_class = np.stack([filled(left), filled((0.0, 0.0, 0.75, 1.0)), np.zeros((8, 8))], axis=-1)
    segm = np.where(of_class, 40.0, -40.0).astype(np.float32)
    assert float(semantic_loss(tf.constant(segm[None]), truth)) == pytest.approx(0, abs=1e-6)
    segm[2, 3:5, 2] *= -1
    got = semantic_loss(tf.constant(segm[None]), truth)
    assert float(got) == pytest.approx(2 * 40 / 64)
