"""A batch's tasks to a project of Label Studio, each image once however often that is run."""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from graftnet_tf.active_learning.batch import Batch
from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files, output_folder
from graftnet_tf.label_studio.client import LabelStudio
from graftnet_tf.label_studio.labelling_config import labelling_config
from graftnet_tf.label_studio.tasks import CONTENT

RECORD_FILE = "label_studio.json"
_PART_BYTES = 4 << 20
_TITLE_CHARACTERS = 50
_KEY_DIGITS = 12


class Project(NamedTuple):
    """Where a batch is labelled.

    Attributes:
      url: Label Studio's address.
      number: Number of the project there.
    """

    url: str
    number: int

    @property
    def address(self) -> str:
        return f"{self.url}/projects/{self.number}"


class Pushed(NamedTuple):
    """What a push did.

    Attributes:
      project: Where the tasks are.
      new: Tasks that were added.
      there: Tasks that were there already.
    """

    project: Project
    new: int
    there: int


def push(directory: str, batch: Batch, tasks: Sequence[dict[str, Any]], url: str) -> Pushed:
    """Creates a batch's project, or goes on with it, and adds the tasks that it lacks.

    The project is found again by label_studio.json beside the batch, and by its title, which names
    the images. What it has is asked of it, so that a push that was killed goes on.

    Args:
      directory: Of the batch.
      batch: What is there.
      tasks: Of `label_studio_tasks`.
      url: Label Studio's address.

    Raises:
      GraftNetError: the batch was pushed to another address, another job pushes it, or Label Studio
        cannot be reached or refuses.
    """
    with output_folder.held(directory), LabelStudio(url) as studio:
        project = read_project(directory)
        if project is None:
            title = _title(batch)
            number = studio.project_of_title(title)
            if number is None:
                number = studio.create_project(title, labelling_config(batch.task))
            project = Project(studio.url, number)
            atomic_files.write_json(os.path.join(directory, RECORD_FILE), project._asdict())
        elif project.url != studio.url:
            raise GraftNetError(
                f"{directory} was pushed to {project.address}; remove its {RECORD_FILE} to push it "
                f"to {studio.url} too."
            )
        there = {data.get(CONTENT) for data in studio.data(project.number)}
        lacking = [task for task in tasks if task["data"][CONTENT] not in there]
        for part in _parts(lacking):
            studio.import_tasks(project.number, part)
        return Pushed(project, len(lacking), len(tasks) - len(lacking))


def read_project(directory: str) -> Project | None:
    """Where a batch was pushed to; None where it was not.

    Raises:
      GraftNetError: what tells that is damaged.
    """
    path = os.path.join(directory, RECORD_FILE)
    if not tf.io.gfile.exists(path):
        return None
    try:
        return Project(**atomic_files.read_json(path))
    except TypeError:
        raise GraftNetError(
            f"{path} is damaged: remove it, and push the batch again; the project is found."
        ) from None


def _title(batch: Batch) -> str:
    """Names the task, and the images by a hash of theirs."""
    named = json.dumps([batch.task.to_dict(), *(chosen.sha256 for chosen in batch.images)])
    key = hashlib.sha256(named.encode()).hexdigest()[:_KEY_DIGITS]
    return f"{batch.task.name[: _TITLE_CHARACTERS - _KEY_DIGITS - 1]} {key}"


def _parts(tasks: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Tasks in parts of some `_PART_BYTES` bytes."""
    part: list[dict[str, Any]] = []
    size = 0
    for task in tasks:
        part.append(task)
        size += len(json.dumps(task))
        if size >= _PART_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part
