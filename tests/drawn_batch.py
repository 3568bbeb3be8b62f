"""A published batch of drawn images."""

import hashlib
import pathlib
import shutil

from graftnet_tf.active_learning.batch import Batch, Chosen, write_batch
from graftnet_tf.workspace.tasks import Task
from tests.graftnet_tf.importers.conftest import write_image

UMBRELLA = Task.binary("umbrella")


def draw_batch(folder: pathlib.Path, count: int = 6, task: Task = UMBRELLA) -> tuple[str, Batch]:
    """FOLDER/batch of FOLDER/people/N.png; two of a snapshot, scores of 0, 1/count, ….

    Returns:
      Directory of the batch, and the batch.
    """
    images = []
    for number in range(count):
        path = folder / "people" / f"{number}.png"
        write_image(path, seed=number)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        chance, score = (number + 1) / 7, round(number / count, 6)
        images.append(Chosen(str(path), digest, f"s{number // 2}", "random", chance, score))
    attribute = next(iter(task.attributes))
    batch = Batch(task, images, {"attribute": attribute, "threshold": 0.5, "model": "4"})
    write_batch(str(folder / "batch"), batch)
    return str(folder / "batch"), batch


def move_archive(folder: pathlib.Path) -> None:
    """Has the batch's images be elsewhere."""
    shutil.move(folder / "people", folder / "elsewhere")
