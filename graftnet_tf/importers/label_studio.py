"""One task from a project of Label Studio, or from its JSON export."""

import re
from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from graftnet_tf.active_learning.answers import AnsweredImage
from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.answered_images import check_task, collection_of_answers
from graftnet_tf.importers.classes import Reporting
from graftnet_tf.importers.collection import Collection
from graftnet_tf.io import atomic_files
from graftnet_tf.label_studio.agreement import Agreement, agreements
from graftnet_tf.label_studio.annotations import read_annotations
from graftnet_tf.label_studio.client import LabelStudio
from graftnet_tf.label_studio.push import RECORD_FILE, Project, read_project

_ADDRESS = re.compile(r"(https?://.+?)/projects/(\d+)(?:[/?#].*)?")


def scan(source: str, tasks: Sequence[str] = (), reporting: Reporting = Reporting()) -> Collection:
    """Finds what the annotators agree on; groups and probabilities are the batch's.

    Args:
      source: A JSON export; or, to have it from the API, the folder of a batch that was pushed, or
        a project's address, `http://localhost:8080/projects/3`.
      tasks: The name of the task, or none.
      reporting: Not looked at: the export tells the task.

    Returns:
      As `collection_of_answers`; its notes tell how far annotators agree.

    Raises:
      GraftNetError: as for `LabelStudio`, `read_annotations` and `collection_of_answers`, or the
        source is none of these.
    """
    export, place = _export(source)
    task, images = read_annotations(export, place)
    check_task(task, tasks, place)
    notes = [*map(_told, agreements(images)), *_of_deleted(images)]
    return collection_of_answers(task, images, place, notes=notes)


def _export(source: str) -> tuple[Any, str]:
    """The parsed export, and where it is from."""
    if address := _ADDRESS.fullmatch(source):
        project: Project | None = Project(address[1], int(address[2]))
    elif not tf.io.gfile.isdir(source):
        return atomic_files.read_json(source), source
    else:
        project = read_project(source)
    if project is None:
        raise GraftNetError(
            f"{source} has no {RECORD_FILE}: push it with graftnet-collect --push, or name a JSON "
            "export of Label Studio's, or a project's address."
        )
    with LabelStudio(project.url) as studio:
        return studio.export(project.number), project.address


def _told(agreement: Agreement) -> str:
    first, second = agreement.annotators
    kappa = "undefined" if agreement.kappa is None else f"{agreement.kappa:.2f}"
    return (
        f"Annotators {first} and {second} both gave a class to {agreement.images} images, the same "
        f"to {agreement.alike}: Cohen's κ {kappa}."
    )


def _of_deleted(images: Sequence[AnsweredImage]) -> list[str]:
    count = sum(answer.by is None for image in images for answer in image.answers)
    told = f"{count} answers are by deleted users, who count as others than all who are known."
    return [told] if count else []
