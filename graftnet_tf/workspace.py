"""The workspace: where tasks, trunks, branches, trees and served models live."""

import os

import tensorflow as tf

from graftnet_tf import files, manifest
from graftnet_tf.errors import GraftNetError
from graftnet_tf.tasks import Example, Task, class_counts, read_examples, read_list, read_task

MINING = "mining"  # folder of a task's minings
MINED_LIST = "train.csv"
NEWEST = "newest"

four_digits = "{:04d}".format


class Workspace:
    """Paths and listings of one workspace; the layout is in WORKSPACE_NOTES.md.

    Versions of trunks, branches and trees are named by four digits (`"0001"`), served
    models by plain numbers, as TF Serving wants them.
    """

    def __init__(self, root: str, *, create: bool = False):
        """Opens a workspace.

        Args:
          root: directory, local or `gs://`.
          create: make the directory when absent.

        Raises:
          GraftNetError: it does not exist and `create` is false.
        """
        self.root = root
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
        return image if os.path.isabs(image) or "://" in image else self.path(image)

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
            if not name.startswith(files.INCOMING)
            and tf.io.gfile.exists(self.path("tasks", name, "task.json"))
        ]

    def task(self, name: str) -> Task:
        """The task called `name`.

        Raises:
          GraftNetError: there is none, listing those there are.
        """
        if name not in self.task_names():
            raise GraftNetError(
                f"No task {name!r} in {self.root}; it has "
                f"{', '.join(self.task_names()) or 'no tasks'}."
            )
        return read_task(self.path("tasks", name))

    def examples(self, name: str, split: str) -> list[Example]:
        """The examples of `split` ("train" or "test") of a task."""
        self.task(name)
        return read_examples(self.path("tasks", name), split)

    def training_examples(self, name: str, mining: str | None = None) -> list[Example]:
        """The train split of a task that can be learnt from, or what a mining left of it.

        Args:
          name: of the task.
          mining: version of a mining, or "newest"; None for the whole train split.

        Raises:
          GraftNetError: a class has no example; the mining does not exist, or the train list
            or the classes have changed since.
        """
        if mining is None:
            examples = self.examples(name, "train")
        else:
            examples = self._mined(name, self.mining_version(name, mining))
        counts = class_counts(self.task(name), examples)
        empty = [label for label, count in counts.items() if count == 0]
        if empty:
            raise GraftNetError(
                f"Task {name} has no training picture of class {', '.join(empty)} "
                f"(counts: {counts}). Add some, or leave this task out."
            )
        return examples

    def training_paths(self, name: str, mining: str | None = None) -> list[str]:
        """Paths of the pictures of `training_examples`."""
        return [self.image_path(e.image) for e in self.training_examples(name, mining)]

    def mining_version(self, name: str, mining: str) -> str:
        """The version meant by `mining`: itself, or the task's newest for "newest".

        Raises:
          GraftNetError: the task or the version does not exist.
        """
        self.task(name)
        version = self.newest("tasks", name, MINING) if mining == NEWEST else mining
        self.mined_list(name, version)
        return version

    def mined_list(self, name: str, version: str) -> str:
        """Path of the list that a mining left.

        Raises:
          GraftNetError: the mining does not exist.
        """
        return os.path.join(self.version_dir("tasks", name, MINING, version), MINED_LIST)

    def list_hashes(self, name: str) -> dict[str, str]:
        """sha256 of the files that say what a task's training examples are, by path."""
        parts = [os.path.join("tasks", name, file) for file in ("task.json", "train.csv")]
        return {part: files.sha256(self.path(part)) for part in parts}

    def _mined(self, name: str, version: str) -> list[Example]:
        mined_list = self.mined_list(name, version)
        mined_from = manifest.read(os.path.dirname(mined_list))["inputs"]
        for path, digest in self.list_hashes(name).items():
            if mined_from[path] != digest:
                raise GraftNetError(
                    f"{path} has changed since mining {version} of {name}: it would leave out "
                    f"what is new. Mine again with `graftnet-mine-negatives "
                    f"--workspace={self.root} --task={name}`."
                )
        return read_list(mined_list, self.task(name))

    # Versions

    def versions(self, *kind: str) -> list[str]:
        """Version names below a kind's folder, ascending: `versions("branches", "bald")`."""
        return [four_digits(number) for number in files.numbered(self.path(*kind))]

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
