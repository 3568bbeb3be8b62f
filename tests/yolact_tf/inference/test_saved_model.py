"""What is served is what the Python path finds."""

import io
import json

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from tests.yolact_tf.fake_network import Figure, fake_segmenter
from yolact_tf.inference.people_finder import CropStyle, PeopleFinder
from yolact_tf.inference.saved_model import export
from yolact_tf.ops.crops import letterbox

FIGURES = (Figure((0, 0, 5, 8), 0.9), Figure((4, 0, 8, 8), 0.6, area=(4, 2, 8, 7)))
STYLE = CropStyle(margin=0.1, fill=(9, 8, 7))
CROP = (24, 20)


@pytest.fixture(scope="module")
def segmenter():
    return fake_segmenter(*FIGURES, max_people=3)


@pytest.fixture(scope="module")
def directory(segmenter, tmp_path_factory):
    path = str(tmp_path_factory.mktemp("served") / "1")
    export(segmenter, path, STYLE, CROP, version="1")
    return path


@pytest.fixture(scope="module")
def signatures(directory):
    return tf.saved_model.load(directory).signatures


def image(height, width, seed=0):
    return np.random.default_rng(seed).integers(1, 256, (height, width, 3), np.uint8)


def png(pixels):
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "PNG")
    return data.getvalue()


def numbers(outputs):
    return {name: values.numpy() for name, values in outputs.items()}


def assert_found(row, people):
    """One image's outputs are these people's and zero beyond."""
    assert row["count"] == len(people)
    for place, person in enumerate(people):
        assert tuple(row["boxes"][place]) == person.box
        assert row["scores"][place] == pytest.approx(person.score, abs=1e-6)
        np.testing.assert_array_equal(row["crops"][place], letterbox(person.crop, *CROP))
    for name in ("boxes", "scores", "classes", "masks", "crops"):
        assert not row[name][len(people) :].any()


def test_images_are_served_as_found_in_python(segmenter, signatures):
    images = np.stack([image(64, 96), np.zeros((64, 96, 3), np.uint8), image(64, 96, 1)])
    served = numbers(signatures["serving_default"](images=tf.constant(images)))
    people = PeopleFinder(segmenter, STYLE)(list(images))
    assert [len(some) for some in people] == [2, 0, 2]
    for number, some in enumerate(people):
        assert_found({name: values[number] for name, values in served.items()}, some)
    assert served["crops"].shape == (3, 3, *CROP, 3)
    assert served["masks"].shape == (3, 3, 16, 16)
    assert served["masks"].max() == 1
    assert served["masks"].sum(axis=1).max() == 1


def test_files_of_any_size_go_together_and_a_bad_one_harms_no_other(segmenter, signatures):
    images = [image(48, 80), image(120, 40, 1), image(64, 64, 2)]
    data = [png(images[0]), b"no image", png(images[1]), png(images[2])[:50], b""]
    served = numbers(signatures["detect_jpeg"](image_bytes=tf.constant([*data, png(images[2])])))
    assert served["decoded"].tolist() == [True, False, True, False, False, True]
    assert served["sizes"].tolist() == [[48, 80], [0, 0], [120, 40], [0, 0], [0, 0], [64, 64]]
    found = iter(PeopleFinder(segmenter, STYLE)(images))
    for number, decoded in enumerate(served["decoded"]):
        row = {name: values[number] for name, values in served.items()}
        assert_found(row, next(found) if decoded else [])
    alone = numbers(signatures["detect_jpeg"](image_bytes=tf.constant([png(images[1])])))
    for name, values in alone.items():
        np.testing.assert_array_equal(values[0], served[name][2])


def test_a_jpeg_is_served_upright(signatures):
    data = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(image(40, 80)).save(data, "JPEG", exif=exif)
    served = signatures["detect_jpeg"](image_bytes=tf.constant([data.getvalue()]))
    assert served["sizes"].numpy().tolist() == [[80, 40]]
    assert served["boxes"][0, 0].numpy().tolist() == [0, 0, 25, 80]


@pytest.mark.parametrize("data", [[], [b"bad"]])
def test_batches_without_an_image(signatures, data):
    served = numbers(signatures["detect_jpeg"](image_bytes=tf.constant(data, tf.string)))
    assert served["count"].tolist() == [0] * len(data)
    assert served["crops"].shape == (len(data), 3, *CROP, 3)
    assert not any(values.any() for values in served.values())


def test_images_too_small_are_refused(signatures):
    with pytest.raises(tf.errors.InvalidArgumentError, match="at least 16"):
        signatures["serving_default"](images=tf.zeros([1, 1, 1, 3], tf.uint8))


def test_it_describes_itself(segmenter, signatures):
    document = json.loads(signatures["metadata"]()["metadata"].numpy())
    assert document["classes"] == ["person"]
    assert document["model_version"] == "1"
    assert document["selection"]["max_people"] == 3
    assert document["crops"] == {"height": 24, "width": 20, "margin": 0.1, "fill": [9, 8, 7]}
    assert document["fingerprint"] == segmenter.fingerprint()


def test_only_core_ops(directory):
    saved = SavedModel()
    with open(f"{directory}/saved_model.pb", "rb") as file:
        saved.ParseFromString(file.read())
    graph = saved.meta_graphs[0].graph_def
    ops = {node.op for node in graph.node}
    names = {function.signature.name for function in graph.library.function}
    ops |= {node.op for function in graph.library.function for node in function.node_def}
    assert "PaddedBatchDatasetV2" in ops
    assert not [op for op in ops - names if "PyFunc" in op or not hasattr(tf.raw_ops, op)]
