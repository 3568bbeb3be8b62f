"""Tests of crops as a poor camera gives them."""

import io

import numpy as np
from PIL import Image

from graftnet_tf.io import atomic_files
from graftnet_tf.workspace.example import Example
from graftnet_tf.workspace.tasks import Task, write_task
from graftnet_tf.workspace.workspace import Workspace
from tests.benchmarks.evidence.drawn.spoiling import HEIGHT, spoil, spoil_task


def crop():
    """A JPEG of 112×40: the left half red, the right half removed background."""
    pixels = np.zeros((4 * HEIGHT, 40, 3), np.uint8)
    pixels[:, :20] = 200, 40, 40
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=95)
    return stream.getvalue()


def test_a_spoilt_crop_has_its_size_no_colour_and_noise_where_the_person_is():
    spoilt = np.asarray(Image.open(io.BytesIO(spoil(crop(), np.random.default_rng(0)))), float)
    assert spoilt.shape == (4 * HEIGHT, 40, 3)
    assert np.ptp(spoilt, axis=-1).max() <= 2
    person, background = spoilt[:, :15], spoilt[:, 25:]
    assert 10 < person.std() < 40
    assert abs(person.mean() - (0.299 * 200 + 0.701 * 40)) < 8  # luma of ITU-R BT.601
    assert background.mean() < 4


def test_a_spoilt_task_lists_the_files_as_they_are_and_comes_out_the_same(tmp_path):
    found = []
    for name in ("one", "other"):
        workspace = Workspace(str(tmp_path / name), create=True)
        atomic_files.write_bytes(workspace.path("a.jpg"), crop())
        train = [Example("a.jpg", 1, "g")]
        write_task(workspace.path("tasks", "hat"), Task.binary("hat"), {"train": train})
        spoil_task(workspace, "hat", seed=3)
        found.append(atomic_files.sha256(workspace.path("a.jpg")))
        (example,) = workspace.examples("hat", "train")
        assert (example.content, example.label, example.group) == (found[-1], 1, "g")
    assert found[0] == found[1]
