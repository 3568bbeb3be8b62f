"""The job: an archive's images to tables, any number of them, resumable.

OUTPUT/TABLES/part-NNNNNN-HASH.parquet   rows of a part's images
OUTPUT/dead_letters.jsonl                images that have no row, with the reason
OUTPUT/manifest.json                     written last: settings, counts, each table's sha256
OUTPUT/settings.json                     what rows depend on beside the images
OUTPUT/dead_letters/                     the same for each part
OUTPUT/plan/                             which images each part has, of a run under way
"""

import dataclasses
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import tensorflow as tf

from graftnet_tf.archive_tables.part_files import (
    DEAD_LETTERS,
    PartFiles,
    PartTotals,
    published,
    remove_leftovers,
)
from graftnet_tf.archive_tables.part_tabulation import PartTabulation
from graftnet_tf.archive_tables.parts import Part, cut, is_part
from graftnet_tf.archive_tables.retries import parts_to_retry
from graftnet_tf.archive_tables.tabulator import Tabulator
from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files, checksummed_json, output_folder
from graftnet_tf.io.image_sources import is_local, list_sources
from graftnet_tf.io.part_plan import PartPlan
from graftnet_tf.io.part_runs import LOCAL, Runner, run_parts

MANIFEST = "manifest.json"


@dataclasses.dataclass(frozen=True)
class Summary:
    """What the output folder holds, and the speed of this run.

    Attributes:
      images: Images of the archive, with rows or without.
      rows: Rows of all tables.
      dead_letters: Images that cannot have a row.
      parts: Tables.
      images_now: Images that this run did, or tried to.
      images_per_second: The same by its time, from the first part to the last.
    """

    images: int
    rows: int
    dead_letters: int
    parts: int
    images_now: int
    images_per_second: float


@dataclasses.dataclass(frozen=True)
class TableJob:
    """What tables are made of an archive, and how.

    Attributes:
      output: Folder, local or `gs://`; one job at a time may write to it. See `absolute`.
      tables: Name of the folder of tables in it, and of what they hold: "scores".
      settings: What rows depend on beside the images, `batch_size` and `part_size`; values that
        JSON can hold.
      load: Makes the tabulator, in this process or in a worker; for workers it can be pickled.
      batch_size: Images that the tabulator gets at once.
      part_size: Images of a table.
      timeout: Seconds that a web server may stay silent.
      drop_gone: Removes the rows of images that are not named any more; without it, they are
        refused.
      description: What the progress bar says.
    """

    output: str
    tables: str
    settings: Mapping[str, Any]
    load: Callable[[], Tabulator]
    batch_size: int = 32
    part_size: int = 1000
    timeout: float = 20.0
    drop_gone: bool = False
    description: str = "Working"

    def run(
        self, sources: Sequence[str], runner: Runner, tabulator: Tabulator | None = None
    ) -> Summary:
        """Makes what is missing of the tables.

        The images are cut into parts in the order of their locations, and a part into batches, so
        that rows do not depend on who computes them. A run into the same folder does what is
        missing: parts with images that are new or replaced, or that were under way when a run was
        killed. After a run that came to its end, also parts with an image that could not be
        fetched and can be now.

        Args:
          sources: Different locations, sorted, at least one; see `archive_sources`.
          runner: Who does the parts.
          tabulator: What `load` makes, where it is at hand.

        Raises:
          GraftNetError: `output` was made with other settings, has rows of other images or is being
            written to, or its parts do not get done.
        """
        settings = {
            **self.settings,
            "batch_size": self.batch_size,
            "part_size": self.part_size,
        }
        tf.io.gfile.makedirs(self.output)
        with output_folder.held(self.output):
            output_folder.check_settings(self.output, settings, results=self.tables)
            parts = list(cut(sources, self.part_size, json.dumps(settings)))
            if not self.drop_gone:
                self._refuse_gone(parts)
            todo = self._reopen(parts)
            for part in todo:
                PartPlan(self.output).write(part.name, part.sources)
            started = time.monotonic()
            run_parts(
                PartTabulation(self.load, self.output, self.tables, self.batch_size, self.timeout),
                lambda: [part.name for part in self._left(parts)],
                runner,
                model=tabulator if runner.name == LOCAL else None,
                description=self.description,
            )
            seconds = time.monotonic() - started
            totals = self._finish(parts, settings)
        images_now = sum(len(part.sources) for part in todo)
        return Summary(
            images=len(sources),
            rows=sum(part.rows for part in totals),
            dead_letters=sum(part.dead_letters for part in totals),
            parts=len(parts),
            images_now=images_now,
            images_per_second=round(images_now / seconds, 2),
        )

    def _files(self, names: Iterable[str]) -> Iterator[PartFiles]:
        return (PartFiles(self.output, self.tables, name) for name in names)

    def _refuse_gone(self, parts: Sequence[Part]) -> None:
        """Refuses an output with rows of images that are in none of the parts."""
        there = set[str]().union(*(part.sources() for part in self._files(self._stale(parts))))
        gone = there.difference(*(part.sources for part in parts))
        if gone:
            raise GraftNetError(
                f"{self.output} has {self.tables} of {len(gone)} images that are not named now, "
                f"such as {min(gone)}. Name them too, choose another output, or have these "
                f"{self.tables} removed with --drop_gone."
            )

    def _reopen(self, parts: Sequence[Part]) -> list[Part]:
        """Parts to do; unless there are none, the output is no longer marked as whole."""
        path = os.path.join(self.output, MANIFEST)
        again: list[PartFiles] = []
        if tf.io.gfile.exists(path):  # a run that goes on where another was killed asks nothing
            again = parts_to_retry(self._files(part.name for part in parts), self.timeout)
        if again or self._left(parts) or self._stale(parts):
            atomic_files.remove(path)
        for files in again:
            files.remove()
        return self._left(parts)

    def _left(self, parts: Sequence[Part]) -> list[Part]:
        there = set(published(self.output, self.tables))
        return [part for part in parts if part.name not in there]

    def _stale(self, parts: Sequence[Part]) -> list[str]:
        """Tables of images that were replaced since, or are not named any more."""
        wanted = {part.name for part in parts}
        there = published(self.output, self.tables)
        return [name for name in there if is_part(name) and name not in wanted]

    def _finish(self, parts: Sequence[Part], settings: dict[str, Any]) -> list[PartTotals]:
        """Checks the tables, and publishes dead letters and manifest."""
        files = list(self._files(part.name for part in parts))
        totals = [part.totals() for part in files]
        for part, part_files, total in zip(parts, files, totals, strict=True):
            if total.images != len(part.sources):
                raise GraftNetError(
                    f"{part_files.table} is about {total.images} images, not "
                    f"{len(part.sources)}; delete it, and the same command makes it anew."
                )
        for stale in self._files(self._stale(parts)):
            stale.remove()
        remove_leftovers(self.output, self.tables)
        path = os.path.join(self.output, f"{DEAD_LETTERS}.jsonl")
        with atomic_files.replacing(path) as aside, tf.io.gfile.GFile(aside, "wb") as merged:
            merged.write(b"")  # without it, a file without lines would be none
            for part_files, total in zip(files, totals, strict=True):
                if total.dead_letters:
                    merged.write(atomic_files.read_bytes(part_files.letters))
        manifest = {
            **settings,
            "images": sum(total.images for total in totals),
            "rows": sum(total.rows for total in totals),
            "dead_letters": sum(total.dead_letters for total in totals),
            "tables": {part.name: total.sha256 for part, total in zip(parts, totals, strict=True)},
        }
        checksummed_json.write(os.path.join(self.output, MANIFEST), manifest)
        PartPlan(self.output).remove()
        return totals


def archive_sources(names: Iterable[str], output: str) -> list[str]:
    """The images of an archive, each once, sorted.

    Args:
      names: Images; see `image_sources.list_sources`.
      output: Folder that is passed over inside the others.

    Raises:
      GraftNetError: a name matches nothing, or there is no image at all.
    """
    names = list(names)
    sources = sorted(set(list_sources(names, output)))
    if not sources:
        raise GraftNetError(f"No image in {', '.join(names) or 'no sources'}: nothing to do.")
    return sources


def absolute(path: str) -> str:
    """A path that workers, who run elsewhere, can use."""
    return os.path.abspath(path) if is_local(path) else path
