"""Workspaces of drawn noise: a few image files, and lists of any length that name them in turn."""

import hashlib
import io
import os

import numpy as np
from PIL import Image

from graftnet_tf.workspace.example import Example
from graftnet_tf.workspace.tasks import Task, write_task
from graftnet_tf.workspace.workspace import Workspace

HEIGHT, WIDTH = 160, 80
_PATCH = 8  # pixels of one colour before the noise
_QUALITY = 90
_TASK = Task.binary("noise")


def draw_images(directory: str, count: int, seed: int) -> dict[str, str]:
    """Writes JPEG files of about 5 KB, those of a former call as they were.

    Args:
      directory: Where they go; made when absent.
      count: How many.
      seed: Random seed.

    Returns:
      Hex SHA-256 by path.
    """
    os.makedirs(directory, exist_ok=True)
    hashes = {}
    for number in range(count):
        path = os.path.join(directory, f"{number:06d}.jpg")
        data = _jpeg(np.random.default_rng([seed, number]))
        with open(path, "wb") as file:
            file.write(data)
        hashes[path] = hashlib.sha256(data).hexdigest()
    return hashes


def make_workspace(root: str, images: dict[str, str], rows: int) -> Workspace:
    """A workspace with one binary task of `rows` training examples, each a group of its own.

    Args:
      root: Directory of the workspace; made when absent.
      images: Hex SHA-256 by path; rows beyond their number name them again.
      rows: How many; every tenth is positive.
    """
    workspace, files = Workspace(root, create=True), list(images.items())
    examples = (
        Example(path, int(row % 10 == 0), f"person-{row:07d}", content)
        for row in range(rows)
        for path, content in [files[row % len(files)]]
    )
    write_task(workspace.path("tasks", _TASK.name), _TASK, {"train": examples})
    return workspace


def make_in(directory: str, files: int, seed: int) -> Workspace:
    """A workspace below a directory, with a row for each of some new image files there."""
    images = draw_images(os.path.join(directory, "images"), files, seed)
    return make_workspace(os.path.join(directory, "workspace"), images, files)


def _jpeg(random: np.random.Generator) -> bytes:
    coarse = random.integers(0, 256, (HEIGHT // _PATCH, WIDTH // _PATCH, 3), dtype=np.uint8)
    drawn = np.asarray(Image.fromarray(coarse).resize((WIDTH, HEIGHT)), np.float32)
    noisy = drawn + random.normal(0, 6, drawn.shape)
    file = io.BytesIO()
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
