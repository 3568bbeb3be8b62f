"""The networks against numbers of the official code: see golden/README.md."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import tensorflow as tf

from tests.yolact_tf.reference import reference_image, reference_input, reference_weights
from yolact_tf import build_yolact, load_torch_state_dict
from yolact_tf.checkpoints.state_dict import expected
from yolact_tf.models.yolact import Yolact
from yolact_tf.ops.fast_nms import Detections, confident, detect
from yolact_tf.ops.masks import in_images

GOLDEN = Path(__file__).parent / "golden"
STAGES = ("C3", "C4", "C5", "P3", "P4", "P5", "P6", "P7")
# What rounding explains, ten times over; see golden/README.md.
FAIR = {"C": 1e-4, "P": 2e-4, "loc": 2e-4, "conf": 4e-4, "mask": 2e-4, "proto": 3e-4, "segm": 2e-4}


class Run(NamedTuple):
    """A network on the reference image, and what it should give."""

    model: Yolact
    golden: Mapping[str, np.ndarray]
    stages: dict[str, np.ndarray]
    outputs: dict[str, tf.Tensor]


@pytest.fixture(scope="module", params=["resnet50", "resnet101"])
def run(request: pytest.FixtureRequest) -> Run:
    with np.load(GOLDEN / f"forward_{request.param}.npz") as archive:
        golden = dict(archive)
    model, image = reference_network(f"yolact_{request.param}_550", int(golden["seed"]))
    model.trainable = False  # batch norm on its stored statistics, also with training=True

    @tf.function
    def forward(images: tf.Tensor) -> tuple[list[tf.Tensor], dict[str, tf.Tensor]]:
        backbone = model.backbone(images)
        return [*backbone, *model.pyramid(backbone)], model(images, training=True)

    stages, outputs = forward(image[None])
    return Run(
        model, golden, {name: x[0].numpy() for name, x in zip(STAGES, stages, strict=True)}, outputs
    )


def reference_network(config: str, seed: int) -> tuple[Yolact, np.ndarray]:
    """A network with the weights of `seed`, and its input."""
    model = build_yolact(config)
    shapes = expected(model)
    load_torch_state_dict(
        model, {key: reference_weights(key, shape, seed) for key, shape in shapes.items()}
    )
    return model, reference_input(reference_image(seed), model.config.backbone)


def assert_close(actual: np.ndarray, wanted: np.ndarray, fair: float) -> None:
    difference = np.abs(actual - wanted).max()
    assert difference <= fair
    assert difference <= 1e-3 * np.abs(wanted).max()


def stats(x: np.ndarray) -> list[float]:
    x = np.asarray(x, np.float64)
    return [x.mean(), x.std(), x.min(), x.max()]


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_of_the_trunk_has_the_official_values(run: Run, name: str) -> None:
    rows, channels = run.golden[f"stage_{name}_pos"], run.golden[f"stage_{name}_chan"]
    stage, fair = run.stages[name], FAIR[name[0]]
    assert_close(stage[np.ix_(rows, rows, channels)], run.golden[f"stage_{name}"], fair)
    np.testing.assert_allclose(stats(stage), run.golden[f"stats_{name}"], atol=fair)


@pytest.mark.parametrize(
    ("name", "official"), [("loc", "loc"), ("conf", "conf_logits"), ("mask", "mask_coef")]
)
def test_the_head_has_the_official_values(run: Run, name: str, official: str) -> None:
    output = run.outputs[name][0].numpy()
    assert_close(output[run.golden["rows"]], run.golden[official], FAIR[name])
    np.testing.assert_allclose(stats(output), run.golden[f"stats_{official}"], atol=FAIR[name])


@pytest.mark.parametrize("name", ["proto", "segm"])
def test_a_map_has_the_official_values(run: Run, name: str) -> None:
    output, step = run.outputs[name][0].numpy(), int(run.golden[f"{name}_step"])
    assert output.shape == tuple(run.golden[f"{name}_shape"])
    assert_close(output[::step, ::step], run.golden[f"{name}_sub"], FAIR[name])
    np.testing.assert_allclose(stats(output), run.golden[f"stats_{name}"], atol=FAIR[name])


def test_the_priors_are_the_official_ones(run: Run) -> None:
    np.testing.assert_array_equal(run.model.priors[run.golden["rows"]], run.golden["priors"])


def detections_of(run: Run, which: str) -> Detections:
    return detect(run.outputs, run.model.priors, run.model.config, cross_class=which == "cc")


@pytest.mark.parametrize("which", ["pc", "cc"])
def test_fast_nms_leaves_the_official_detections(run: Run, which: str) -> None:
    found = detections_of(run, which)
    count = int(found.count[0])
    assert count == len(run.golden[f"{which}_prior"])
    np.testing.assert_array_equal(found.priors[0, :count], run.golden[f"{which}_prior"])
    np.testing.assert_array_equal(found.classes[0, :count], run.golden[f"{which}_class"])
    np.testing.assert_allclose(found.scores[0, :count], run.golden[f"{which}_score"], atol=5e-5)
    np.testing.assert_allclose(found.boxes[0, :count], run.golden[f"{which}_box"], atol=1e-5)
    np.testing.assert_array_equal(
        found.coefficients[0, :count], run.outputs["mask"][0].numpy()[found.priors[0, :count]]
    )


@pytest.mark.parametrize("which", ["pc", "cc"])
def test_boxes_and_masks_in_the_image_are_the_official_ones(run: Run, which: str) -> None:
    found = in_images(confident(detections_of(run, which), 0.15), run.outputs["proto"], 480, 640)
    np.testing.assert_array_equal(found.classes[0], run.golden[f"{which}_post_class"])
    np.testing.assert_allclose(found.boxes[0], run.golden[f"{which}_post_box"], atol=1)
    packed = run.golden[f"{which}_post_masks"]
    wanted = np.unpackbits(packed, axis=1).reshape(-1, 480, 640).astype(bool)
    masks = found.masks.numpy()[0, run.golden[f"{which}_post_mask_rows"]]
    assert np.sum(masks != wanted, axis=(1, 2)).max() <= 4


def test_darknet_takes_the_official_keys_and_runs() -> None:
    model, image = reference_network("yolact_darknet53_550", seed=3)
    keys = json.loads((GOLDEN / "keys_darknet53.json").read_text())
    assert expected(model) == {
        key: tuple(shape) for key, shape in keys.items() if not key.endswith("num_batches_tracked")
    }
    outputs = model(image[None], training=True)
    assert {name: tuple(x.shape) for name, x in outputs.items()} == {
        "loc": (1, 19248, 4),
        "conf": (1, 19248, 81),
        "mask": (1, 19248, 32),
        "proto": (1, 138, 138, 32),
        "segm": (1, 69, 69, 80),
    }
    for x in outputs.values():
        tf.debugging.assert_all_finite(x, "an output")
