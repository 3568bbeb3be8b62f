"""What Label Studio's JSON export says of a batch's images."""

import functools
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from graftnet_tf.active_learning.answers import Answer, AnsweredImage, possible_answers
from graftnet_tf.errors import GraftNetError
from graftnet_tf.label_studio.data_uris import content_of
from graftnet_tf.label_studio.labelling_config import IMAGE, LABEL
from graftnet_tf.label_studio.tasks import CONTENT, TASK, chosen_of
from graftnet_tf.workspace.tasks import Task


class Annotated(NamedTuple):
    """A project as it is annotated.

    Attributes:
      task: What is labelled.
      images: In the export's order; an image that two of its tasks have, once.
    """

    task: Task
    images: list[AnsweredImage]


def read_annotations(export: Any, source: str) -> Annotated:
    """Reads an export of a project that was pushed, or made of tasks.json.

    Args:
      export: The parsed JSON.
      source: Where it is from, for messages.

    Raises:
      GraftNetError: it is of another project, in another format or of several tasks, or has labels
        that the task does not know, or that another configuration gave.
    """
    tasks = _tasks(export, source)
    task = _task(tasks, source)
    _check_labels(tasks, task, source)
    images: dict[str, AnsweredImage] = {}
    for one in tasks:
        image = _image(one, source)
        if (before := images.get(image.chosen.sha256)) is not None:
            image = AnsweredImage(
                before.chosen,
                [*before.answers, *image.answers],
                before.content,
                before.was_skipped or image.was_skipped,
            )
        images[image.chosen.sha256] = image
    return Annotated(task, list(images.values()))


def _tasks(export: Any, source: str) -> list[dict[str, Any]]:
    if not isinstance(export, list) or not all(isinstance(one, dict) for one in export):
        raise GraftNetError(f"{source} is no export of Label Studio; expected its format JSON.")
    if not export:
        raise GraftNetError(f"{source} has no tasks: push or import them, and label some.")
    if not all(isinstance(one.get("annotations"), list) for one in export):
        raise GraftNetError(
            f"{source} does not tell who labelled what; expected Label Studio's format JSON, not "
            "JSON-MIN or another."
        )
    foreign = [one for one in export if not {IMAGE, CONTENT, TASK} <= set(one.get("data") or {})]
    if foreign:
        raise GraftNetError(
            f"{source} has {len(foreign)} of {len(export)} tasks that graftnet-collect did not "
            f"write, the first with the number {foreign[0].get('id')}: expected an export of the "
            "batch's own project."
        )
    return export


def _task(tasks: Sequence[dict[str, Any]], source: str) -> Task:
    first = tasks[0]["data"][TASK]
    try:
        other = next((d for one in tasks if (d := one["data"][TASK]) != first), None)
        if other is not None:
            raise GraftNetError(
                f"{source} has images of the tasks {first['name']} and {other['name']}; expected "
                "those of one task with one set of classes."
            )
        return Task.from_dict(first)
    except (KeyError, TypeError, ValueError):
        raise GraftNetError(
            f"{source} does not tell the task's classes as graftnet-collect wrote them."
        ) from None


def _check_labels(tasks: Sequence[dict[str, Any]], task: Task, source: str) -> None:
    """Checks that every label is one that was asked for."""
    found = Counter(answer.label for one in tasks for answer in _answers(one, source))
    known = possible_answers(task)
    if unknown := {label: count for label, count in found.items() if label not in known}:
        told = ", ".join(f"{label!r} ({count} times)" for label, count in unknown.items())
        raise GraftNetError(
            f"{source} has labels {told}; task {task.name} has {', '.join(known)}. Correct them in "
            "Label Studio, or label another task."
        )


def _image(one: dict[str, Any], source: str) -> AnsweredImage:
    try:
        chosen = chosen_of(one["data"])
    except (KeyError, TypeError, ValueError) as error:
        raise GraftNetError(
            f"{source}, task {one.get('id')}, is not as graftnet-collect wrote it ({error!r})."
        ) from None
    return AnsweredImage(
        chosen,
        _answers(one, source),
        functools.partial(content_of, str(one["data"][IMAGE])),
        any(annotation.get("was_cancelled") for annotation in one["annotations"]),
    )


def _answers(one: dict[str, Any], source: str) -> list[Answer]:
    """The answers of a task's annotations that were submitted, in their order."""
    answers = []
    try:
        for annotation in sorted(one["annotations"], key=lambda some: some["id"]):
            if annotation.get("was_cancelled"):
                continue
            for result in annotation["result"]:
                if result["from_name"] != LABEL:
                    raise KeyError(LABEL)
                [label] = result["value"]["choices"]
                answers.append(Answer(str(label), _annotator(annotation["completed_by"])))
    except (KeyError, TypeError, ValueError):
        raise GraftNetError(
            f"{source}, task {one.get('id')}, was annotated with another labelling configuration; "
            "expected one choice for each image, as graftnet-collect wrote it."
        ) from None
    return answers


def _annotator(completed_by: Any) -> int | None:
    """A user's number; None for a user who was deleted. Names are not kept."""
    if isinstance(completed_by, dict):
        return completed_by["id"]
    return completed_by
