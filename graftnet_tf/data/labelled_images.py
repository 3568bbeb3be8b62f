"""The images of one or more tasks, of which none is read yet, with each task's examples."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from graftnet_tf.data.content_hashes import content_hashes
from graftnet_tf.data.fingerprints import data_hash, input_name
from graftnet_tf.data.image_reader import ImageReader
from graftnet_tf.data.labelled_rows import LabelledRows
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.workspace.task_split import TaskSplit


@dataclasses.dataclass(frozen=True)
class LabelledImages:
    """Training images and what they show.

    Attributes:
      reader: Reads the images.
      tasks: One per task, in the order asked for.
      inputs: Hash of each task's data, see `data_hash`.
    """

    reader: ImageReader
    tasks: list[LabelledRows]
    inputs: dict[str, str]


def label(splits: Sequence[TaskSplit], preprocessing: Preprocessing) -> LabelledImages:
    """The examples of some tasks together; images whose hash the lists have are not opened.

    Args:
      splits: The tasks' train splits.
      preprocessing: Preprocessing that gives the images' size.
    """
    return _labelled(splits, content_hashes(splits), preprocessing)


def label_each(
    splits: Sequence[TaskSplit], preprocessing: Preprocessing
) -> dict[str, LabelledImages]:
    """As `label` of each task alone, by name."""
    each = zip(splits, content_hashes(splits), strict=True)
    return {split.task.name: _labelled([split], [own], preprocessing) for split, own in each}


def _labelled(
    splits: Sequence[TaskSplit], contents: Sequence[np.ndarray], preprocessing: Preprocessing
) -> LabelledImages:
    paths = [split.paths for split in splits]
    reader = ImageReader(paths, np.concatenate(contents), preprocessing)
    tasks, inputs, first = [], {}, 0
    for split, own in zip(splits, contents, strict=True):
        rows, examples = np.arange(first, first + len(own)), split.examples
        tasks.append(
            LabelledRows(
                split.task, reader, rows, examples.labels, examples.groups, examples.group_names
            )
        )
        inputs[input_name(split.task.name)] = data_hash(split, own)
        first += len(own)
    return LabelledImages(reader, tasks, inputs)
