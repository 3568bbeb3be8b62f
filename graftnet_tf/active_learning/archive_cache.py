"""The tables that are made of archives, kept in a workspace's cache so that they are made once."""

import hashlib
import json
import os
from collections.abc import Sequence

import pyarrow as pa
from absl import logging

from graftnet_tf.active_learning.archive_index import ArchiveIndex, open_index
from graftnet_tf.active_learning.candidate_tables import tabulate_candidates
from graftnet_tf.active_learning.unlabelled import LabelledImages
from graftnet_tf.archive_tables.job import Summary
from graftnet_tf.archive_tables.reading import matrix, read_tables
from graftnet_tf.dataset_statistics import looks
from graftnet_tf.errors import GraftNetError
from graftnet_tf.io.image_sources import location
from graftnet_tf.io.part_runs import Runner
from graftnet_tf.trunk.trunk import Trunk
from graftnet_tf.workspace.cache_directory import default_cache_directory
from graftnet_tf.workspace.tasks import SPLITS
from graftnet_tf.workspace.workspace import Workspace


class ArchiveCache:
    """Indices of archives by a trunk, made by offline jobs as they are asked for."""

    def __init__(self, workspace: Workspace, trunk: Trunk, runner: Runner = Runner()):
        """Keeps what it is given.

        Args:
          workspace: Whose cache it is.
          trunk: Whose vectors images are compared by.
          runner: Who does the parts of jobs.
        """
        self._workspace, self._trunk, self._runner = workspace, trunk, runner

    def folder(self, names: Sequence[str], *parts: str) -> str:
        """Folder for what is made of an archive, in whatever order it is named."""
        named = json.dumps(sorted(map(location, names)))
        return self._path("archives", hashlib.sha256(named.encode()).hexdigest()[:16], *parts)

    def index(self, names: Sequence[str]) -> ArchiveIndex:
        """The index of an archive; see `tabulate_candidates`.

        Raises:
          GraftNetError: also where not one image can be read.
        """
        folder, runner = self.folder(names, f"trunk-{self._trunk.version}"), self._runner
        summary = tabulate_candidates(self._trunk, self._workspace, names, folder, runner=runner)
        tell_unreadable(summary, folder)
        if not summary.rows:
            raise GraftNetError(
                f"No image of {', '.join(names)} can be read; {folder}/dead_letters.jsonl has the "
                "reasons."
            )
        return open_index(folder)

    def labelled(self, task: str) -> LabelledImages | None:
        """The images that a task has; None where it has none that can be read."""
        if task not in self._workspace.task_names():
            return None
        splits = [self._workspace.split(task, split) for split in SPLITS]
        sources = sorted({location(path) for split in splits for path in split.paths})
        folder = self._path("labelled", task)
        if not sources or not looks.tabulate_looks(sources, folder, runner=self._runner).rows:
            return None
        rows = pa.concat_tables(read_tables(folder, looks.TABLES))
        return LabelledImages(
            rows["sha256"].to_pylist(), rows["shape"].to_numpy(), matrix(rows, "colour")
        )

    def _path(self, *parts: str) -> str:
        return os.path.join(default_cache_directory(self._workspace.root), *parts)


def tell_unreadable(summary: Summary, folder: str) -> None:
    """Logs how many images of an archive are left out, if any."""
    if summary.dead_letters:
        logging.warning(
            "%d of %d images cannot be read and are left out: see %s.",
            summary.dead_letters,
            summary.images,
            os.path.join(folder, "dead_letters.jsonl"),
        )
