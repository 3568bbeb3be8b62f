"""From an archive to a batch of images to label."""

import dataclasses
from collections.abc import Iterable, Sequence

import numpy as np
from absl import logging

from graftnet_tf.active_learning.archive_cache import ArchiveCache
from graftnet_tf.active_learning.batch import Batch, Chosen, check_new, read_batch, write_batch
from graftnet_tf.active_learning.candidates import Candidates
from graftnet_tf.active_learning.choice import choose
from graftnet_tf.active_learning.mixture import Mixture
from graftnet_tf.active_learning.prevalence import prevalence
from graftnet_tf.active_learning.snapshot_groups import snapshot_groups
from graftnet_tf.active_learning.unlabelled import unlabelled
from graftnet_tf.archive_features.extractor import COLUMN, FeatureExtractor
from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import image_fetching
from graftnet_tf.io.image_sources import list_sources
from graftnet_tf.io.part_runs import Runner
from graftnet_tf.registry.tree import grafting_trunk
from graftnet_tf.trunk.trunk import Trunk
from graftnet_tf.workspace.attribute_names import EXPECTED, is_servable
from graftnet_tf.workspace.forgotten_images import forgotten_images
from graftnet_tf.workspace.tasks import Task
from graftnet_tf.workspace.workspace import Workspace
from serving.collecting.default_mixture import default_mixture
from serving.collecting.head_scores import head_scores

_TIMEOUT = 20.0  # seconds that a web server with an example may stay silent


@dataclasses.dataclass(frozen=True)
class Request:
    """What to collect.

    Attributes:
      task: Name of the task, which need not exist: it is binary then.
      count: Images to choose.
      mixture: Strategies in shares; None for `default_mixture`.
      attribute: Whose score counts, for tasks that report several.
      examples: Images of what is looked for; see `image_sources.list_sources`.
      apart_from: Directories of batches whose images are not asked for again.
      seed: Random seed.
    """

    task: str
    count: int
    mixture: Mixture | None = None
    attribute: str | None = None
    examples: Sequence[str] = ()
    apart_from: Sequence[str] = ()
    seed: int = 0


def collect(
    workspace: Workspace,
    request: Request,
    archive: Iterable[str],
    output: str,
    *,
    trunk_version: str | None = None,
    runner: Runner = Runner(),
) -> Batch:
    """Chooses images of an archive, and publishes them as a batch.

    Vectors, looks and scores of the archive are made by offline jobs into the workspace's cache, so
    that they are made once. What is labelled for the task or was forgotten, near-duplicates of it,
    and all but one of images that look alike are left out.

    Args:
      workspace: Workspace with a trunk and, where strategies look at scores, a served head.
      request: What to choose.
      archive: Images; see `image_sources.list_sources`.
      output: New folder.
      trunk_version: Whose vectors, or "newest"; by default as for `mine_negatives`.
      runner: Who does the jobs' parts.

    Raises:
      GraftNetError: the output exists, there are fewer images than asked for, strategies lack
        examples or a served head, or a job ends with it.
    """
    check_new(output)
    archive = list(archive)
    task = _task(workspace, request.task)
    mixture = request.mixture or default_mixture(workspace, task, request.attribute)
    trunk = Trunk.open(workspace, grafting_trunk(workspace, trunk_version))
    cache = ArchiveCache(workspace, trunk, runner)
    asked_for = {image.sha256 for name in request.apart_from for image in read_batch(name).images}
    asked_for.update(forgotten_images(workspace.root))
    examples = _example_vectors(trunk, request.examples) if mixture.needs_seeds else None
    index = cache.index(archive)
    left = unlabelled(index, cache.labelled(task.name), asked_for)
    scored = None
    if mixture.needs_scores:
        scored = head_scores(workspace, task, archive, cache, request.attribute, runner)
        left = left[[index.sources[row] in scored.scores for row in left]]
    candidates = Candidates(
        index.vectors[left],
        scored.of([index.sources[row] for row in left]) if scored else None,
        scored.threshold if scored else 0.5,
        prevalence(workspace, task.name, scored.attribute) if scored else None,
        None if examples is None else index.shorten(examples),
    )
    choice = choose(candidates, mixture, request.count, request.seed)
    groups = snapshot_groups(archive)
    images = [
        Chosen(
            source := index.sources[row],
            index.hashes[row],
            groups.get(source, source),
            strategy,
            float(probability),
            scored.scores[source] if scored else None,
        )
        for row, strategy, probability in zip(
            left[choice.rows], choice.strategies, choice.probabilities, strict=True
        )
    ]
    batch = Batch(
        task,
        images,
        {
            "archive": archive,
            "strategy": mixture.shares,
            "seed": request.seed,
            "archive_images": len(index.sources),
            "candidates": len(left),
            "trunk": trunk.version,
            **(scored.facts if scored else {}),
        },
    )
    write_batch(output, batch)
    return batch


def _task(workspace: Workspace, name: str) -> Task:
    """The task of that name, or a new one of two classes."""
    if name in workspace.task_names():
        return workspace.task(name)
    if not is_servable(name):
        raise GraftNetError(f"Task {name!r} cannot be served under that name; expected {EXPECTED}.")
    return Task.binary(name)


def _example_vectors(trunk: Trunk, examples: Sequence[str]) -> np.ndarray:
    """float32 [S, E] of those examples that can be read.

    Raises:
      GraftNetError: there is none.
    """
    contents = []
    for source in sorted(set(list_sources(examples, ""))):
        try:
            contents.append(image_fetching.read(source, _TIMEOUT))
        except image_fetching.UnreadableError as error:
            logging.warning("%s is left out: %s", source, error)
    extractor = FeatureExtractor(trunk, trunk.last_block)
    vectors = extractor.tabulate(contents).columns[COLUMN] if contents else None
    if vectors is None or not len(vectors):
        raise GraftNetError(
            f"None of {len(examples)} --example can be read; the strategy seeds needs at "
            "least one image of what is looked for."
        )
    return vectors
