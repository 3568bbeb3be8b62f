"""Formats of sources by name, and the import of one task in one call."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from absl import logging

from graftnet_tf.importers import (
    batch_folders,
    ccp,
    csv_table,
    folders,
    label_studio,
    market1501,
    pa100k,
    peta,
    pulc,
)
from graftnet_tf.importers.classes import Reporting
from graftnet_tf.importers.collection import Collection
from graftnet_tf.importers.store import Imported, import_tasks
from graftnet_tf.workspace.workspace import Workspace

IMPORTERS: dict[str, Callable[..., Collection]] = {
    "batch_folders": batch_folders.scan,
    "ccp": ccp.scan,
    "csv": csv_table.scan,
    "folders": folders.scan,
    "label_studio": label_studio.scan,
    "market1501": market1501.scan,
    "pa100k": pa100k.scan,
    "peta": peta.scan,
    "pulc": pulc.scan,
}
"""By format: called with (source, names of the tasks wanted, none for all of them, reporting)."""

PARTITIONS = {"peta": peta.PARTITIONS}
"""Number of published splits by format, for those of more than one: called with `partition` too."""


def import_folders(
    workspace: Workspace,
    source: str,
    *,
    task: str | None = None,
    positive: str | None = None,
    attributes: Sequence[str] = (),
    **storing: Any,
) -> Imported:
    """Imports a folder with one subfolder of images per class as one task.

    The classes may lie in `train`, `valid` and `test` folders, or these in the classes; that
    split is then kept.

    Examples:
      >>> from graftnet_tf import Workspace
      >>> from graftnet_tf.importers import import_folders
      >>> workspace = Workspace("workspace", create=True)
      >>> imported = import_folders(workspace, "backpack")  # backpack/{positive,negative}/*.jpg
      >>> imported.task.classes
      ('negative', 'positive')
      >>> imported.skipped  # nothing was unreadable, labelled twice or repeated
      {}

    Args:
      workspace: Workspace that the task is published in.
      source: Folder, local or `gs://`.
      task: Name of the task; that of the folder by default.
      positive: Class, of two whose names do not tell, that the task reports under its own
        name.
      attributes: Classes to report, each under its own name; by default all but `other` and
        `negative`, where there are three or more.
      **storing: Keyword arguments of `import_tasks`: test_fraction, seed, overwrite, append, copy.

    Returns:
      The task, its examples by split, and what was left out and why. What was taken for
      granted in reading the source is logged.

    Raises:
      GraftNetError: the source is not laid out so, its classes make no task, or as for
        `import_tasks`.
    """
    return _import("folders", workspace, source, task, Reporting(positive, attributes), storing)


def import_csv(
    workspace: Workspace,
    source: str,
    *,
    task: str | None = None,
    positive: str | None = None,
    attributes: Sequence[str] = (),
    **storing: Any,
) -> Imported:
    """Imports a CSV table of images and their labels as one task.

    Examples:
      >>> from graftnet_tf import Workspace
      >>> from graftnet_tf.importers import import_csv
      >>> workspace = Workspace("workspace", create=True)
      >>> imported = import_csv(workspace, "gender.csv", test_fraction=0.3, seed=7)
      >>> imported.task.attributes  # attribute: the class reported under its name
      {'female': 'female', 'male': 'male'}

    Args:
      workspace: Workspace that the task is published in.
      source: UTF-8 table with columns image, class and, if wanted, group (what stays on one side
        of any split) and split (train or test); images are relative to its folder.
      task: Name of the task; that of the file without its ending by default.
      positive: As for `import_folders`.
      attributes: As for `import_folders`.
      **storing: Keyword arguments of `import_tasks`: test_fraction, seed, overwrite, append, copy.

    Returns:
      As `import_folders`.

    Raises:
      GraftNetError: the table cannot be read, its labels make no task, or as for
        `import_tasks`.
    """
    return _import("csv", workspace, source, task, Reporting(positive, attributes), storing)


def _import(
    format_: str,
    workspace: Workspace,
    source: str,
    task: str | None,
    reporting: Reporting,
    storing: dict[str, Any],
) -> Imported:
    if storing.get("append"):
        reporting = dataclasses.replace(reporting, existing=workspace.tasks())
    collection = IMPORTERS[format_](source, [task] if task else [], reporting)
    for note in collection.notes:
        logging.info("%s", note)
    [imported] = import_tasks(workspace, collection, **storing)
    return imported
