"""Training one task's branch on a frozen trunk, and publishing it (paper 3.2)."""

import dataclasses
import time

import numpy as np
from absl import logging

from graftnet_tf import branch as branches
from graftnet_tf import labelled_pictures, validation
from graftnet_tf.branch_config import BranchConfig
from graftnet_tf.fine_tuning import FineTuning
from graftnet_tf.graft_features import CachedFeatures, GraftFeatures, LiveFeatures
from graftnet_tf.manifest import Making, Provenance
from graftnet_tf.training import run_key
from graftnet_tf.trunk import Trunk
from graftnet_tf.workspace import Workspace


def train_branch(
    workspace: Workspace,
    name: str,
    config: BranchConfig,
    *,
    trunk_version: str | None = None,
    cache_directory: str,
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
      trunk_version: to graft on; the newest by default.
      cache_directory: local directory for features at the graft point.
      candidate: the branch is to be compared with what is served before it is served; no
        tree of the newest branches takes it on its own.
      provenance: recorded in the manifest.

    Returns:
      The version of the published branch.

    Raises:
      GraftNetError: unknown task, empty class, no trunk, or blocks the trunk has not.
    """
    started = time.monotonic()
    task = workspace.task(name)
    trunk = Trunk.open(workspace, trunk_version)
    last_block = trunk.last_block if config.last_block is None else config.last_block
    config = dataclasses.replace(config, last_block=last_block)
    trunk.check_reaches(last_block)
    pictures = labelled_pictures.load(workspace, [name], trunk.preprocessing)
    fitted, held_out = pictures.tasks[0].split(config.validation, config.seed)
    fingerprint = trunk.fingerprints[str(config.graft_after)]
    inputs = {**pictures.inputs, "trunk": fingerprint}
    features = _graft_features(trunk, pictures.images, config, cache_directory)
    tuning = FineTuning(trunk, features, fitted, config, config.optimization.make(config.steps))
    key = run_key({"config": dataclasses.asdict(config), "inputs": inputs})
    loop = tuning.loop(workspace.path("runs", f"branch-{name}-{key}"), config.steps)
    loss = tuning.run(loop)
    scores = tuning.scores(held_out)
    validation_auc = validation.aucs(held_out, scores)
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
            "config": dataclasses.asdict(config),
            "metrics": {"loss": loss, "validation_auc": validation_auc},
            "unreadable": pictures.unreadable,
        },
        making=Making(inputs, config.seed, started, provenance),
    )
    loop.discard()
    logging.info("Published branch %s of %s; validation AUC %s.", version, name, validation_auc)
    return version


def _graft_features(
    trunk: Trunk, images: np.ndarray, config: BranchConfig, cache_directory: str
) -> GraftFeatures:
    live = LiveFeatures(
        trunk.blocks(0, config.graft_after),
        trunk.preprocessing,
        config.augmentation,
        images,
        config.seed,
    )
    if not config.views:
        return live
    return CachedFeatures(
        live,
        fingerprint=trunk.fingerprints[str(config.graft_after)],
        views=config.views,
        seed=config.seed,
        directory=cache_directory,
    )
