"""Writing a collection into a workspace: its images first, then its tasks."""

import dataclasses
import os
from collections.abc import Iterable, Mapping, Sequence

import tensorflow as tf

from graftnet_tf.data.near_duplicates import near_duplicate_groups
from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.collection import Collection, Photo
from graftnet_tf.importers.earlier_labels import EarlierLabels, earlier_looks, read_earlier
from graftnet_tf.importers.joined_groups import joined
from graftnet_tf.importers.repeated_images import conflicts, joint_groups, repeated_in_train
from graftnet_tf.importers.split import assign_splits
from graftnet_tf.importers.stored_images import StoredImage, store_images
from graftnet_tf.io import atomic_files, file_locks
from graftnet_tf.io.csv_tables import to_csv
from graftnet_tf.workspace.tasks import (
    NEAR_DUPLICATES_COLUMNS,
    NEAR_DUPLICATES_FILE,
    SKIPPED_COLUMNS,
    SKIPPED_FILE,
    SPLITS,
    Example,
    Task,
    write_task,
)
from graftnet_tf.workspace.workspace import Workspace


@dataclasses.dataclass(frozen=True)
class Imported:
    """One task as it was written.

    Attributes:
      task: What it labels.
      examples: Examples by split.
      skipped: Reason for each image left out, by source; also in skipped.csv.
      near_duplicates: Groups of images that look alike and are on both sides of the split,
        by `near_duplicate_groups`; of each the split by source; also in near_duplicates.csv.
      earlier: Number of the examples that the task had before.
      repeated: Images of the source that it had under the same label.
      contradicted: Images of the source that it had under another label, which stays; they are
        among `skipped`.
    """

    task: Task
    examples: dict[str, list[Example]]
    skipped: dict[str, str]
    near_duplicates: list[dict[str, str]]
    earlier: int = 0
    repeated: int = 0
    contradicted: int = 0


def import_tasks(
    workspace: Workspace,
    collection: Collection,
    *,
    test_fraction: float = 0.2,
    seed: int = 0,
    overwrite: bool = False,
    append: bool = False,
    copy: bool = True,
) -> list[Imported]:
    """Checks every image of a collection, copies it and writes the tasks.

    Images go to WORKSPACE/images/NAME, people cut out as JPEG, others as the very bytes
    of the source. What is left out is listed in skipped.csv (columns image, reason) beside the
    task: images that cannot be decoded, that are to be forgotten, that have two labels, and copies
    in train of what the source tests by. Copies of one image stay on one side of a split that is
    drawn. Tasks are published when all images are.

    Labels that are appended join those that a task has, none of which changes: an image that it has
    is left out, and told where the labels differ; a group that it has stays on its side of the
    split. Run again after a kill, it goes on.

    Args:
      workspace: Workspace to write to.
      collection: What an importer found.
      test_fraction: Share of the groups, in 0…1, to draw for test where the source has no
        split of its own.
      seed: Random seed of the draw.
      overwrite: Whether to replace tasks that exist, with all that is in their folders.
      append: Whether labels join those of tasks that exist.
      copy: Whether images are copied; without, those taken whole stay where they are and are named
        by their path; those from the web are copied all the same.

    Returns:
      What was written, per task.

    Raises:
      GraftNetError: a task exists and is neither overwritten nor appended to, or appended to and
        of other classes; another task reports an attribute of the same name; the source puts a
        group on both sides of its split; or no image is readable.
    """
    options = _Options(test_fraction, seed, overwrite, append, copy)
    if not append:
        return _import(workspace, collection, options)
    tf.io.gfile.makedirs(workspace.path("tasks"))
    with file_locks.held(workspace.path("tasks", f"{atomic_files.INCOMING}append")):
        return _import(workspace, collection, options)


@dataclasses.dataclass(frozen=True)
class _Options:
    """As `import_tasks` has them."""

    test_fraction: float
    seed: int
    overwrite: bool
    append: bool
    copy: bool


def _import(workspace: Workspace, collection: Collection, options: _Options) -> list[Imported]:
    _require_new(workspace, collection.tasks, options)
    earlier = [
        read_earlier(workspace, task) if options.append else EarlierLabels(task)
        for task in collection.tasks
    ]
    stored = store_images(workspace, collection, copy=options.copy, keep=options.append)
    unreadable = {
        path: str(found) for path, found in stored.items() if isinstance(found, Exception)
    }
    if len(unreadable) == len(stored):
        path, reason = next(iter(unreadable.items()))
        raise GraftNetError(
            f"None of the {len(stored)} images is readable; the first, {path}: {reason}"
        )
    readable = {path: found for path, found in stored.items() if isinstance(found, StoredImage)}
    digests = {path: found.digest for path, found in readable.items()}
    repeated = repeated_in_train(collection.photos, digests)
    kept = [p for p in collection.photos if p.source in readable and p.source not in repeated]
    groups = joint_groups(kept, digests)
    looks = {photo.source: readable[photo.source].look for photo in kept}
    labelled = dict.fromkeys(image for labels in earlier for image in labels.sides)
    looks |= earlier_looks(workspace, labelled)
    sources = list(looks)
    alike = [
        [sources[place] for place in places]
        for places in near_duplicate_groups(list(looks.values()))
    ]
    if collection.alike_together:
        groups = joined(groups, _on_one_side(kept, alike))
    splits = assign_splits(
        kept,
        groups,
        test_fraction=options.test_fraction,
        seed=options.seed,
        leaks=collection.split_leaks,
    )
    results = []
    for labels in earlier:
        conflicting = conflicts(collection.photos, labels.task.name, digests)
        skipped = {**unreadable, **repeated, **conflicting}
        results.append(_labelled(collection, labels, readable, groups, splits, skipped, alike))
    for imported in results:
        if not any(imported.examples.values()):
            raise GraftNetError(
                f"Task {imported.task.name} has no image left: {len(imported.skipped)} are left "
                f"out, the first because: {next(iter(imported.skipped.values()))}"
            )
    for imported in results:
        _publish(workspace, imported)
    return results


def _require_new(workspace: Workspace, tasks: Sequence[Task], options: _Options) -> None:
    others = workspace.tasks()
    existing = [task.name for task in tasks if others.pop(task.name, None)]
    if existing and not (options.overwrite or options.append):
        raise GraftNetError(
            f"Tasks {', '.join(existing)} exist already in {workspace.root}. Add to them with "
            "--append, replace them with --overwrite, or name others with --task."
        )
    for task in tasks:
        for other in others.values():
            if common := sorted(task.attributes.keys() & other.attributes.keys()):
                raise GraftNetError(
                    f"Task {other.name} of {workspace.root} reports {', '.join(common)} already, "
                    f"which {task.name} reports too; one model cannot serve both. Rename the "
                    "class, or the task with --task."
                )


def _labelled(
    collection: Collection,
    earlier: EarlierLabels,
    readable: Mapping[str, StoredImage],
    groups: Mapping[str, str],
    splits: Mapping[str, str],
    skipped: Mapping[str, str],
    alike: Sequence[Sequence[str]],
) -> Imported:
    """The examples of one task, and what is left out of the collection.

    `alike` are sources, and images that the task had before, that look alike.
    """
    task = earlier.task
    examples = {split: list(earlier.examples[split]) for split in SPLITS}
    reasons: dict[str, str] = {}
    sides: dict[str, str] = {}
    repeated = contradicted = 0
    for photo in collection.photos:
        source = photo.source
        if task.name not in photo.labels:
            continue
        if source in skipped:
            reasons[source] = skipped[source]
            continue
        found, label = readable[source], photo.labels[task.name]
        if before := earlier.of_content(found.content):
            if before.label == label:
                repeated += 1
            else:
                contradicted += 1
                reasons[source] = (
                    f"It is labelled {task.classes[before.label]} as {before.image} already, "
                    f"which stays; {task.classes[label]} here."
                )
            continue
        group = groups[source]
        sides[source] = earlier.sides_of_groups.get(group) or splits[source]
        examples[sides[source]].append(
            Example(found.image, label, group, found.content, photo.columns)
        )
    still_skipped = {path: why for path, why in earlier.skipped.items() if path not in sides}
    across = [
        {same: sides.get(same) or earlier.sides[same] for same in group}
        for group in (
            [same for same in some if same in sides or same in earlier.sides] for some in alike
        )
        if any(same in sides for same in group)
    ]
    return Imported(
        task,
        examples,
        {**still_skipped, **collection.skipped, **reasons},
        [*earlier.near_duplicates, *(group for group in across if len(set(group.values())) > 1)],
        len(earlier),
        repeated,
        contradicted,
    )


def _on_one_side(photos: Sequence[Photo], alike: Iterable[Sequence[str]]) -> list[list[str]]:
    """Photos that look alike and may be one group: of a stated split, or all of none."""
    stated = {photo.source: photo.split for photo in photos}
    groups = ([source for source in same if source in stated] for same in alike)
    return [
        [source for source in same if stated[source] == side]
        for same in groups
        for side in dict.fromkeys(stated[source] for source in same)
    ]


def _publish(workspace: Workspace, imported: Imported) -> None:
    """Writes a task's folder, in place of the one there may be; what is appended to, file by file.

    Each file is whole at any moment, and what has become of one is found by an import that is run
    again.
    """
    directory = workspace.path("tasks", imported.task.name)
    if imported.earlier:
        _write(directory, imported)
        return
    with atomic_files.replacing_directory(directory) as aside:
        _write(aside, imported)


def _write(directory: str, imported: Imported) -> None:
    alike = [
        (number, source, split)
        for number, group in enumerate(imported.near_duplicates)
        for source, split in group.items()
    ]
    skipped = to_csv(SKIPPED_COLUMNS, imported.skipped.items())
    atomic_files.write_text(os.path.join(directory, SKIPPED_FILE), skipped)
    atomic_files.write_text(
        os.path.join(directory, NEAR_DUPLICATES_FILE), to_csv(NEAR_DUPLICATES_COLUMNS, alike)
    )
    write_task(directory, imported.task, imported.examples)
