"""Mining one task's train split, and publishing the list that is left."""

import dataclasses
import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from absl import logging

from graftnet_tf.data.content_hashes import content_hashes
from graftnet_tf.data.image_reader import ImageReader
from graftnet_tf.features import feature_cache
from graftnet_tf.mining.config import MiningConfig
from graftnet_tf.mining.hard_negatives import HardNegatives, find_hard_negatives
from graftnet_tf.mining.report import ReportedMining, write_report
from graftnet_tf.mining.trunk_features import TrunkFeatureReader
from graftnet_tf.registry.tree import grafting_trunk
from graftnet_tf.trunk.trunk import Trunk
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.cache_directory import default_cache_directory
from graftnet_tf.workspace.task_split import MINED_LIST, TaskSplit
from graftnet_tf.workspace.tasks import Example, Task, class_counts, write_list
from graftnet_tf.workspace.workspace import MINING, Workspace, four_digits

REPORT = "report"


def mine_negatives(
    workspace: Workspace,
    name: str,
    config: MiningConfig = MiningConfig(),
    *,
    trunk_version: str | None = None,
    cache_directory: str | None = None,
    cache_limit: int = feature_cache.DEFAULT_LIMIT,
    provenance: manifest.Provenance = manifest.Provenance(),
) -> str:
    """Mines a task and publishes WORKSPACE/tasks/TASK/mining/VERSION.

    A killed run publishes nothing; called again, it goes on from the features that it had
    computed.

    Examples:
      >>> from graftnet_tf import MiningConfig, Workspace, mine_negatives
      >>> mine_negatives(Workspace("workspace"), "backpack", MiningConfig(clusters=2))
      '0001'

    Args:
      workspace: Workspace with the task and the trunk.
      name: Name of the task.
      config: Configuration of the mining.
      trunk_version: Whose features, or "newest"; by default the one that branches are
        grafted on, see `grafting_trunk`.
      cache_directory: Local directory for features; by default
        `default_cache_directory`.
      cache_limit: bytes that it may take; see `FeatureCache`.
      provenance: Recorded in the manifest.

    Returns:
      The version of the published mining.

    Raises:
      GraftNetError: unknown task, no trunk, nothing to compare, a distance not found, or an
        image other than was listed.
    """
    ((_, version),) = mine_all(
        workspace,
        [name],
        config,
        trunk_version=trunk_version,
        cache_directory=cache_directory,
        cache_limit=cache_limit,
        provenance=provenance,
    )
    return version


def mine_all(
    workspace: Workspace,
    names: Sequence[str],
    config: MiningConfig,
    *,
    trunk_version: str | None = None,
    cache_directory: str | None = None,
    cache_limit: int = feature_cache.DEFAULT_LIMIT,
    provenance: manifest.Provenance = manifest.Provenance(),
) -> Iterator[tuple[str, str]]:
    """Mines several tasks, each as alone; none before all were found fit for it.

    Args:
      workspace: Workspace, as for `mine_negatives`.
      names: Names of the tasks.
      config, trunk_version, cache_directory, cache_limit, provenance: Config, trunk version, cache
        directory, cache limit and provenance, as for `mine_negatives`, of all.

    Yields:
      (name of a task, version of its mining), as soon as that is published.

    Raises:
      GraftNetError: as for `mine_negatives`.
    """
    splits = [workspace.training_split(name) for name in names]
    trunk = Trunk.open(workspace, grafting_trunk(workspace, trunk_version))
    cache_directory = cache_directory or default_cache_directory(workspace.root)
    reader = TrunkFeatureReader(trunk, cache_directory, limit=cache_limit)
    for split, contents in zip(splits, content_hashes(splits), strict=True):
        parent = workspace.path("tasks", split.task.name, MINING)
        images = ImageReader([split.paths], contents, trunk.preprocessing)
        yield split.task.name, _mine(split, images, trunk, reader, config, parent, provenance)


def _mine(
    split: TaskSplit,
    images: ImageReader,
    trunk: Trunk,
    reader: TrunkFeatureReader,
    config: MiningConfig,
    parent: str,
    provenance: manifest.Provenance,
) -> str:
    """Mines one task and publishes below `parent`; returns the version."""
    started = time.monotonic()
    task, name = split.task, split.task.name
    rows, vectors = reader.read(images)
    examples = split.examples.subset(rows)
    paths = [split.path(row) for row in rows.tolist()]
    found = find_hard_negatives(vectors, examples.labels, task, config, groups=examples.groups)
    mined = examples.subset(np.flatnonzero(found.mask))
    fingerprint = trunk.fingerprints[str(trunk.last_block)]
    content = {
        "task": task.to_dict(),
        "trunk_version": trunk.version,
        "trunk_fingerprint": fingerprint,
        "feature_block": trunk.last_block,
        "feature_size": trunk.channels,
        "config": dataclasses.asdict(config),
        "counts": {
            "before": class_counts(task, examples),
            "after": class_counts(task, mined),
        },
        "clusters": _clusters(found),
        "suspects": _suspects(found, examples, task),
        "suspect_positives": _suspect_positives(found, examples, task),
        "unreadable": images.reasons,
    }

    def write(directory: str, version: str) -> dict[str, Any]:
        write_list(os.path.join(directory, MINED_LIST), task, mined)
        reported = ReportedMining(found, examples, paths, content)
        write_report(os.path.join(directory, REPORT), version, reported)
        return content

    version = manifest.publish(
        parent,
        write,
        kind="mining",
        build_info=manifest.BuildInfo(
            {**split.hashes, "images": _content_hash(split, images.contents), "trunk": fingerprint},
            config.seed,
            started,
            provenance,
        ),
        name=four_digits,
    )
    logging.info(
        "Published mining %s of %s: %d of %d stay.", version, name, len(mined), len(examples)
    )
    return version


def _content_hash(split: TaskSplit, contents: np.ndarray) -> str:
    """Sha256 over the different files' hashes, in the order of their paths.

    A file that could not be read to be hashed counts as empty.
    """
    digest, empty = hashlib.sha256(), hashlib.sha256().digest()
    by_path = dict(zip(split.paths, contents, strict=True))
    for path in sorted(by_path):
        digest.update(by_path[path].tobytes() if by_path[path].any() else empty)
    return digest.hexdigest()


def _clusters(found: HardNegatives) -> list[dict[str, Any]]:
    """What the manifest says of each cluster, nearest first."""
    return [
        {
            "size": len(cluster.members),
            "kept": len(kept),
            "distance": cluster.distance,
            "similarity": cluster.similarity,
            "nearest_attribute": cluster.nearest_attribute,
            "distances": cluster.distances,
        }
        for cluster, kept in zip(found.clusters, found.kept, strict=True)
    ]


def _suspects(
    found: HardNegatives, examples: Sequence[Example], task: Task
) -> list[dict[str, Any]]:
    return [
        {
            "image": examples[suspect.row].image,
            "class": task.classes[examples[suspect.row].label],
            "positive_neighbours": suspect.positives,
            "nearest_positive": examples[suspect.nearest_positive].image,
            "distance": suspect.distance,
        }
        for suspect in found.suspects
    ]


def _suspect_positives(
    found: HardNegatives, examples: Sequence[Example], task: Task
) -> list[dict[str, Any]]:
    return [
        {
            "image": examples[suspect.row].image,
            "class": task.classes[examples[suspect.row].label],
            "likelier_class": task.classes[suspect.likelier],
            "probability": suspect.probability,
            "typical_probability": suspect.typical,
            "nearest_of_likelier": examples[suspect.nearest].image,
            "distance": suspect.distance,
        }
        for suspect in found.suspect_positives
    ]
