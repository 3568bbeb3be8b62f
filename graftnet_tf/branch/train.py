"""Training one task's branch on a frozen trunk, and publishing it (paper 3.2)."""

import dataclasses
import functools
import os
import time
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from absl import logging

from graftnet_tf.branch import branch as branches
from graftnet_tf.branch import thresholds
from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.fine_tuning import FineTuning
from graftnet_tf.branch.inputs import BranchInputs, gather
from graftnet_tf.branch.shape_search.choice import Choice, choose_shape
from graftnet_tf.branch.shape_search.search_config import SearchConfig
from graftnet_tf.branch.temperature import fit_temperature, tempered
from graftnet_tf.data import labelled_images
from graftnet_tf.data.labelled_images import LabelledImages
from graftnet_tf.data.labelled_rows import LabelledRows
from graftnet_tf.evaluation import metrics
from graftnet_tf.features import feature_cache
from graftnet_tf.features.feature_cache import FeatureCache
from graftnet_tf.features.graft_features import CachedFeatures, GraftFeatures, LiveFeatures
from graftnet_tf.io.run_lock import run_lock
from graftnet_tf.io.unreadable_log import UNREADABLE, UnreadableLog
from graftnet_tf.models.batch_norm_folding import FoldedBlocks
from graftnet_tf.models.precision import FULL_PRECISION, settled_precision
from graftnet_tf.registry.validation_part import ValidationPart
from graftnet_tf.training.loop import CHECKPOINTS, run_key
from graftnet_tf.workspace.cache_directory import default_cache_directory
from graftnet_tf.workspace.manifest import BuildInfo, Provenance
from graftnet_tf.workspace.workspace import Workspace


def train_branch(
    workspace: Workspace,
    name: str,
    config: BranchConfig = BranchConfig(),
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

    Examples:
      >>> from graftnet_tf import BranchConfig, Workspace, train_branch
      >>> workspace = Workspace("workspace")
      >>> tiny = BranchConfig(graft_after=0, steps=2, batch=4, views=1)  # to try it
      >>> [train_branch(workspace, task, tiny) for task in workspace.task_names()]
      ['0001', '0001']

    Args:
      workspace: Workspace with the task and the trunk; the branch is published there.
      name: Name of the task.
      config: Configuration of the branch and its training.
      search: Shapes to choose from, instead of the one in `config`; the branch is then the
        same as one trained in the chosen shape, and its manifest says what was tried.
      trunk_version: Version of the trunk to graft on, or "newest"; by default the served one, and
        the newest where none is served, see `grafting_trunk`.
      cache_directory: Local directory for features at the graft point; by default
        `default_cache_directory`.
      cache_limit: bytes that it may take; see `FeatureCache`.
      candidate: The branch is to be compared with what is served before it is served; no
        tree of the newest branches takes it on its own.
      provenance: Recorded in the manifest.

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
    """Trains and publishes several tasks' branches.

    Each is as `train_branch` would make it alone; no image is opened before every task and
    configuration was found fit to be trained.

    Args:
      workspace: Workspace, as for `train_branch`.
      configs: Configuration of each branch, by name of the task.
      search, trunk_version, cache_directory, cache_limit, candidate, provenance: Search, trunk
        version, cache directory, cache limit, candidate and provenance, as for `train_branch`, of
        every branch.

    Yields:
      (name of a task, version of its branch), as soon as that is published.

    Raises:
      GraftNetError: as for `train_branch`.
    """
    minings = {name: config.mining for name, config in configs.items()}
    inputs = gather(workspace, minings, trunk_version)
    job = _Job(
        inputs,
        search,
        cache_directory or default_cache_directory(inputs.root),
        cache_limit,
        candidate,
        provenance,
    )
    settled = {name: job.settled(name, config) for name, config in configs.items()}
    splits = list(inputs.splits.values())
    labelled = labelled_images.label_each(splits, inputs.trunk.preprocessing)
    for name, config in settled.items():
        yield name, job.train(name, config, labelled[name])


@dataclasses.dataclass(frozen=True)
class _Job:
    """What the branches of one call have in common.

    Attributes:
      inputs: Inputs of all of them.
      search, cache_directory, cache_limit, candidate, provenance: Settings, see `train_branches`.
    """

    inputs: BranchInputs
    search: SearchConfig | None
    cache_directory: str
    cache_limit: int
    candidate: bool
    provenance: Provenance

    def settled(self, name: str, config: BranchConfig) -> BranchConfig:
        """With what it leaves open decided: its shape, which mining, which precision.

        Raises:
          GraftNetError: the trunk has not the blocks that the branch would have, or an operating
            point is of no attribute of the task.
        """
        trunk, mined = self.inputs.trunk, self.inputs.splits[name].mined
        self.inputs.splits[name].task.check_reports(config.operating_points)
        if self.search:  # of its shapes any will do: one is chosen later
            shape, *_ = self.search.shapes(config, trunk.last_block, trunk.backbone)
            config = shape.given_to(config)
        shaped = config.on(trunk.backbone, trunk.last_block)
        trunk.check_reaches(shaped.decided_blocks[1])
        precision = settled_precision(config.precision)
        return dataclasses.replace(
            shaped,
            mining=mined.version if mined else None,
            precision=precision if precision in trunk.backbone.precisions else FULL_PRECISION,
        )

    def train(self, name: str, config: BranchConfig, labelled: LabelledImages) -> str:
        """Trains and publishes one branch; returns its version."""
        started = time.monotonic()
        trunk, split = self.inputs.trunk, self.inputs.splits[name]
        fitted, held_out = labelled.tasks[0].split(
            config.validation, config.seed, config.validation_sample
        )
        held_out = held_out.read_once()
        inputs = labelled.inputs
        if split.mined:
            fitted = fitted.among(split.rows_of(split.mined.examples))
            inputs = {**inputs, "mining": split.mined.sha256}
        given, config = config, config.for_examples(fitted.counts.values())
        searched: dict[str, Any] = {}
        if self.search:
            choice = self._choose(self.search, config, labelled, fitted, inputs)
            config, searched = choice.shape.given_to(config), {"search": choice.record}
        fingerprint = trunk.fingerprints[str(config.graft_after)]
        inputs = {**inputs, "trunk": fingerprint}
        optimizer = config.optimization.make(config.decided_steps)
        key = run_key({"config": dataclasses.asdict(config), "inputs": inputs})
        directory = os.path.join(self.inputs.runs, f"branch-{name}-{key}")
        with run_lock(directory):
            log = UnreadableLog(os.path.join(directory, CHECKPOINTS, UNREADABLE))
            labelled.reader.keep_log(log)
            tuning = FineTuning(trunk, self._features(labelled, config), fitted, config, optimizer)
            loop = tuning.loop(directory, config.decided_steps)
            loss = tuning.run(loop)
            held_out, logits = tuning.logits(held_out)
            calibration = fit_temperature(split.task, held_out.labels, logits, held_out.groups)
            if config.calibration:
                tuning.branch.temperature = calibration.temperature
            scores = tempered(tf.constant(logits), tuning.branch.temperature).numpy()
            validation_auc, examples = thresholds.aucs(held_out, scores), thresholds.sizes(held_out)
            probabilities = self.inputs.probabilities[name]
            if probabilities is not None:
                probabilities = probabilities[held_out.rows]
            chosen = thresholds.thresholds(held_out, scores, config.operating_points, probabilities)
            version = branches.publish(
                os.path.join(self.inputs.published, name),
                tuning.branch,
                split.task,
                validation=ValidationPart(
                    split.task,
                    split.examples.subset(held_out.rows),
                    scores,
                    split.probabilities and split.probabilities.take(held_out.rows),
                ),
                content={
                    "trunk_version": trunk.version,
                    "trunk_fingerprint": fingerprint,
                    "pooling": config.pooling,
                    "reduction": config.reduction,
                    "candidate": self.candidate,
                    "calibration": dataclasses.asdict(calibration),
                    "thresholds": chosen.values,
                    "operating_points": {name: it.to_dict() for name, it in chosen.points.items()},
                    "missed_points": chosen.missed,
                    **searched,
                    "steps": config.steps,
                    "balanced_batches": config.balanced_batches,
                    "config": dataclasses.asdict(
                        dataclasses.replace(
                            config, steps=given.steps, balanced_batches=given.balanced_batches
                        )
                    ),
                    "metrics": {
                        "loss": loss,
                        "validation_auc": validation_auc,
                        "validation_examples": examples,
                    },
                    "waiting": loop.waiting,
                    "unreadable": labelled.reader.reasons,
                },
                learnt={name: labelled.reader.contents[np.append(fitted.rows, held_out.rows)]},
                build_info=BuildInfo(inputs, config.seed, started, self.provenance),
            )
            loop.discard()
        logging.info("Published branch %s of %s; validation AUC %s.", version, name, validation_auc)
        for attribute, counts in examples.items():
            if caution := metrics.caution(attribute, **counts):
                logging.warning("Validation part of %s", caution)
        if probabilities is not None and (lacking := int(np.isnan(probabilities).sum())):
            logging.warning(
                "%d of %d validation images of %s have no probability of having been chosen: its "
                "thresholds weigh all alike.",
                lacking,
                len(probabilities),
                name,
            )
        for reason in chosen.missed.values():
            logging.warning("%s The threshold maximises Youden's J instead.", reason)
        return version

    def _choose(
        self,
        search: SearchConfig,
        config: BranchConfig,
        labelled: LabelledImages,
        fitted: LabelledRows,
        inputs: dict[str, str],
    ) -> Choice:
        trunk = self.inputs.trunk
        key = run_key(
            {
                "config": dataclasses.asdict(config),
                "search": dataclasses.asdict(search),
                "inputs": {**inputs, "trunk": trunk.fingerprints[str(trunk.last_block)]},
            }
        )
        directory = os.path.join(self.inputs.runs, f"search-{fitted.task.name}-{key}")
        labelled.reader.keep_log(UnreadableLog(os.path.join(directory, UNREADABLE)))
        return choose_shape(
            search,
            config,
            trunk,
            fitted,
            features_of=functools.partial(self._features, labelled),
            directory=directory,
        )

    def _features(self, labelled: LabelledImages, config: BranchConfig) -> GraftFeatures:
        trunk = self.inputs.trunk
        live = LiveFeatures(
            functools.partial(FoldedBlocks, trunk.blocks(0, config.decided_blocks[0])),
            trunk.preprocessing,
            config.augmentation,
            labelled.reader,
            config.seed,
            precision=config.precision,
        )
        if not config.views:
            return live
        shelf = trunk.fingerprints[str(config.graft_after)][:16]
        cache = FeatureCache(self.cache_directory, shelf, limit=self.cache_limit)
        return CachedFeatures(live, cache, views=config.views)
