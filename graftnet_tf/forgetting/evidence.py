"""What is known of the data that versions learnt from which do not say it themselves."""

import hashlib
import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from graftnet_tf.data.fingerprints import data_hash, input_name
from graftnet_tf.errors import GraftNetError
from graftnet_tf.forgetting.hashed_lists import HashedList
from graftnet_tf.io import atomic_files
from graftnet_tf.io.npz_archives import read_npz, write_npz
from graftnet_tf.registry.tree import tasks_with_branches
from graftnet_tf.registry.validation_part import VALIDATION
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.example_table import ExampleTable
from graftnet_tf.workspace.forgotten_images import FOLDER, Learnt
from graftnet_tf.workspace.learnt_images import has_image, read_learnt_images
from graftnet_tf.workspace.task_split import MINED_LIST
from graftnet_tf.workspace.tasks import Task, parse_list
from graftnet_tf.workspace.workspace import MINING, Workspace

_LISTS = (FOLDER, "lists")
_CONTENTS = "contents"
_SUFFIX = ".npz"


class Evidence:
    """Lists that are known, by the hash of the data that manifests record.

    A manifest has one hash of all that a task was trained on. Whether an image was in it can be
    told where a list of the same hash is at hand: the task's own as it is now, one that was kept
    when an image was removed from it, or that of a branch that says what it learnt from.
    """

    def __init__(self, workspace: Workspace, lists: Sequence[HashedList]):
        """Reads what there is; what is damaged is no evidence."""
        self._workspace = workspace
        self._lists = {
            data_hash(one.listed, one.contents): one.contents
            for one in lists
            if one.split == "train"
        }
        self._lists |= _kept_lists(workspace)
        self._parts: dict[str, list[np.ndarray]] = {}
        for task, version, content in _branches(workspace):
            self._note_branch(task, version, content)
        self._mined = dict(_mined_lists(workspace))

    def keep(self, recorded: str) -> None:
        """Keeps the hashes of a list that is about to be changed, by the hash of its data."""
        path = self._workspace.path(*_LISTS, f"{recorded}{_SUFFIX}")
        tf.io.gfile.makedirs(os.path.dirname(path))
        write_npz(path, {_CONTENTS: self._lists[recorded]})

    def contents(self) -> Iterator[np.ndarray]:
        """uint8 [n, 32], hashes of images, of each list or part of one that is known."""
        yield from self._lists.values()
        yield from itertools.chain(*self._parts.values())
        yield from (table.contents for table in self._mined.values())

    def of_data(self, recorded: str | None, sha256: str) -> Learnt:
        """Whether an image was in the data of a hash; None is the hash of who knows what."""
        if recorded in self._lists:
            return Learnt.YES if has_image(self._lists[recorded], sha256) else Learnt.NO
        parts = self._parts.get(recorded or "", [])
        return Learnt.YES if any(has_image(part, sha256) for part in parts) else Learnt.MAYBE

    def of_branch(self, task: str, version: str, inputs: Mapping[str, str], sha256: str) -> Learnt:
        """Whether a branch learnt from an image, by its manifest's inputs.

        One that was trained on a mining learnt from what that left, and from the validation part
        that is kept with it.
        """
        whole = self.of_data(inputs.get(input_name(task)), sha256)
        if "mining" not in inputs or whole is Learnt.NO:
            return whole
        known = [
            self._mined.get(inputs["mining"]),
            _validation(self._workspace.path("branches", task, version)),
        ]
        if any(table is not None and has_image(table.contents, sha256) for table in known):
            return Learnt.YES
        sure = all(table is not None and table.known.all() for table in known)
        return Learnt.NO if sure else Learnt.MAYBE

    def of_mining(self, task: str, version: str, sha256: str) -> Learnt:
        """Whether the list that a mining left has an image."""
        path = self._workspace.path("tasks", task, MINING, version, MINED_LIST)
        table = self._mined.get(atomic_files.sha256(path))
        if table is None:
            return Learnt.MAYBE
        if has_image(table.contents, sha256):
            return Learnt.YES
        return Learnt.NO if table.known.all() else Learnt.MAYBE

    def _note_branch(self, task: str, version: str, content: dict[str, Any]) -> None:
        directory = self._workspace.path("branches", task, version)
        recorded = content.get("inputs", {}).get(input_name(task))
        if recorded is None:
            return
        if (part := _validation(directory)) is not None:
            self._parts.setdefault(recorded, []).append(part.contents)
        learnt = said(directory)
        if learnt is not None and "mining" not in content["inputs"]:
            self._lists.setdefault(recorded, learnt[task])


def said(directory: str) -> dict[str, np.ndarray] | None:
    """As `read_learnt_images`, and None too where that is damaged."""
    try:
        return read_learnt_images(directory)
    except GraftNetError:
        return None


def _branches(workspace: Workspace) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Task, version and manifest of each branch whose manifest can be read."""
    for task in tasks_with_branches(workspace):
        for version in workspace.versions("branches", task):
            try:
                content = manifest.read(workspace.path("branches", task, version))
            except GraftNetError:
                continue
            yield task, version, content


def _kept_lists(workspace: Workspace) -> dict[str, np.ndarray]:
    folder = workspace.path(*_LISTS)
    names = tf.io.gfile.listdir(folder) if tf.io.gfile.isdir(folder) else []
    return {
        name.removesuffix(_SUFFIX): read_npz(os.path.join(folder, name))[_CONTENTS]
        for name in names
        if name.endswith(_SUFFIX) and not name.startswith(atomic_files.INCOMING)
    }


def _mined_lists(workspace: Workspace) -> Iterator[tuple[str, ExampleTable]]:
    """SHA-256 and examples of what each mining left."""
    for task in workspace.task_names():
        for version in workspace.versions("tasks", task, MINING):
            directory = workspace.path("tasks", task, MINING, version)
            if (table := _table(directory, MINED_LIST)) is not None:
                yield table


def _validation(branch: str) -> ExampleTable | None:
    """The validation part in a branch's directory; None where there is none, or a damaged one."""
    found = _table(branch, VALIDATION)
    return found[1] if found else None


def _table(directory: str, name: str) -> tuple[str, ExampleTable] | None:
    """SHA-256 and examples of a list in a published version; None where it cannot be read."""
    path = os.path.join(directory, name)
    if not tf.io.gfile.exists(path):
        return None
    content = atomic_files.read_bytes(path)
    try:
        task = Task.from_dict(manifest.read(directory)["task"])
        return hashlib.sha256(content).hexdigest(), parse_list(content, path, task)
    except (GraftNetError, KeyError):
        return None
