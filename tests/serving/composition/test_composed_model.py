"""The signatures, in the graph mode in which TF Serving runs them."""

import io
import os
import re
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorflow.core.protobuf.config_pb2 import RunMetadata, RunOptions
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from graftnet_tf.models.saved_model import saved_model_name
from serving.model_server.models.graph_session import load_saved_model
from serving.model_server.requests.limits import Limits
from serving.schema import warmup_requests
from serving.schema.metadata import ModelMetadata
from tests.serving.sample_images import DECODABLE, UNDECODABLE, image_file

ATTRIBUTES = {"bald", "t_shirt", "male", "female"}
GOOD = [image_file(seed) for seed in range(3)]


def png(image: Image.Image, **options: Any) -> bytes:
    data = io.BytesIO()
    image.save(data, "PNG", **options)
    return data.getvalue()


@pytest.fixture(scope="module")
def run(servable):
    def run(signature, output_filter=(), **inputs):
        protos = {name: tf.make_tensor_proto(value) for name, value in inputs.items()}
        return servable.predict(signature, protos, output_filter, limits=Limits()).outputs

    return run


@pytest.fixture(scope="module")
def good_scores(run):
    return run("predict_jpeg", image_bytes=GOOD)


def test_good_images_are_decoded_and_scored(good_scores):
    assert set(good_scores) == ATTRIBUTES | {"decoded"}
    assert good_scores["decoded"].all()
    for attribute in ATTRIBUTES:
        assert good_scores[attribute].shape == (3,)
        assert ((good_scores[attribute] > 0) & (good_scores[attribute] < 1)).all()


def test_a_file_scores_as_its_pixels_do(run):
    file = image_file(file="PNG")
    pixels = tf.io.decode_png(file).numpy()
    from_pixels = run("serving_default", images=pixels[np.newaxis])
    from_file = run("predict_jpeg", image_bytes=[file])
    for attribute in ATTRIBUTES:
        np.testing.assert_array_equal(from_file[attribute], from_pixels[attribute])


def lying_on_its_side() -> Image.Image:
    return Image.open(io.BytesIO(GOOD[0])).transpose(Image.Transpose.ROTATE_90)


def on_transparent_white() -> Image.Image:
    """The first of `GOOD`, its black right half white under an alpha of 0."""
    image = Image.open(io.BytesIO(GOOD[0])).convert("RGBA")
    image.paste((255, 255, 255, 0), (20, 0, 40, 64))
    return image


def on_black() -> Image.Image:
    image = Image.open(io.BytesIO(GOOD[0]))
    image.paste("black", (20, 0, 40, 64))
    return image


@pytest.mark.parametrize(
    ("changed", "orientation", "same"),
    [
        (lying_on_its_side, 6, lambda: Image.open(io.BytesIO(GOOD[0]))),
        (on_transparent_white, 1, on_black),
    ],
    ids=["Exif orientation", "transparent"],
)
def test_images_are_scored_upright_and_on_black(run, changed, orientation, same):
    exif = Image.Exif()
    exif[0x0112] = orientation
    files = [png(changed(), exif=exif), png(same())]
    answer = run("predict_jpeg", image_bytes=files)
    for attribute in ATTRIBUTES:
        assert answer[attribute][0] == answer[attribute][1]


@pytest.mark.parametrize("kind", DECODABLE)
def test_every_kind_of_image_is_decoded_alone(run, kind):
    answer = run("predict_jpeg", image_bytes=[DECODABLE[kind]])
    assert answer["decoded"].tolist() == [True]
    assert all(np.isfinite(answer[attribute]).all() for attribute in ATTRIBUTES)


@pytest.mark.parametrize("kind", UNDECODABLE)
def test_a_bad_image_alone_is_answered_as_among_others(run, kind):
    answer = run("predict_jpeg", image_bytes=[UNDECODABLE[kind]])
    assert answer["decoded"].tolist() == [False]
    assert all(np.isnan(answer[attribute]).tolist() == [True] for attribute in ATTRIBUTES)


@pytest.mark.parametrize("kind", UNDECODABLE)
def test_a_bad_image_harms_no_other(run, good_scores, kind):
    answer = run("predict_jpeg", image_bytes=[*GOOD[:1], UNDECODABLE[kind], *GOOD[1:]])
    assert answer["decoded"].tolist() == [True, False, True, True]
    for attribute in ATTRIBUTES:
        assert np.isnan(answer[attribute][1])
        np.testing.assert_array_equal(np.delete(answer[attribute], 1), good_scores[attribute])


def test_bad_images_at_both_ends_leave_the_rows_in_order(run, good_scores):
    answer = run("predict_jpeg", image_bytes=[b"", *GOOD, b""])
    np.testing.assert_array_equal(answer["bald"][1:4], good_scores["bald"])
    assert np.isnan(answer["bald"][[0, 4]]).all()


@pytest.mark.parametrize(
    ("signature", "inputs"),
    [
        ("serving_default", {"images": np.zeros((0, 40, 40, 3), np.uint8)}),
        ("predict_jpeg", {"image_bytes": np.zeros((0,), "S1")}),
    ],
)
def test_an_empty_batch_gives_empty_scores(run, signature, inputs):
    answer = run(signature, **inputs)
    assert {values.shape for values in answer.values()} == {(0,)}


@pytest.mark.parametrize("shape", [(1, 1, 1, 3), (2, 15, 40, 3), (1, 0, 40, 3), (0, 9000, 9000, 3)])
def test_images_beyond_the_limits_are_refused(run, shape):
    with pytest.raises(tf.errors.InvalidArgumentError, match="Expected sides of at least 16"):
        run("serving_default", images=np.zeros(shape, np.uint8))


def test_only_the_outputs_asked_for_are_returned(run, good_scores):
    answer = run("predict_jpeg", ["t_shirt"], image_bytes=GOOD)
    assert list(answer) == ["t_shirt"]
    np.testing.assert_array_equal(answer["t_shirt"], good_scores["t_shirt"])


@pytest.mark.parametrize("attribute", sorted(ATTRIBUTES))
def test_an_attribute_has_a_signature_of_its_own(run, good_scores, attribute):
    answer = run(attribute, image_bytes=[*GOOD, b""])
    assert set(answer) == {attribute, "decoded"}
    np.testing.assert_array_equal(answer[attribute][:3], good_scores[attribute])
    assert answer["decoded"].tolist() == [True, True, True, False]


def test_decisions_are_scores_at_or_above_their_thresholds(run, good_scores):
    thresholds = ModelMetadata.from_json(run("metadata")["metadata"].item()).thresholds
    answer = run("decisions", image_bytes=[*GOOD, b""])
    for attribute in ATTRIBUTES:
        expected = [*(good_scores[attribute] >= thresholds[attribute]), False]
        assert answer[attribute].tolist() == expected
    assert answer["decoded"].tolist() == [True, True, True, False]


def test_features_are_the_trunks_last_block_averaged(run, workspace):
    trunk = tf.saved_model.load(
        workspace.path("trunks", "0001", saved_model_name("float32"))
    ).signatures
    files = [image_file(seed, file="PNG") for seed in range(3)]
    answer = run("features", image_bytes=[b"", *files])
    for row, file in enumerate(files, 1):
        image = tf.io.decode_png(file)[tf.newaxis]
        taps = trunk["taps"](trunk["preprocess"](image)["inputs"])
        last = taps[f"block{len(taps) - 1}"].numpy()
        np.testing.assert_allclose(answer["features"][row], last.mean((0, 1, 2)), rtol=1e-4)
    assert np.isnan(answer["features"][0]).all()
    assert answer["decoded"].tolist() == [False, True, True, True]


def test_no_image_gives_no_features(run):
    answer = run("features", image_bytes=np.zeros((0,), "S1"))
    assert len(answer["features"]) == len(answer["decoded"]) == 0


@pytest.mark.parametrize(("attribute", "graft_after"), [("male", 0), ("bald", 1), ("t_shirt", 3)])
def test_an_attribute_costs_its_branch_and_the_trunk_below(model_dir, attribute, graft_after):
    trunk_blocks, branch_blocks = graft_after + 1, 1  # of one convolution each
    for signature in (attribute, "predict_jpeg", "decisions"):
        found = _convolutions(model_dir, signature, [attribute])
        assert found == trunk_blocks + branch_blocks, signature


def test_a_trunk_is_computed_once_for_all_attributes(model_dir):
    assert _convolutions(model_dir, "predict_jpeg", ATTRIBUTES) == 4 + 3


def _convolutions(directory, signature_name, outputs):
    """How many convolutions a session runs for some outputs of a signature."""
    session, signatures = load_saved_model(directory)
    with session:
        signature = signatures[signature_name]
        metadata = RunMetadata()
        session.run(
            [signature.outputs[name].name for name in outputs],
            {signature.inputs["image_bytes"].name: GOOD},
            options=RunOptions(trace_level=RunOptions.FULL_TRACE),
            run_metadata=metadata,
        )
        labels = [
            node.timeline_label
            for device in metadata.step_stats.dev_stats
            for node in device.node_stats
        ]
        return sum(re.search(r"= \w*Conv2D\w*\(", label) is not None for label in labels)


def test_warm_up_requests_fit_every_signature_that_has_an_input(model_dir, servable, run):
    answered = set()
    for record in tf.data.TFRecordDataset(os.path.join(model_dir, warmup_requests.PATH)):
        request = PredictionLog.FromString(record.numpy()).predict_log.request
        spec = request.model_spec
        assert spec.name == "graftnet"
        assert servable.predict(spec.signature_name, request.inputs, limits=Limits()).outputs
        answered.add(spec.signature_name)
    assert answered == {name for name, it in servable.signatures.items() if it.inputs}


def test_metadata_comes_in_rows_for_servers_that_batch(run):
    document = run("metadata")["metadata"].item()
    assert run("metadata_rows", image_bytes=[b"", b"x"])["metadata"].tolist() == [document] * 2


def test_eager_loading_answers_alike(model_dir, good_scores):
    signatures = tf.saved_model.load(model_dir).signatures
    answer = signatures["predict_jpeg"](image_bytes=tf.constant(GOOD))
    for attribute in ATTRIBUTES:
        np.testing.assert_allclose(answer[attribute], good_scores[attribute], rtol=1e-6)
