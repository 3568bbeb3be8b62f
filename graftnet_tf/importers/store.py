"""Writing a collection into a workspace: its pictures first, then its tasks."""

import csv
import dataclasses
import io
import os

import tensorflow as tf

from graftnet_tf import files
from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.collection import Collection, Photo
from graftnet_tf.importers.fetch import fetch, is_web
from graftnet_tf.importers.split import assign_splits
from graftnet_tf.pictures import UnreadablePictureError, decode, process_all
from graftnet_tf.tasks import SPLITS, Example, Task, write_task
from graftnet_tf.workspace import Workspace

JPEG_QUALITY = 95


@dataclasses.dataclass(frozen=True)
class Imported:
    """One task as it was written.

    Attributes:
      task: what it labels.
      examples: by split.
      skipped: reason for each picture left out, by source; also in skipped.csv.
    """

    task: Task
    examples: dict[str, list[Example]]
    skipped: dict[str, str]


def import_tasks(
    workspace: Workspace,
    collection: Collection,
    *,
    test_fraction: float = 0.2,
    seed: int = 0,
    overwrite: bool = False,
    copy: bool = True,
) -> list[Imported]:
    """Checks every picture of a collection, copies it and writes the tasks.

    Pictures go to WORKSPACE/pictures/NAME, people cut out as JPEG, others as the very bytes
    of the source. A picture that cannot be decoded is left out and listed in skipped.csv
    (columns image, reason) beside the task. Tasks are published when all pictures are.

    Args:
      workspace: to write to.
      collection: what an importer found.
      test_fraction: share of the groups, in 0…1, to draw for test where the source has no
        split of its own.
      seed: of the draw.
      overwrite: replace tasks that exist, with all that is in their folders.
      copy: when false, pictures taken whole stay where they are and are named by their
        path; those from the web are copied all the same.

    Returns:
      What was written, per task.

    Raises:
      GraftNetError: a task exists and `overwrite` is false, the source puts a group on both
        sides of its split, or no picture is readable.
    """
    existing = [task.name for task in collection.tasks if task.name in workspace.task_names()]
    if existing and not overwrite:
        raise GraftNetError(
            f"Tasks {', '.join(existing)} exist already in {workspace.root}. "
            "Replace them with --overwrite, or name others with --tasks."
        )
    splits = assign_splits(collection.photos, test_fraction=test_fraction, seed=seed)
    stored = _store_pictures(workspace, collection, copy)
    unreadable = [path for path in stored if isinstance(stored[path], UnreadablePictureError)]
    if len(unreadable) == len(stored):
        raise GraftNetError(
            f"None of the {len(stored)} pictures is readable; "
            f"the first, {unreadable[0]}: {stored[unreadable[0]]}"
        )
    results = [_labelled(collection, task, stored, splits) for task in collection.tasks]
    for imported in results:
        _publish(workspace, imported)
    return results


def _store_pictures(
    workspace: Workspace, collection: Collection, copy: bool
) -> dict[str, str | UnreadablePictureError]:
    """`image` of the examples, or why there is none, by source."""
    photos = {photo.source: photo for photo in collection.photos}

    def store(source: str) -> str:
        photo = photos[source]
        data = _checked(fetch(source), photo)
        if not copy and photo.cut is None and not is_web(source):
            return source if "://" in source else os.path.abspath(source)
        image = os.path.join("pictures", collection.name, photo.name)
        with files.replacing(workspace.path(image)) as aside, tf.io.gfile.GFile(aside, "wb") as f:
            f.write(data)
        return image

    return dict(process_all(photos, store, description="Importing"))


def _checked(data: bytes, photo: Photo) -> bytes:
    """The bytes to keep of a photo; they can be decoded."""
    image = decode(data).numpy()
    if photo.cut is None:
        return data
    person = tf.io.encode_jpeg(
        photo.cut(image), quality=JPEG_QUALITY, chroma_downsampling=False
    ).numpy()
    decode(person)
    return person


def _labelled(
    collection: Collection,
    task: Task,
    stored: dict[str, str | UnreadablePictureError],
    splits: dict[str, str],
) -> Imported:
    """The examples of one task."""
    examples: dict[str, list[Example]] = {split: [] for split in SPLITS}
    skipped = dict(collection.skipped)
    for photo in collection.photos:
        if task.name not in photo.labels:
            continue
        image = stored[photo.source]
        if isinstance(image, UnreadablePictureError):
            skipped[photo.source] = str(image)
        else:
            example = Example(image, photo.labels[task.name], photo.group)
            examples[splits[photo.source]].append(example)
    return Imported(task, examples, skipped)


def _publish(workspace: Workspace, imported: Imported) -> None:
    """Writes a task's folder, in place of the one there may be."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("image", "reason"))
    writer.writerows(imported.skipped.items())
    with files.replacing_directory(workspace.path("tasks", imported.task.name)) as directory:
        files.write_text(os.path.join(directory, "skipped.csv"), text.getvalue())
        write_task(directory, imported.task, imported.examples)
