"""Probes on several backbones, on the same held-out images, and what each backbone costs."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from absl import logging

from graftnet_tf.backbone_comparison.candidate import Candidate
from graftnet_tf.data import labelled_images
from graftnet_tf.data.labelled_rows import LabelledRows
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.evaluation import metrics
from graftnet_tf.evaluation.delong import auc_interval
from graftnet_tf.models import weights
from graftnet_tf.models.backbones import backbone_named
from graftnet_tf.models.batch_norm_folding import FoldedBlocks
from graftnet_tf.models.batch_times import batch_milliseconds
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.models.flops import BlockCosts
from graftnet_tf.pooling import pooling
from graftnet_tf.training import linear_probe
from graftnet_tf.training.batched_inference import apply_readable
from graftnet_tf.workspace.workspace import Workspace

_TURNS = 15
_SAMPLES = 500


@dataclasses.dataclass(frozen=True)
class HeldOut:
    """One attribute's scores on N held-out images.

    Attributes:
      labels: bool [N].
      scores: float32 [N].
      groups: [N] names, equal for images that must stay together.
    """

    labels: np.ndarray
    scores: np.ndarray
    groups: np.ndarray


@dataclasses.dataclass(frozen=True)
class Compared:
    """A candidate's figures.

    Attributes:
      candidate: Candidate.
      auc: AUC of each attribute; None where the held-out images are of one class.
      interval: Its 95 % interval (DeLong, by group), None where there is none.
      mean_auc: Mean over attributes that have one; NaN where none has.
      ahead: What the mean is above the first candidate's.
      ahead_interval: Its 95 % interval, by bootstrap of groups, the same samples for both.
      multiply_adds: Of the convolutions, for one image; 0 of a SavedModel, which does not say.
      weight_bytes: Of the weights in float32; 0 of a SavedModel.
      milliseconds: Median time of a batch, by its size, as served: folded, in float32.
    """

    candidate: Candidate
    auc: dict[str, float | None]
    interval: dict[str, tuple[float, float] | None]
    mean_auc: float
    ahead: float
    ahead_interval: tuple[float, float]
    multiply_adds: int
    weight_bytes: int
    milliseconds: dict[int, float]

    def to_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return dataclasses.asdict(self)


def compare_backbones(
    workspace: Workspace,
    candidates: Sequence[Candidate],
    *,
    tasks: Sequence[str] = (),
    pooling_name: str = "gap",
    validation: float = 0.3,
    seed: int = 0,
) -> list[Compared]:
    """Fits a linear probe for each task on each candidate's pooled block, and measures it.

    Images are those of train splits: a part of their groups is held out and measured on, the same
    for all candidates. No test split is opened.

    Examples:
      >>> from graftnet_tf import Workspace
      >>> from graftnet_tf.backbone_comparison.candidate import Candidate
      >>> small = [Candidate("efficientnet_lite0", "none", 64, 32)]
      >>> (row,) = compare_backbones(Workspace("workspace"), small)
      >>> sorted(row.auc)
      ['bald', 'hat']

    Args:
      workspace: Workspace with the tasks.
      candidates: What to compare; the first is what the others are compared with.
      tasks: Names of the tasks; all by default.
      pooling_name: Name in `pooling.POOLINGS`.
      validation: Fraction of a task's images that is held out.
      seed: Seed of that choice, and of the bootstrap.

    Raises:
      GraftNetError: there is no task, one cannot be learnt from, or weights are of another
        backbone.
    """
    splits = workspace.training_splits(tasks)
    networks = [_network(candidate) for candidate in candidates]
    held: list[dict[str, HeldOut]] = []
    for candidate, blocks in zip(candidates, networks, strict=True):
        preprocessing = Preprocessing(
            candidate.height,
            candidate.width,
            *weights.value_range(candidate.initial_weights, blocks.backbone),
        )
        vectors = _vectors(blocks, preprocessing, pooling_name)
        found: dict[str, HeldOut] = {}
        for labelled in labelled_images.label_each(splits, preprocessing).values():
            (examples,) = labelled.tasks
            fitted, rest = examples.split(validation, seed)
            found |= _probe(vectors, fitted, rest, f"{candidate}, {examples.task.name}")
        held.append(found)
    samples = _mean_samples(held, seed)
    means = [_mean_auc(found.values()) for found in held]
    runs = [_run(*pair) for pair in zip(candidates, networks, strict=True)]
    milliseconds = batch_milliseconds(runs, _TURNS)
    return [
        Compared(
            candidate,
            auc={name: metrics.auc(one.labels, one.scores) for name, one in found.items()},
            interval={name: _interval(one) for name, one in found.items()},
            mean_auc=mean,
            ahead=mean - means[0],
            ahead_interval=_central(own - samples[0]),
            multiply_adds=_multiply_adds(candidate),
            weight_bytes=4 * sum(blocks[number].count_params() for number in blocks.numbers()),
            milliseconds=took,
        )
        for candidate, blocks, found, mean, own, took in zip(
            candidates, networks, held, means, samples, milliseconds, strict=True
        )
    ]


def _network(candidate: Candidate) -> Blocks:
    blocks = Blocks(0, candidate.last, backbone_named(candidate.backbone))
    weights.initialise(blocks, candidate.initial_weights)
    return blocks


def _vectors(
    blocks: Blocks, preprocessing: Preprocessing, pooling_name: str
) -> Callable[[tf.Tensor], tf.Tensor]:
    pool = pooling(pooling_name)
    return lambda images: pool(blocks(preprocessing.scale(images)))


def _probe(
    vectors: Callable[[tf.Tensor], tf.Tensor],
    fitted: LabelledRows,
    rest: LabelledRows,
    description: str,
) -> dict[str, HeldOut]:
    task = fitted.task

    def features(examples: LabelledRows) -> tuple[LabelledRows, np.ndarray]:
        reader = examples.reader
        _, found = apply_readable(
            reader, vectors, reader.read, examples.rows, description=description
        )
        return examples.readable(), found

    learnt, of_learnt = features(fitted)
    judged, of_judged = features(rest)
    kernel, bias = linear_probe.fit(of_learnt, learnt.labels, len(task.classes))
    scores = tf.nn.softmax(of_judged @ kernel + bias).numpy()
    names = np.array([judged.group_names[group] for group in judged.groups.tolist()])
    logging.info("%s: %d images held out.", description, len(names))
    return {
        attribute: HeldOut(judged.labels == index, scores[:, index], names)
        for attribute in task.attributes
        for index in [task.class_index(attribute)]
    }


def _mean_auc(held: Iterable[HeldOut]) -> float:
    """NaN where no attribute has both classes."""
    mean = metrics.mean_defined(metrics.auc(one.labels, one.scores) for one in held)
    return float("nan") if mean is None else mean


def _interval(one: HeldOut) -> tuple[float, float] | None:
    _, codes = np.unique(one.groups, return_inverse=True)
    return auc_interval(one.labels, one.scores, groups=codes)


def _mean_samples(held: Sequence[dict[str, HeldOut]], seed: int) -> list[np.ndarray]:
    """Mean AUC of each candidate in bootstrap samples of whole groups, float64 [S] each.

    Every sample is the same groups of the same images for all candidates and attributes.
    """
    random = np.random.default_rng([seed, 6])
    groups = np.unique(np.concatenate([one.groups for found in held for one in found.values()]))
    means: list[list[float]] = [[] for _ in held]
    for _ in range(_SAMPLES):
        drawn = np.bincount(random.integers(len(groups), size=len(groups)), minlength=len(groups))
        for own, found in zip(means, held, strict=True):
            own.append(_mean_auc(_resampled(one, groups, drawn) for one in found.values()))
    return [np.array(own) for own in means]


def _resampled(one: HeldOut, groups: np.ndarray, drawn: np.ndarray) -> HeldOut:
    rows = np.repeat(np.arange(len(one.groups)), drawn[np.searchsorted(groups, one.groups)])
    return HeldOut(one.labels[rows], one.scores[rows], one.groups[rows])


def _central(values: np.ndarray) -> tuple[float, float]:
    """The middle 95 % of the values that are defined."""
    low, high = np.nanquantile(values, [0.025, 0.975])
    return float(low), float(high)


def _multiply_adds(candidate: Candidate) -> int:
    network = backbone_named(candidate.backbone)
    return BlockCosts.of(candidate.height, candidate.width, network).forward(0, candidate.last)


def _run(candidate: Candidate, blocks: Blocks) -> Callable[[int], object]:
    """Runs the blocks as served on a batch of that size."""
    function = tf.function(FoldedBlocks(blocks), autograph=False)
    return lambda size: function(tf.zeros([size, candidate.height, candidate.width, 3])).numpy()
