"""What every importer finds in its source: photos, each labelled for some tasks."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from graftnet_tf.workspace.tasks import Task


@dataclasses.dataclass(frozen=True)
class Photo:
    """One photo of a source.

    Attributes:
      source: Path or URL.
      name: File name, folders allowed, that its copy gets; unique in its collection.
      group: What must stay on one side of any split; None for the image and its copies alone.
      labels: Class index by task name; the photo is no example of a task not named.
      split: "train" or "test" where the source says so, None where it is to be drawn.
      cut: Function from the decoded photo, uint8 [H, W, 3], to the person to keep, uint8 [h, w, 3];
        None when the photo is taken whole.
      columns: What else the source says of it, by name: `camera`, `site`.
      content: Function that gives the bytes of its file; None where they are read from `source`.
    """

    source: str
    name: str
    group: str | None
    labels: Mapping[str, int]
    split: str | None = None
    cut: Callable[[np.ndarray], np.ndarray] | None = None
    columns: Mapping[str, str] = dataclasses.field(default_factory=dict)
    content: Callable[[], bytes] | None = None


@dataclasses.dataclass(frozen=True)
class Collection:
    """What a source holds.

    Attributes:
      name: Name of the folder below WORKSPACE/images that the copies go to.
      tasks: Those that the photos are labelled for.
      photos: Photos in a fixed order.
      skipped: Reason for each photo that cannot be labelled, by source.
      notes: What was taken for granted in reading the source, a sentence each.
      alike_together: Whether images that look alike join one group: the source shows people
        several times and does not say whom.
      split_leaks: Whether the source's own split has groups on both sides, which is then kept
        as it is and told, not refused.
    """

    name: str
    tasks: list[Task]
    photos: list[Photo]
    skipped: Mapping[str, str] = dataclasses.field(default_factory=dict)
    notes: Sequence[str] = ()
    alike_together: bool = False
    split_leaks: bool = False
