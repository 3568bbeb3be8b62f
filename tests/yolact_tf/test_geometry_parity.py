"""Priors, boxes, cropping and resizing against numbers of the official code."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from tests.yolact_tf.reference import reference_image
from yolact_tf.config import config_named
from yolact_tf.data.preprocessing import network_input
from yolact_tf.models.priors import feature_sizes, make_priors
from yolact_tf.ops.boxes import decode, encode, intersection_over_area, iou, sanitize
from yolact_tf.ops.masks import crop


@pytest.fixture(scope="module")
def golden() -> Mapping[str, np.ndarray]:
    with np.load(Path(__file__).parent / "golden" / "geometry.npz") as archive:
        return dict(archive)


@pytest.mark.parametrize("size", [550, 400, 700])
def test_priors_are_the_official_ones_to_the_bit(
    golden: Mapping[str, np.ndarray], size: int
) -> None:
    config = config_named(f"yolact_resnet101_{size}")
    priors = make_priors(config)
    assert feature_sizes(config) == tuple(golden[f"priors{size}_feature_sizes"])
    assert config.scales == tuple(golden[f"priors{size}_scales"])
    assert len(priors) == golden[f"priors{size}_count"]
    np.testing.assert_allclose(priors.sum(axis=0, dtype=np.float64), golden[f"priors{size}_sum"])
    assert hashlib.sha256(priors.tobytes()).hexdigest() == str(golden[f"priors{size}_sha256"])


def test_box_coding(golden: Mapping[str, np.ndarray]) -> None:
    priors = golden["decode_priors"]
    np.testing.assert_allclose(
        decode(golden["decode_loc"], priors), golden["decode_box"], rtol=1e-6, atol=1e-6
    )
    np.testing.assert_allclose(
        encode(golden["encode_box"], priors), golden["encode_loc"], atol=1e-4
    )


def test_overlaps(golden: Mapping[str, np.ndarray]) -> None:
    a, b = golden["iou_a"], golden["iou_b"]
    np.testing.assert_allclose(iou(a, b), golden["iou"], atol=1e-6)
    np.testing.assert_allclose(intersection_over_area(a, b), golden["iou_crowd"], atol=1e-6)


@pytest.mark.parametrize("size", [138, 640])
@pytest.mark.parametrize("padding", [0, 1])
def test_bounds(golden: Mapping[str, np.ndarray], size: int, padding: int) -> None:
    bounds = sanitize(golden["sanitize_a"], golden["sanitize_b"], size, padding)
    np.testing.assert_allclose(
        np.stack(bounds, axis=-1), golden[f"sanitize_{size}_pad{padding}_float"], rtol=1e-6
    )


def test_cropping(golden: Mapping[str, np.ndarray]) -> None:
    cropped = crop(np.moveaxis(golden["crop_in"], -1, 0), golden["crop_boxes"])
    np.testing.assert_array_equal(np.moveaxis(cropped, 0, -1), golden["crop_out"])


@pytest.mark.parametrize("image", ["small", "large", "same"])
@pytest.mark.parametrize("backbone", ["resnet", "darknet"])
def test_the_network_sees_what_the_official_one_sees(
    golden: Mapping[str, np.ndarray], image: str, backbone: str
) -> None:
    height, width, seed = (int(x) for x in golden[f"resize_{image}_hw_seed"])
    config = config_named(
        {"resnet": "yolact_resnet50_550", "darknet": "yolact_darknet53_550"}[backbone]
    )
    seen = network_input(reference_image(seed, height, width)[None], config).numpy()[0]
    wanted = golden[f"resize_{image}_{backbone}"]
    np.testing.assert_allclose(seen[::11, ::11], wanted, atol=2e-4)
    channels = seen.reshape(-1, 3).astype(np.float64)
    stats = [channels.mean(0), channels.std(0), channels.min(0), channels.max(0)]
    np.testing.assert_allclose(
        np.stack(stats, axis=-1), golden[f"resize_{image}_{backbone}_stats"], atol=2e-4
    )
