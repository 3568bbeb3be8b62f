"""One task from what people answered of a batch's images."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

from graftnet_tf.active_learning.answers import ASIDE, AnsweredImage
from graftnet_tf.active_learning.batch_contents import read_chosen
from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.collection import Collection, Photo
from graftnet_tf.io.file_names import short_name
from graftnet_tf.io.image_fetching import UnreadableError
from graftnet_tf.workspace.tasks import Task

_DIGITS = 12  # of a hash in a file name
_LABELLED, _DIFFERENT, _MOVED = "labelled", "labelled differently", "moved or changed"
_SKIPPED, _UNLABELLED = "skipped", "not labelled yet"
_KINDS = (_LABELLED, *ASIDE, _DIFFERENT, _MOVED, _SKIPPED, _UNLABELLED)


def collection_of_answers(
    task: Task,
    images: Sequence[AnsweredImage],
    source: str,
    skipped: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
) -> Collection:
    """Labels that everybody agrees on, with each image's group and why it was chosen.

    Left out, with the reason: what somebody is unsure of or finds badly cropped, what is labelled
    differently, and what is neither at hand nor where it was. Images that nobody answered of are
    counted.

    Args:
      task: What is labelled.
      images: Of the batch.
      source: Where the answers are from, for messages.
      skipped: Reasons for what is no image of the batch.
      notes: What else there is to tell.

    Raises:
      GraftNetError: there is no label.
    """
    photos, reasons, counts = [], dict(skipped or {}), Counter[str]()
    for image in images:
        label, kind = _agreed(image)
        if label is not None:
            try:
                photos.append(_photo(task, image, label))
            except UnreadableError as error:
                kind = _MOVED
                reasons[image.chosen.image] = f"It has moved or changed: {error}"
        elif image.answers:
            why = "Kept aside" if kind in ASIDE else "Labelled differently"
            reasons[image.chosen.image] = f"{why}: {_told(image)}."
        counts[kind] += 1
    summary = ", ".join(f"{counts[kind]} {kind}" for kind in _KINDS if counts[kind])
    if not photos:
        raise GraftNetError(f"{source} has no label to import: of {len(images)} images, {summary}.")
    note = f"{len(images)} images of task {task.name}: {summary}."
    return Collection(task.name, [task], photos, reasons, [note, *notes])


def check_task(task: Task, named: Sequence[str], source: str) -> None:
    """Checks that a person who names the task names the one that is labelled.

    Raises:
      GraftNetError: it is another one.
    """
    if set(named) - {task.name}:
        raise GraftNetError(
            f"{source} labels task {task.name}; --task={','.join(named)} given. Leave the flag out."
        )


def _agreed(image: AnsweredImage) -> tuple[str | None, str]:
    """The class that all answers agree on, or none; and what the image counts as."""
    labels = {answer.label for answer in image.answers}
    if aside := [answer for answer in ASIDE if answer in labels]:
        return None, aside[-1]
    if len(labels) > 1:
        return None, _DIFFERENT
    if not labels:
        return None, _SKIPPED if image.was_skipped else _UNLABELLED
    return labels.pop(), _LABELLED


def _photo(task: Task, image: AnsweredImage, label: str) -> Photo:
    """The image with its label.

    Raises:
      UnreadableError: it is neither at hand nor where it was.
    """
    chosen, content = image.chosen, image.content
    if content is None or hashlib.sha256(content()).hexdigest() != chosen.sha256:
        content = None
        read_chosen(chosen)
    return Photo(
        source=chosen.image,
        name=f"{chosen.sha256[:_DIGITS]}-{short_name(chosen.image)}",
        group=chosen.group,
        labels={task.name: task.classes.index(label)},
        columns=chosen.columns,
        content=content,
    )


def _told(image: AnsweredImage) -> str:
    return ", ".join(
        answer.label if answer.by is None else f"{answer.label} by annotator {answer.by}"
        for answer in image.answers
    )
