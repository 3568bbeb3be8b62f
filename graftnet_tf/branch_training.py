"""Fine-tuning one task's branch on a frozen trunk, and publishing it (paper 3.2)."""

import dataclasses
import time

import numpy as np
import tensorflow as tf
from absl import logging

from graftnet_tf import branch as branches
from graftnet_tf import labelled_pictures, linear_probe, metrics
from graftnet_tf.augmentation import Augmentation
from graftnet_tf.blocks import LAST
from graftnet_tf.branch import Branch, check_shape
from graftnet_tf.graft_features import CachedFeatures, GraftFeatures, LiveFeatures
from graftnet_tf.inference import apply
from graftnet_tf.labelled_pictures import LabelledRows
from graftnet_tf.manifest import Making, Provenance
from graftnet_tf.pooling import pooling
from graftnet_tf.schedule import Schedule
from graftnet_tf.training import Loop, Optimization, run_key
from graftnet_tf.trunk import Trunk
from graftnet_tf.workspace import Workspace

_INFERENCE_BATCH = 64
_UNDECIDED = 0.5  # threshold when the validation part lacks positives or negatives


@dataclasses.dataclass(frozen=True)
class BranchConfig:
    """What `train_branch` does.

    Attributes:
      graft_after: last trunk block that stays frozen and shared.
      last_block: last block of the branch; None for the trunk's.
      pooling: name in `pooling.POOLINGS`.
      steps: 0 publishes the linear probe on the trunk's own blocks.
      batch: pictures per step.
      optimization: of the open blocks and the classifier.
      dropout: rate on the pooled features.
      augmentation: of the training pictures.
      views: augmented views whose features are cached; 0 computes features anew for
        every batch instead.
      validation: fraction of the train split kept for choosing thresholds.
      checkpoint_every: steps between checkpoints.
      seed: of everything random.
    """

    graft_after: int = 7
    last_block: int | None = None
    pooling: str = "gap"
    steps: int = 300
    batch: int = 32
    optimization: Optimization = Optimization(learning_rate=1e-4, ema=0.98)
    dropout: float = 0.2
    augmentation: Augmentation = Augmentation()
    views: int = 3
    validation: float = 0.15
    checkpoint_every: int = 100
    seed: int = 0

    def __post_init__(self):
        check_shape(self.graft_after, LAST if self.last_block is None else self.last_block)
        pooling(self.pooling)


def train_branch(
    workspace: Workspace,
    name: str,
    config: BranchConfig,
    *,
    trunk_version: str | None = None,
    cache_directory: str,
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
      provenance: recorded in the manifest.

    Returns:
      The version of the published branch.

    Raises:
      GraftNetError: unknown task, empty class, no trunk, or blocks the trunk has not.
    """
    started = time.monotonic()
    tf.keras.utils.set_random_seed(config.seed)
    task = workspace.task(name)
    trunk = Trunk.open(workspace, trunk_version)
    last_block = trunk.last_block if config.last_block is None else config.last_block
    config = dataclasses.replace(config, last_block=last_block)
    branch = Branch(trunk.blocks(config.graft_after + 1, last_block), task, config.pooling)
    pictures = labelled_pictures.load(workspace, [name], trunk.preprocessing)
    fitted, held_out = pictures.tasks[0].split(config.validation, config.seed)
    features = _graft_features(trunk, pictures.images, config, cache_directory)
    fingerprint = trunk.fingerprints[str(config.graft_after)]
    inputs = {**pictures.inputs, "trunk": fingerprint}
    _start_classifier(branch, features, fitted)
    optimizer = config.optimization.make(config.steps)
    optimizer.build(branch.open_variables)  # its averages start at the classifier's start
    key = run_key({"config": dataclasses.asdict(config), "inputs": inputs})
    loop = Loop(
        workspace.path("runs", f"branch-{name}-{key}"),
        config.steps,
        checkpoint_every=config.checkpoint_every,
        model=branch,
        optimizer=optimizer,
    )
    losses = _fine_tune(branch, optimizer, loop, features, fitted, config)
    thresholds, held_out_auc = _choose_thresholds(branch, features, held_out)
    version = branches.publish(
        workspace,
        branch,
        task,
        content={
            "trunk_version": trunk.version,
            "trunk_fingerprint": fingerprint,
            "pooling": config.pooling,
            "thresholds": thresholds,
            "config": dataclasses.asdict(config),
            "metrics": {"loss": losses.get(name), "validation_auc": held_out_auc},
            "unreadable": pictures.unreadable,
        },
        making=Making(inputs, config.seed, started, provenance),
    )
    loop.discard()
    logging.info("Published branch %s of %s; validation AUC %s.", version, name, held_out_auc)
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


def _start_classifier(branch: Branch, features: GraftFeatures, some: LabelledRows) -> None:
    vectors = apply(
        branch.pooled,
        features.plain,
        some.rows,
        batch=_INFERENCE_BATCH,
        description="Features for the classifier's start",
    )
    linear_probe.start(branch.classifier, vectors, some.labels)


def _fine_tune(
    branch: Branch,
    optimizer: tf.keras.optimizers.Optimizer,
    loop: Loop,
    features: GraftFeatures,
    some: LabelledRows,
    config: BranchConfig,
) -> dict[str, float]:
    """Trains the branch in place; returns its running loss under the task's name."""
    variables = branch.open_variables

    @tf.function
    def train(inputs, labels, weights, seed):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(variables)
            pooled = branch.pooled(inputs)
            pooled = tf.nn.experimental.stateless_dropout(pooled, config.dropout, seed)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
                labels, branch.classifier(pooled)
            )
            loss = tf.reduce_mean(weights * losses)
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    schedule = Schedule([len(some.rows)], np.ones(1), config.batch, config.seed)
    schedule.skip(loop.step)

    def step(number: int) -> tuple[str, float]:
        _, chosen = schedule.next()
        labels = some.labels[chosen]
        loss = train(
            tf.constant(features.augmented(some.rows[chosen], number)),
            tf.constant(labels),
            tf.constant(some.class_weights[labels]),
            tf.constant([config.seed, number]),
        )
        return some.task.name, float(loss)

    losses = loop.run(step, description=f"Branch {some.task.name}")
    if config.optimization.ema and config.steps:
        optimizer.finalize_variable_values(variables)
    return losses


def _choose_thresholds(
    branch: Branch, features: GraftFeatures, held_out: LabelledRows
) -> tuple[dict[str, float], dict[str, float | None]]:
    """Threshold and AUC of each attribute on the validation part."""
    scores = apply(
        branch.scores,
        features.plain,
        held_out.rows,
        batch=_INFERENCE_BATCH,
        description="Validation",
    )
    thresholds, areas = {}, {}
    for attribute in held_out.task.attributes:
        index = held_out.task.class_index(attribute)
        shown = held_out.labels == index
        best = metrics.best_threshold(shown, scores[:, index])
        thresholds[attribute] = _UNDECIDED if best is None else best
        areas[attribute] = metrics.auc(shown, scores[:, index])
    return thresholds, areas
