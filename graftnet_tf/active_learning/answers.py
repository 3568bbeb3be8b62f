"""What people say of the images of a batch."""

import dataclasses
from collections.abc import Callable, Sequence

from graftnet_tf.active_learning.batch import Chosen
from graftnet_tf.errors import GraftNetError
from graftnet_tf.workspace.tasks import Task

UNSURE, BAD_CROP = "unsure", "bad crop"
ASIDE = (UNSURE, BAD_CROP)  # answers that are no label: the image is kept aside


@dataclasses.dataclass(frozen=True)
class Answer:
    """What somebody said of an image.

    Attributes:
      label: A class of the task, or one of `ASIDE`.
      by: Who, by number; None where that is not known, or the account was deleted.
    """

    label: str
    by: int | None = None


@dataclasses.dataclass(frozen=True)
class AnsweredImage:
    """An image of a batch, and what was said of it.

    Attributes:
      chosen: The image.
      answers: In the order in which they were given; none so far, perhaps.
      content: Function that gives the bytes of its file, or of a smaller one; None where neither
        is at hand.
      was_skipped: Whether somebody passed it over.
    """

    chosen: Chosen
    answers: Sequence[Answer]
    content: Callable[[], bytes] | None = None
    was_skipped: bool = False


def possible_answers(task: Task) -> list[str]:
    """The task's classes and `ASIDE`.

    Raises:
      GraftNetError: a class bears the name of an answer that is no label.
    """
    if taken := sorted(set(ASIDE) & set(task.classes)):
        raise GraftNetError(
            f"Task {task.name} has a class {taken[0]!r}, which as an answer keeps an image aside: "
            "fill batch.csv instead, or rename the class."
        )
    return [*task.classes, *ASIDE]
