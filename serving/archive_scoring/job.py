"""Scoring an archive: a table's row is an image, or a person of a passengers model."""

import functools
import hashlib
import json
from collections.abc import Iterable

from graftnet_tf.archive_tables.job import Summary, TableJob, absolute, archive_sources
from graftnet_tf.io import atomic_files
from graftnet_tf.io.part_runs import Runner
from serving.archive_scoring.scorer import load_scorer

TABLES = "scores"


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
    """Scores an archive's images into OUTPUT/scores; see `archive_tables.job`.

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
    output, model_dir = absolute(output), absolute(model_dir)
    model = load_scorer(model_dir)
    sources = archive_sources(names, output)
    job = TableJob(
        output,
        TABLES,
        {"model": _fingerprint(model_dir)},
        functools.partial(load_scorer, model_dir),
        batch_size=batch_size,
        part_size=part_size,
        timeout=timeout,
        drop_gone=drop_gone,
        description="Scoring",
    )
    return job.run(sources, runner, model)


def _fingerprint(model_dir: str) -> str:
    files = json.dumps(atomic_files.tree_sha256(model_dir))
    return hashlib.sha256(files.encode()).hexdigest()
