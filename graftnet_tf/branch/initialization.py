"""Where a branch starts: principal axes for the reduction, a linear probe for the classifier."""

import numpy as np
import tensorflow as tf

from graftnet_tf.branch.branch import Branch
from graftnet_tf.data.image_reader import ImageReader
from graftnet_tf.data.labelled_rows import LabelledRows
from graftnet_tf.features.graft_features import GraftFeatures, prepare_plain
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.training import linear_probe
from graftnet_tf.training.batched_inference import apply_readable, readable_batches
from graftnet_tf.training.pca import principal_axes

_BATCH = 64
_IMAGES = 512  # that the reduction's axes are found from


def initialize_branch(
    branch: Branch, features: GraftFeatures, examples: LabelledRows, probe_examples: int, seed: int
) -> None:
    """Sets the reduction, if there is one, and the classifier.

    Args:
      branch: Its blocks hold the trunk's weights.
      features: Features at the graft point; those of unchanged images are taken.
      examples: Those to learn from.
      probe_examples: Of which the classifier is made, at most.
      seed: Chooses among them where there are more than needed.
    """
    reader, random = examples.reader, np.random.default_rng([seed, 4])
    if branch.reduction:
        rows = prepare_plain(features, reader, random.permutation(examples.rows)[:_IMAGES])
        kernel, bias = _main_axes(branch.blocks, reader, features, rows, branch.reduction.filters)
        branch.reduction.set_weights([kernel[None, None], bias])
    length = branch.classifier.kernel.shape[0]
    enough = linear_probe.subsample(examples.labels, length, random, probe_examples)
    rows = prepare_plain(features, reader, examples.rows[enough])
    _, vectors = apply_readable(
        reader,
        branch.pooled,
        features.plain,
        rows,
        batch=_BATCH,
        description="Features for the classifier's start",
    )
    linear_probe.start(branch.classifier, vectors, examples.subset(enough).readable().labels)


def _main_axes(
    blocks: Blocks, reader: ImageReader, features: GraftFeatures, rows: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Those along which the blocks' output varies most over images and positions."""
    maps = tf.function(blocks, reduce_retracing=True, autograph=False)
    found = readable_batches(
        reader,
        features.plain,
        rows,
        batch=_BATCH,
        description="Principal axes for the reduction's start",
    )
    positions = (maps(tf.constant(part)).numpy() for _, part in found)
    return principal_axes((part.reshape(-1, part.shape[-1]) for part in positions), count)
