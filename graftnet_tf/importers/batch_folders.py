"""One task from a batch whose images were moved into the folders of their classes."""

from collections.abc import Sequence

from graftnet_tf.active_learning.batch import read_batch
from graftnet_tf.active_learning.batch_folders import read_folders
from graftnet_tf.importers.answered_images import check_task, collection_of_answers
from graftnet_tf.importers.classes import Reporting
from graftnet_tf.importers.collection import Collection


def scan(source: str, tasks: Sequence[str] = (), reporting: Reporting = Reporting()) -> Collection:
    """Finds what was labelled; groups and probabilities are the batch's.

    Args:
      source: A batch's folder, exported with --export=folders.
      tasks: The name of the task, or none.
      reporting: Not looked at: the batch tells the task.

    Returns:
      As `collection_of_answers`.

    Raises:
      GraftNetError: as for `read_batch`, `read_folders` and `collection_of_answers`.
    """
    batch = read_batch(source)
    check_task(batch.task, tasks, source)
    images, foreign = read_folders(source, batch)
    return collection_of_answers(batch.task, images, source, foreign)
