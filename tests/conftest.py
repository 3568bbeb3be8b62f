"""How TensorFlow computes in tests, a model small enough for all of them, a trained workspace."""

import gc
import json
import logging
import os
import pathlib
from typing import Any

import pytest
import tensorflow as tf
from PIL import Image
from xdist.scheduler import LoadScopeScheduling

from graftnet_tf.workspace.tasks import Example, Task, write_task
from graftnet_tf.workspace.workspace import Workspace
from tests.trained_workspace import train_everything

COLOURS = {"bald": 0, "male": 1, "female": 2, "hat": 2}
GENDER = Task("gender", ("other", "male", "female"), {"male": "male", "female": "female"})
METADATA = {
    "model_version": "7",
    "tree": "0003",
    "trunk": {"version": "0002", "fingerprint": "f" * 64},
    "preprocessing": {"height": 24, "width": 16, "low": 0.0, "high": 1.0},
    "tasks": {
        task.name: {
            "classes": list(task.classes),
            "attributes": task.attributes,
            "branch_version": "0001",
            "graft_after": 5,
            "last_block": 7,
            "pooling": "gap",
        }
        for task in (Task.binary("bald"), GENDER, Task.binary("hat"))
    },
    "attributes": {
        "bald": {"task": "bald", "class": "positive", "threshold": 0.5},
        "male": {"task": "gender", "class": "male", "threshold": 0.5},
        "female": {"task": "gender", "class": "female", "threshold": 0.9},
        "hat": {"task": "hat", "class": "positive", "threshold": 0.5},
    },
}

ONE_THREAD = (
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
)


def pytest_configure():
    """Has TensorFlow, BLAS and OpenMP compute in one thread, in processes that this one starts.

    Sums of many threads may differ in their last bit on a busy machine; docs/promises.md. BLAS and
    OpenMP, whose threads would wait for one another, spinning, read it when they are loaded: too
    late for this process, in time for pytest's workers. By oneDNN, which TensorFlow does not take
    on every CPU, an image's features do not depend on its batch.
    """
    os.environ |= dict.fromkeys((*ONE_THREAD, "TF_ENABLE_ONEDNN_OPTS"), "1")


OURS = tuple(
    str(pathlib.Path(__file__).parents[1] / folder)
    for folder in ("graftnet_tf", "yolact_tf", "serving", "pipelines", "tests")
)


def refuse_deprecated_calls(record: logging.LogRecord) -> bool:
    """Fails a test in which one of our files calls what TensorFlow says is deprecated."""
    place = str(record.args[0]) if isinstance(record.args, tuple) and record.args else ""
    ours = "is deprecated" in str(record.msg) and place.startswith(OURS)
    assert not ours, record.getMessage()
    return True


tf.get_logger().addFilter(refuse_deprecated_calls)


def pytest_collection_finish():
    """Spares garbage collections what imports and collection made, which stays to the end."""
    gc.collect()
    gc.freeze()


class ColourModel(tf.Module):
    """Scores are the top left pixel's red, green and blue."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="image_bytes")])
    def predict_jpeg(self, image_bytes):
        decoded = tf.strings.substr(image_bytes, 1, 3) == b"PNG"
        tf.debugging.Assert(tf.reduce_any(decoded), ["No image can be decoded."])
        colours = tf.map_fn(
            lambda item: tf.cond(
                item[1],
                lambda: tf.cast(tf.io.decode_png(item[0], channels=3)[0, 0], tf.float32) / 255,
                lambda: tf.fill([3], float("nan")),
            ),
            (image_bytes, decoded),
            fn_output_signature=tf.TensorSpec([3], tf.float32),
        )
        scores = {name: colours[:, channel] for name, channel in COLOURS.items()}
        return {**scores, "decoded": decoded}

    @tf.function(input_signature=[])
    def metadata(self):
        return {"metadata": tf.constant(json.dumps(METADATA))}


# Folders whose tests share fixtures that take long to make: one process runs all of a row.
TOGETHER = (
    tuple(
        f"tests/graftnet_tf/{room}/" for room in ("archive_features", "branch", "mining", "trunk")
    ),
    ("tests/serving/composition/", "tests/serving/conformance/"),
)


class Together(LoadScopeScheduling):
    """Gives a module's tests to one process, and those of a row of `TOGETHER`."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return next((row[0] for row in TOGETHER if module.startswith(row)), module)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    return Together(config, log)


@pytest.fixture(scope="session")
def colour_model(tmp_path_factory):
    """Directory of a composed model: red is bald, green male, blue female and hat."""
    directory = str(tmp_path_factory.mktemp("model") / "7")
    model = ColourModel()
    signatures = {"predict_jpeg": model.predict_jpeg, "metadata": model.metadata}
    tf.saved_model.save(model, directory, signatures=signatures)
    return directory


@pytest.fixture
def colour_workspace(tmp_path):
    """Tasks bald (2 positives, 3 negatives), gender (4 images), cap, which has no branch.

    One negative of bald is also gender's male. Red of bald's positives is 200 and 100, of
    its negatives 150, 50 and 0: an AUC of 5/6.
    """
    os.makedirs(tmp_path / "images")

    def write(name: str, red: int, green: int, blue: int) -> str:
        Image.new("RGB", (20, 30), (red, green, blue)).save(tmp_path / "images" / name)
        return f"images/{name}"

    shared = write("shared.png", 0, 255, 0)
    bald = [
        (write("bald.png", 200, 9, 9), 1),
        (write("thin.png", 100, 9, 9), 1),
        (write("cap.png", 150, 9, 9), 0),
        (write("hair.png", 50, 9, 9), 0),
        (shared, 0),
    ]
    gender = [
        (shared, 1),
        (write("f.png", 0, 0, 255), 2),
        (write("g.png", 0, 0, 240), 2),
        (write("crowd.png", 0, 90, 90), 0),
    ]
    for task, rows in ((Task.binary("bald"), bald), (GENDER, gender), (Task.binary("cap"), bald)):
        examples = [Example(image, label, image) for image, label in rows]
        write_task(str(tmp_path / "tasks" / task.name), task, {"train": [], "test": examples})
    return Workspace(str(tmp_path))


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A trunk and three branches after a few steps each; read only."""
    return train_everything(str(tmp_path_factory.mktemp("trained") / "workspace"))
