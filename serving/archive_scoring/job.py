"""The job: an archive's images to tables of scores, any number of them, resumable.

OUTPUT/scores/part-NNNNNN-HASH.parquet   a row an image, or a person of a passengers model
OUTPUT/dead_letters.jsonl                images that could not be scored, with the reason
OUTPUT/manifest.json                     written last: model, settings, counts, each table's sha256
OUTPUT/settings.json                     what scores depend on beside the images
OUTPUT/dead_letters/                     the same for each part
OUTPUT/plan/                             which images each part has, of a run under way
"""

import dataclasses
import hashlib
import json
import os
import time
from collections.abc import Iterable, Sequence
from typing import Any

import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files, checksummed_json, output_folder
from graftnet_tf.io.image_sources import is_local, list_sources
from graftnet_tf.io.part_plan import PartPlan
from graftnet_tf.io.part_runs import LOCAL, Runner, run_parts
from serving.archive_scoring.part_files import (
    DEAD_LETTERS,
    PartFiles,
    PartTotals,
    published,
    remove_leftovers,
)
from serving.archive_scoring.part_scoring import PartScoring
from serving.archive_scoring.parts import Part, cut, is_part
from serving.archive_scoring.retries import parts_to_retry
from serving.archive_scoring.scorer import load_scorer

_MANIFEST = "manifest.json"


@dataclasses.dataclass(frozen=True)
class Summary:
    """What the output folder holds, and the speed of this run.

    Attributes:
      images: Images of the archive, scored or not.
      rows: Rows of all tables.
      dead_letters: Images that could not be scored.
      parts: Tables.
      images_now: Images that this run scored, or tried to.
      images_per_second: The same by its time, from the first part to the last.
    """

    images: int
    rows: int
    dead_letters: int
    parts: int
    images_now: int
    images_per_second: float


def score_archive(
    names: Iterable[str],
    model_dir: str,
    output: str,
    *,
    batch_size: int = 32,
    part_size: int = 1000,
    timeout: float = 20.0,
    drop_gone: bool = False,
    runner: Runner = Runner(),
) -> Summary:
    """Scores an archive's images.

    The images are cut into parts in the order of their locations, and a part into batches, so that
    scores do not depend on who computes them. A run into the same folder does what is missing:
    parts with images that are new or replaced, or that were under way when a run was killed. After
    a run that came to its end, also parts with an image that could not be fetched and can be now.

    Args:
      names: Images; see `image_sources.list_sources`.
      model_dir: Directory of a composed or passengers model.
      output: Folder, local or `gs://`; one job at a time may write to it.
      batch_size: Images that the model sees at once.
      part_size: Images of a table.
      timeout: Seconds that a web server may stay silent.
      drop_gone: Removes the scores of images that `names` does not stand for any more; without it,
        they are refused.
      runner: Who does the parts.

    Raises:
      GraftNetError: a name matches nothing, there is no image at all, `model_dir` holds no model,
        `output` was made with other settings, has scores of other images or is being written to, or
        its parts do not get done.
    """
    names = list(names)
    output, model_dir = _absolute(output), _absolute(model_dir)
    model = load_scorer(model_dir)
    sources = sorted(set(list_sources(names, output)))
    if not sources:
        raise GraftNetError(f"No image in {', '.join(names) or 'no sources'}: nothing to do.")
    settings = {"model": _fingerprint(model_dir), "batch_size": batch_size, "part_size": part_size}
    work = PartScoring(model_dir, output, batch_size, timeout)
    tf.io.gfile.makedirs(output)
    with output_folder.held(output):
        output_folder.check_settings(output, settings, results="scores")
        parts = list(cut(sources, part_size, json.dumps(settings)))
        if not drop_gone:
            _refuse_gone(output, parts)
        todo = _reopen(output, parts, timeout)
        for part in todo:
            PartPlan(output).write(part.name, part.sources)
        started = time.monotonic()
        run_parts(
            work,
            lambda: [part.name for part in _left(output, parts)],
            runner,
            model=model if runner.name == LOCAL else None,
            description="Scoring",
        )
        seconds = time.monotonic() - started
        totals = _finish(output, parts, settings)
    images_now = sum(len(part.sources) for part in todo)
    return Summary(
        images=len(sources),
        rows=sum(part.rows for part in totals),
        dead_letters=sum(part.dead_letters for part in totals),
        parts=len(parts),
        images_now=images_now,
        images_per_second=round(images_now / seconds, 2),
    )


def _absolute(path: str) -> str:
    """A path that workers, who run elsewhere, can use."""
    return os.path.abspath(path) if is_local(path) else path


def _fingerprint(model_dir: str) -> str:
    files = json.dumps(atomic_files.tree_sha256(model_dir))
    return hashlib.sha256(files.encode()).hexdigest()


def _refuse_gone(output: str, parts: Sequence[Part]) -> None:
    """Refuses an output with scores of images that are in none of the parts."""
    stale = _stale(output, parts)
    scored = set[str]().union(*(PartFiles(output, name).scored() for name in stale))
    gone = scored.difference(*(part.sources for part in parts))
    if gone:
        raise GraftNetError(
            f"{output} has scores of {len(gone)} images that are not named now, such as "
            f"{min(gone)}. Name them too, choose another output, or have these scores removed with "
            "--drop_gone."
        )


def _reopen(output: str, parts: Sequence[Part], timeout: float) -> list[Part]:
    """Parts to do; unless there are none, the output is no longer marked as whole."""
    path = os.path.join(output, _MANIFEST)
    again: list[PartFiles] = []
    if tf.io.gfile.exists(path):  # a run that goes on where another was killed does not ask twice
        again = parts_to_retry([PartFiles(output, part.name) for part in parts], timeout)
    if again or _left(output, parts) or _stale(output, parts):
        atomic_files.remove(path)
    for files in again:
        files.remove()
    return _left(output, parts)


def _left(output: str, parts: Sequence[Part]) -> list[Part]:
    there = set(published(output))
    return [part for part in parts if part.name not in there]


def _stale(output: str, parts: Sequence[Part]) -> list[str]:
    """Tables of images that were replaced since, or are not named any more."""
    wanted = {part.name for part in parts}
    return [name for name in published(output) if is_part(name) and name not in wanted]


def _finish(output: str, parts: Sequence[Part], settings: dict[str, Any]) -> list[PartTotals]:
    """Checks the tables, and publishes dead letters and manifest."""
    files = [PartFiles(output, part.name) for part in parts]
    totals = [part.totals() for part in files]
    for part, total in zip(parts, totals, strict=True):
        if total.images != len(part.sources):
            raise GraftNetError(
                f"{PartFiles(output, part.name).table} is about {total.images} images, not "
                f"{len(part.sources)}; delete it, and the same command makes it anew."
            )
    for name in _stale(output, parts):
        PartFiles(output, name).remove()
    remove_leftovers(output)
    path = os.path.join(output, f"{DEAD_LETTERS}.jsonl")
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
    checksummed_json.write(os.path.join(output, _MANIFEST), manifest)
    PartPlan(output).remove()
    return totals
