"""A batch's images as tasks of Label Studio, with what the served head says of them."""

import os
from typing import Any

from absl import logging

from graftnet_tf.active_learning.batch import Batch, Chosen
from graftnet_tf.active_learning.batch_contents import batch_contents
from graftnet_tf.io import atomic_files
from graftnet_tf.label_studio.data_uris import data_uri
from graftnet_tf.label_studio.labelling_config import IMAGE, LABEL, labelling_config

SOURCE, CONTENT, GROUP, TASK = "source", "sha256", "group", "task"
TASKS_FILE, CONFIG_FILE = "tasks.json", "labelling_config.xml"


def label_studio_tasks(batch: Batch) -> list[dict[str, Any]]:
    """Tasks that Label Studio imports, in the batch's order.

    The data of each are its image as a data URI, where it lay, its hash and group, why it was
    chosen, and the task with its classes. What the head says is a prediction, with its score.

    Raises:
      GraftNetError: as for `batch_contents`.
    """
    tasks = []
    for chosen, content in batch_contents(batch):
        try:
            image = data_uri(content)
        except (OSError, SyntaxError, ValueError) as error:
            logging.warning("%s is left out: %s", chosen.image, error)
            continue
        data = {
            IMAGE: image,
            SOURCE: chosen.image,
            CONTENT: chosen.sha256,
            GROUP: chosen.group,
            **chosen.columns,
            TASK: batch.task.to_dict(),
        }
        tasks.append({"data": data, "predictions": _predictions(batch, chosen)})
    return tasks


def write_tasks(directory: str, batch: Batch) -> list[dict[str, Any]]:
    """Writes tasks.json and labelling_config.xml into a batch's directory.

    Returns:
      The tasks.

    Raises:
      GraftNetError: as for `label_studio_tasks` and `labelling_config`.
    """
    config = labelling_config(batch.task)
    tasks = label_studio_tasks(batch)
    atomic_files.write_json(os.path.join(directory, TASKS_FILE), tasks)
    atomic_files.write_text(os.path.join(directory, CONFIG_FILE), config)
    return tasks


def chosen_of(data: dict[str, Any]) -> Chosen:
    """The image that a task's data tell of.

    Raises:
      KeyError, TypeError, ValueError: they are not of a task that was written here.
    """
    return Chosen.of_cells({**data, "image": data[SOURCE]})


def _predictions(batch: Batch, chosen: Chosen) -> list[dict[str, Any]]:
    """What the head says: none where it has no score, or one that tells no class of several."""
    shown = batch.task.attributes.get(batch.facts.get("attribute", ""))
    if chosen.score is None or shown is None:
        return []
    others = [name for name in batch.task.classes if name != shown]
    told = [shown] if chosen.score >= batch.facts["threshold"] else others
    if len(told) > 1:
        return []
    choice = {
        "from_name": LABEL,
        "to_name": IMAGE,
        "type": "choices",
        "value": {"choices": told},
    }
    version = f"graftnet-{batch.facts['model']}"
    return [{"model_version": version, "score": chosen.score, "result": [choice]}]
