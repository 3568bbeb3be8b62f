"""Training one task's branch on a frozen trunk, and publishing it (paper 3.2)."""

import dataclasses
import functools
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from absl import logging

from graftnet_tf import branch as branches
from graftnet_tf import feature_cache, files, labelled_pictures, metrics, validation
from graftnet_tf.branch_config import AUTO, BranchConfig
from graftnet_tf.feature_cache import FeatureCache
from graftnet_tf.fine_tuning import FineTuning
from graftnet_tf.folding import FoldedBlocks
from graftnet_tf.graft_features import CachedFeatures, GraftFeatures, LiveFeatures
from graftnet_tf.labelled_pictures import LabelledPictures, LabelledRows
from graftnet_tf.manifest import Making, Provenance
from graftnet_tf.native_precision import native_precision
from graftnet_tf.pictures import DecodedPictures
from graftnet_tf.registry.tree import grafting_trunk
from graftnet_tf.shape_search.choice import Choice, choose_shape
from graftnet_tf.shape_search.search_config import SearchConfig
from graftnet_tf.training import run_key
from graftnet_tf.trunk import Trunk
from graftnet_tf.workspace import Workspace


def train_branch(
    workspace: Workspace,
    name: str,
    config: BranchConfig,
    *,
    search: SearchConfig | None = None,
    trunk_version: str | None = None,
    cache_directory: str | None = None,
    cache_limit: int = feature_cache.DEFAULT_LIMIT,
    candidate: bool = False,
    provenance: Provenance = Provenance(),
) -> str:
    """Trains and publishes one task's branch; no other branch is touched.

    The classifier starts from a linear probe; then it and the open blocks are fine-tuned
    together. A killed run resumes from its last checkpoint when called again.

    Args:
      workspace: holds the task and the trunk; the branch is published there.
      name: of the task.
      config: what to do.
      search: shapes to choose from, instead of the one in `config`; the branch is then the
        same as one trained in the chosen shape, and its manifest says what was tried.
      trunk_version: to graft on, or "newest"; by default the served one, and the newest
        where none is served, see `grafting_trunk`.
      cache_directory: local directory for features at the graft point; by default
        `feature_cache.default_directory`.
      cache_limit: bytes that it may take; see `FeatureCache`.
      candidate: the branch is to be compared with what is served before it is served; no
        tree of the newest branches takes it on its own.
      provenance: recorded in the manifest.

    Returns:
      The version of the published branch.

    Raises:
      GraftNetError: unknown task, empty class, no trunk, blocks the trunk has not, or a
        search that cannot be (see `choose_shape`).
    """
    ((_, version),) = train_branches(
        workspace,
        {name: config},
        search=search,
        trunk_version=trunk_version,
        cache_directory=cache_directory,
        cache_limit=cache_limit,
        candidate=candidate,
        provenance=provenance,
    )
    return version


def train_branches(
    workspace: Workspace,
    configs: Mapping[str, BranchConfig],
    *,
    search: SearchConfig | None = None,
    trunk_version: str | None = None,
    cache_directory: str | None = None,
    cache_limit: int = feature_cache.DEFAULT_LIMIT,
    candidate: bool = False,
    provenance: Provenance = Provenance(),
) -> Iterator[tuple[str, str]]:
    """Trains and publishes several tasks' branches, over pictures decoded once.

    Each is as `train_branch` would make it alone; nothing is decoded before every task and
    configuration was found fit to be trained.

    Args:
      workspace: as for `train_branch`.
      configs: what to do, by name of the task.
      search, trunk_version, cache_directory, cache_limit, candidate, provenance: as for
        `train_branch`, of every branch.

    Yields:
      (name of a task, version of its branch), as soon as that is published.

    Raises:
      GraftNetError: as for `train_branch`.
    """
    trunk = Trunk.open(workspace, grafting_trunk(workspace, trunk_version))
    cache_directory = cache_directory or feature_cache.default_directory(workspace.root)
    settled = {
        name: _settled(workspace, name, config, trunk.last_block)
        for name, config in configs.items()
    }
    for config in settled.values():
        trunk.check_reaches(config.last_block or 0)
    pictures = labelled_pictures.decode(workspace, list(settled), trunk.preprocessing)
    for name, config in settled.items():
        version = _train(
            workspace,
            name,
            config,
            trunk,
            pictures,
            search=search,
            cache_directory=cache_directory,
            cache_limit=cache_limit,
            candidate=candidate,
            provenance=provenance,
        )
        yield name, version


def _settled(
    workspace: Workspace, name: str, config: BranchConfig, last_block: int
) -> BranchConfig:
    """With what it leaves open decided: where it ends, which mining, which precision."""
    workspace.training_examples(name, config.mining)
    return dataclasses.replace(
        config,
        last_block=last_block if config.last_block is None else config.last_block,
        mining=config.mining and workspace.mining_version(name, config.mining),
        view_precision=(
            native_precision() if config.view_precision == AUTO else config.view_precision
        ),
    )


def _train(
    workspace: Workspace,
    name: str,
    config: BranchConfig,
    trunk: Trunk,
    pictures: DecodedPictures,
    *,
    search: SearchConfig | None,
    cache_directory: str,
    cache_limit: int,
    candidate: bool,
    provenance: Provenance,
) -> str:
    started = time.monotonic()
    task = workspace.task(name)
    labelled = labelled_pictures.load(workspace, [name], trunk.preprocessing, pictures)
    fitted, held_out = labelled.tasks[0].split(config.validation, config.seed)
    inputs = labelled.inputs
    if config.mining:
        fitted = labelled.among(fitted, workspace.training_paths(name, config.mining))
        inputs = {**inputs, "mining": files.sha256(workspace.mined_list(name, config.mining))}
    features_of = functools.partial(_features, trunk, labelled, cache_directory, cache_limit)
    searched: dict[str, Any] = {}
    if search:
        choice = _choose(workspace, search, config, trunk, fitted, inputs, features_of)
        config, searched = choice.shape.given_to(config), {"search": choice.record}
    fingerprint = trunk.fingerprints[str(config.graft_after)]
    inputs = {**inputs, "trunk": fingerprint}
    optimizer = config.optimization.make(config.steps)
    tuning = FineTuning(trunk, features_of(config), fitted, config, optimizer)
    key = run_key({"config": dataclasses.asdict(config), "inputs": inputs})
    loop = tuning.loop(workspace.path("runs", f"branch-{name}-{key}"), config.steps)
    loss = tuning.run(loop)
    scores = tuning.scores(held_out)
    validation_auc, examples = validation.aucs(held_out, scores), validation.sizes(held_out)
    version = branches.publish(
        workspace,
        tuning.branch,
        task,
        content={
            "trunk_version": trunk.version,
            "trunk_fingerprint": fingerprint,
            "pooling": config.pooling,
            "reduction": config.reduction,
            "candidate": candidate,
            "thresholds": validation.thresholds(held_out, scores),
            **searched,
            "config": dataclasses.asdict(config),
            "metrics": {
                "loss": loss,
                "validation_auc": validation_auc,
                "validation_examples": examples,
            },
            "unreadable": labelled.unreadable,
        },
        making=Making(inputs, config.seed, started, provenance),
    )
    loop.discard()
    logging.info("Published branch %s of %s; validation AUC %s.", version, name, validation_auc)
    for attribute, counts in examples.items():
        if caution := metrics.caution(attribute, **counts):
            logging.warning("Validation part of %s", caution)
    return version


def _choose(
    workspace: Workspace,
    search: SearchConfig,
    config: BranchConfig,
    trunk: Trunk,
    fitted: LabelledRows,
    inputs: dict[str, str],
    features_of: Callable[[BranchConfig], GraftFeatures],
) -> Choice:
    key = run_key(
        {
            "config": dataclasses.asdict(config),
            "search": dataclasses.asdict(search),
            "inputs": {**inputs, "trunk": trunk.fingerprints[str(trunk.last_block)]},
        }
    )
    return choose_shape(
        search,
        config,
        trunk,
        fitted,
        features_of=features_of,
        directory=workspace.path("runs", f"search-{fitted.task.name}-{key}"),
    )


def _features(
    trunk: Trunk,
    labelled: LabelledPictures,
    cache_directory: str,
    cache_limit: int,
    config: BranchConfig,
) -> GraftFeatures:
    live = LiveFeatures(
        functools.partial(FoldedBlocks, trunk.blocks(0, config.graft_after)),
        trunk.preprocessing,
        config.augmentation,
        labelled.images,
        config.seed,
        view_precision=config.view_precision,
    )
    if not config.views:
        return live
    shelf = trunk.fingerprints[str(config.graft_after)][:16]
    cache = FeatureCache(cache_directory, shelf, limit=cache_limit)
    return CachedFeatures(live, cache, digests=labelled.digests, views=config.views)
