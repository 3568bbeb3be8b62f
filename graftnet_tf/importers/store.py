"""Writing a collection into a workspace: its images first, then its tasks."""

import dataclasses
import hashlib
import os
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import tensorflow as tf

from graftnet_tf.data.image_loading import UnreadableImageError, attempt, decode, process_parts
from graftnet_tf.data.joint_decoding import decode_each
from graftnet_tf.data.near_duplicates import Look, look, near_duplicate_groups
from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.collection import Collection, Photo
from graftnet_tf.importers.fetch import fetch, is_web
from graftnet_tf.importers.joined_groups import joined
from graftnet_tf.importers.repeated_images import conflicts, joint_groups, repeated_in_train
from graftnet_tf.importers.split import assign_splits
from graftnet_tf.io import atomic_files
from graftnet_tf.io.csv_tables import to_csv
from graftnet_tf.workspace.tasks import (
    NEAR_DUPLICATES_COLUMNS,
    NEAR_DUPLICATES_FILE,
    SPLITS,
    Example,
    Task,
    write_task,
)
from graftnet_tf.workspace.workspace import Workspace

JPEG_QUALITY = 95
_AT_ONCE = 32  # images of one thread


@dataclasses.dataclass(frozen=True)
class Imported:
    """One task as it was written.

    Attributes:
      task: What it labels.
      examples: Examples by split.
      skipped: Reason for each image left out, by source; also in skipped.csv.
      near_duplicates: Groups of images that look alike and are on both sides of the split,
        by `near_duplicate_groups`; of each the split by source; also in near_duplicates.csv.
    """

    task: Task
    examples: dict[str, list[Example]]
    skipped: dict[str, str]
    near_duplicates: list[dict[str, str]]


@dataclasses.dataclass(frozen=True)
class _Stored:
    """An image as it was stored.

    Attributes:
      image: `image` of an example.
      content: Sha256 of the bytes of that file.
      digest: Sha256 of the bytes of the source, of which it may be a part.
      look: How it looks.
    """

    image: str
    content: str
    digest: str
    look: Look


def import_tasks(
    workspace: Workspace,
    collection: Collection,
    *,
    test_fraction: float = 0.2,
    seed: int = 0,
    overwrite: bool = False,
    copy: bool = True,
) -> list[Imported]:
    """Checks every image of a collection, copies it and writes the tasks.

    Images go to WORKSPACE/images/NAME, people cut out as JPEG, others as the very bytes
    of the source. What is left out is listed in skipped.csv (columns image, reason) beside the
    task: images that cannot be decoded, that have two labels, and copies in train of what the
    source tests by. Copies of one image stay on one side of a split that is drawn. Tasks are
    published when all images are.

    Args:
      workspace: Workspace to write to.
      collection: What an importer found.
      test_fraction: Share of the groups, in 0…1, to draw for test where the source has no
        split of its own.
      seed: Random seed of the draw.
      overwrite: Whether to replace tasks that exist, with all that is in their folders.
      copy: Whether images are copied; without, those taken whole stay where they are and are named
        by their path; those from the web are copied all the same.

    Returns:
      What was written, per task.

    Raises:
      GraftNetError: a task exists and `overwrite` is false, another task reports an attribute
        of the same name, the source puts a group on both sides of its split, or no image is
        readable.
    """
    _require_new(workspace, collection.tasks, overwrite)
    stored = _store_images(workspace, collection, copy)
    unreadable = {
        path: str(found) for path, found in stored.items() if isinstance(found, Exception)
    }
    if len(unreadable) == len(stored):
        path, reason = next(iter(unreadable.items()))
        raise GraftNetError(
            f"None of the {len(stored)} images is readable; the first, {path}: {reason}"
        )
    readable = {path: found for path, found in stored.items() if isinstance(found, _Stored)}
    digests = {path: found.digest for path, found in readable.items()}
    repeated = repeated_in_train(collection.photos, digests)
    kept = [p for p in collection.photos if p.source in readable and p.source not in repeated]
    groups = joint_groups(kept, digests)
    alike = [
        [kept[place].source for place in places]
        for places in near_duplicate_groups([readable[photo.source].look for photo in kept])
    ]
    if collection.alike_together:
        groups = joined(groups, _on_one_side(kept, alike))
    splits = assign_splits(
        kept, groups, test_fraction=test_fraction, seed=seed, leaks=collection.split_leaks
    )
    across = [same for same in alike if len({splits[source] for source in same}) > 1]
    results = []
    for task in collection.tasks:
        skipped = {**unreadable, **repeated, **conflicts(collection.photos, task.name, digests)}
        results.append(_labelled(collection, task, readable, groups, splits, skipped, across))
    for imported in results:
        if not any(imported.examples.values()):
            raise GraftNetError(
                f"Task {imported.task.name} has no image left: {len(imported.skipped)} are left "
                f"out, the first because: {next(iter(imported.skipped.values()))}"
            )
    for imported in results:
        _publish(workspace, imported)
    return results


def _require_new(workspace: Workspace, tasks: Sequence[Task], overwrite: bool) -> None:
    others = {name: workspace.task(name) for name in workspace.task_names()}
    existing = [task.name for task in tasks if others.pop(task.name, None)]
    if existing and not overwrite:
        raise GraftNetError(
            f"Tasks {', '.join(existing)} exist already in {workspace.root}. "
            "Replace them with --overwrite, or name others with --task."
        )
    for task in tasks:
        for other in others.values():
            if common := sorted(task.attributes.keys() & other.attributes.keys()):
                raise GraftNetError(
                    f"Task {other.name} of {workspace.root} reports {', '.join(common)} already, "
                    f"which {task.name} reports too; one model cannot serve both. Rename the "
                    "class, or the task with --task."
                )


def _store_images(
    workspace: Workspace, collection: Collection, copy: bool
) -> dict[str, _Stored | UnreadableImageError]:
    """What was stored, or why nothing was, by source."""
    photos = {photo.source: photo for photo in collection.photos}

    def fetched(source: str) -> bytes:
        photo = photos[source]
        if any(unicodedata.category(sign) == "Cc" for sign in photo.name + (photo.group or "")):
            raise UnreadableImageError("Its name or group has a control character; rename it.")
        return fetch(source)

    def store(source: str, content: bytes, pixels: np.ndarray) -> _Stored:
        photo = photos[source]
        data, pixels = _kept(content, pixels, photo)
        digest, seen = hashlib.sha256(content).hexdigest(), look(pixels)
        if not copy and photo.cut is None and not is_web(source):
            image = source if "://" in source else os.path.abspath(source)
            return _Stored(image, digest, digest, seen)
        image = os.path.join("images", collection.name, photo.name)
        atomic_files.write_bytes(workspace.path(image), data)
        return _Stored(image, hashlib.sha256(data).hexdigest(), digest, seen)

    def store_some(sources: Sequence[str]) -> list[_Stored | UnreadableImageError]:
        decoded = decode_each(attempt(fetched, source) for source in sources)
        return [
            pixels
            if isinstance(pixels, UnreadableImageError)
            else attempt(store, source, content, pixels)
            for source, (content, pixels) in zip(sources, decoded, strict=True)
        ]

    return dict(process_parts(photos, store_some, part=_AT_ONCE, description="Importing"))


def _kept(content: bytes, pixels: np.ndarray, photo: Photo) -> tuple[bytes, np.ndarray]:
    """The bytes to keep of a photo, and their pixels, uint8 [H, W, 3]; they can be decoded."""
    if photo.cut is None:
        return content, pixels
    person = tf.io.encode_jpeg(
        photo.cut(pixels), quality=JPEG_QUALITY, chroma_downsampling=False
    ).numpy()
    return person, decode(person).numpy()


def _labelled(
    collection: Collection,
    task: Task,
    readable: Mapping[str, _Stored],
    groups: Mapping[str, str],
    splits: Mapping[str, str],
    skipped: Mapping[str, str],
    across: Sequence[Sequence[str]],
) -> Imported:
    """The examples of one task, and what is left out of the collection.

    `across` are the sources that look alike and are on both sides of the split.
    """
    examples: dict[str, list[Example]] = {split: [] for split in SPLITS}
    chosen = [
        photo
        for photo in collection.photos
        if task.name in photo.labels and photo.source not in skipped
    ]
    for photo in chosen:
        found, label = readable[photo.source], photo.labels[task.name]
        examples[splits[photo.source]].append(
            Example(found.image, label, groups[photo.source], found.content, photo.columns)
        )
    reasons = {
        photo.source: skipped[photo.source]
        for photo in collection.photos
        if task.name in photo.labels and photo.source in skipped
    }
    sources = {photo.source for photo in chosen}
    alike = [{same: splits[same] for same in group if same in sources} for group in across]
    across_here = [group for group in alike if len(set(group.values())) > 1]
    return Imported(task, examples, {**collection.skipped, **reasons}, across_here)


def _on_one_side(photos: Sequence[Photo], alike: Iterable[Sequence[str]]) -> list[list[str]]:
    """Photos that look alike and may be one group: of a stated split, or all of none."""
    stated = {photo.source: photo.split for photo in photos}
    return [
        [source for source in same if stated[source] == side]
        for same in alike
        for side in dict.fromkeys(stated[source] for source in same)
    ]


def _publish(workspace: Workspace, imported: Imported) -> None:
    """Writes a task's folder, in place of the one there may be."""
    alike = [
        (number, source, split)
        for number, group in enumerate(imported.near_duplicates)
        for source, split in group.items()
    ]
    with atomic_files.replacing_directory(workspace.path("tasks", imported.task.name)) as directory:
        skipped = to_csv(("image", "reason"), imported.skipped.items())
        atomic_files.write_text(os.path.join(directory, "skipped.csv"), skipped)
        atomic_files.write_text(
            os.path.join(directory, NEAR_DUPLICATES_FILE), to_csv(NEAR_DUPLICATES_COLUMNS, alike)
        )
        write_task(directory, imported.task, imported.examples)
