"""The workspace: where tasks, trunks, branches, trees and served models live."""

import os
from collections.abc import Sequence

import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from graftnet_tf.workspace.example_table import ExampleTable
from graftnet_tf.workspace.image_paths import image_path
from graftnet_tf.workspace.near_duplicate_table import read_near_duplicates
from graftnet_tf.workspace.task_split import TaskSplit, read_split, read_training_split
from graftnet_tf.workspace.tasks import (
    NEAR_DUPLICATES_FILE,
    TASK_FILE,
    Task,
    read_task,
)

MINING = "mining"  # folder of a task's minings
NEWEST = "newest"

four_digits = "{:04d}".format


class Workspace:
    """Paths and listings of one workspace; the layout is in WORKSPACE_NOTES.md.

    Versions of trunks, branches and trees are named by four digits (`"0001"`), served
    models by plain numbers, as TF Serving wants them.

    Examples:
      >>> from graftnet_tf import Workspace
      >>> workspace = Workspace("workspace", create=True)
      >>> workspace.task_names()  # nothing is imported yet
      []
    """

    def __init__(self, root: str, *, create: bool = False):
        """Opens a workspace.

        Args:
          root: Directory, local or `gs://`.
          create: Whether to make the directory when absent.

        Raises:
          GraftNetError: it is a file, or does not exist and `create` is false.
        """
        self.root = root
        if tf.io.gfile.exists(root) and not tf.io.gfile.isdir(root):
            raise GraftNetError(f"Workspace {root} is a file; expected a directory.")
        if create:
            tf.io.gfile.makedirs(root)
        elif not tf.io.gfile.isdir(root):
            raise GraftNetError(
                f"Workspace {root} does not exist. Make one with "
                f"`graftnet-prepare-tasks --workspace={root} …`."
            )

    def path(self, *parts: str) -> str:
        return os.path.join(self.root, *parts)

    def image_path(self, image: str) -> str:
        """Path to open for an example's `image` (relative ones start at the root)."""
        return image_path(self.root, image)

    # Tasks

    def task_names(self) -> list[str]:
        """Names of the tasks, sorted."""
        folder = self.path("tasks")
        if not tf.io.gfile.isdir(folder):
            return []
        names = sorted(name.rstrip("/") for name in tf.io.gfile.listdir(folder))
        return [
            name
            for name in names
            if not name.startswith(atomic_files.INCOMING)
            and tf.io.gfile.exists(self.path("tasks", name, TASK_FILE))
        ]

    def task(self, name: str) -> Task:
        """The task called `name`.

        Raises:
          GraftNetError: there is none, listing those there are.
        """
        self._check_task(name)
        return read_task(self.path("tasks", name))

    def tasks(self) -> dict[str, Task]:
        """All tasks by name."""
        return {name: self.task(name) for name in self.task_names()}

    def _check_task(self, name: str) -> None:
        names = self.task_names()
        if name not in names:
            raise GraftNetError(
                f"No task {name!r} in {self.root}; it has {', '.join(names) or 'no tasks'}."
            )

    def examples(self, name: str, split: str) -> ExampleTable:
        """The examples of `split` ("train" or "test") of a task."""
        return self.split(name, split).examples

    def training_examples(self, name: str, mining: str | None = None) -> ExampleTable:
        """The examples of `training_split`, or what the mining left of them."""
        split = self.training_split(name, mining)
        return split.mined.examples if split.mined else split.examples

    def split(self, name: str, split: str) -> TaskSplit:
        """A split ("train" or "test") of a task, its files read once.

        Raises:
          GraftNetError: there is no such task, or a file is damaged.
        """
        self._check_task(name)
        return read_split(self.root, name, split)

    def near_duplicates(self, name: str) -> frozenset[str]:
        """Test images of a task that look like training images of it, as its import found them.

        Returns:
          Their files in the source.

        Raises:
          GraftNetError: the table of them is damaged.
        """
        rows = read_near_duplicates(self.path("tasks", name, NEAR_DUPLICATES_FILE))
        return frozenset(image for _, image, split in rows if split == "test")

    def training_splits(self, names: Sequence[str] = ()) -> list[TaskSplit]:
        """`training_split` of some tasks, of all by default.

        Raises:
          GraftNetError: there is no task, or one cannot be learnt from.
        """
        names = list(names) or self.task_names()
        if not names:
            raise GraftNetError(f"{self.root} has no tasks; make some with prepare_tasks.")
        return [self.training_split(name) for name in names]

    def training_split(self, name: str, mining: str | None = None) -> TaskSplit:
        """The train split of a task that can be learnt from, its files read once.

        Args:
          name: Name of the task.
          mining: Version of a mining to read what it left, or "newest".

        Raises:
          GraftNetError: a class has no example; the mining does not exist, or the train list
            or the classes have changed since.
        """
        self._check_task(name)
        directory = None
        if mining is not None:
            version = self.newest("tasks", name, MINING) if mining == NEWEST else mining
            directory = self.version_dir("tasks", name, MINING, version)
        return read_training_split(self.root, name, directory)

    # Versions

    def versions(self, *kind: str) -> list[str]:
        """Version names below a kind's folder, ascending: `versions("branches", "bald")`."""
        suffix = self.version_suffix(*kind)
        names = atomic_files.names_by_number(self.path(*kind), suffix=suffix).items()
        return [four_digits(it) for it, name in names if name == f"{four_digits(it)}{suffix}"]

    @staticmethod
    def version_suffix(*kind: str) -> str:
        """What follows the number in the file names of a kind: trees are files, not folders."""
        return ".json" if kind == ("trees",) else ""

    def newest(self, *kind: str) -> str:
        """The newest version name below a kind's folder.

        Raises:
          GraftNetError: there is none yet.
        """
        versions = self.versions(*kind)
        if not versions:
            raise GraftNetError(f"No {'/'.join(kind)} in {self.root} yet.")
        return versions[-1]

    def version_dir(self, *parts: str) -> str:
        """Directory of a published version: `version_dir("trunks", "0001")`.

        Raises:
          GraftNetError: it does not exist, listing those there are.
        """
        directory = self.path(*parts)
        if not tf.io.gfile.isdir(directory):
            raise GraftNetError(
                f"No {'/'.join(parts)} in {self.root}; "
                f"there are {', '.join(self.versions(*parts[:-1])) or 'none'}."
            )
        return directory

    def tree_path(self, version: str) -> str:
        """Path of a published tree.

        Raises:
          GraftNetError: it does not exist, listing those there are.
        """
        path = self.path("trees", f"{version}.json")
        if not tf.io.gfile.exists(path):
            raise GraftNetError(
                f"No tree {version!r} in {self.root}; "
                f"there are {', '.join(self.versions('trees')) or 'none'}."
            )
        return path
