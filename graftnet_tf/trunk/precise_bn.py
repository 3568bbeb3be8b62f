"""Re-estimating batch-norm statistics over a mix of all tasks."""

from collections.abc import Iterable

import numpy as np
import tensorflow as tf

from graftnet_tf.models.blocks import Blocks


def recompute_bn_statistics(blocks: Blocks, batches: Iterable[tf.Tensor]) -> None:
    """Replaces the open blocks' moving statistics by means over `batches`.

    Batches of a single task bias the moving statistics that training leaves, and they lag
    behind averaged weights; the mean over batches that mix all tasks does neither (Wu and
    Johnson 2021, "Rethinking 'Batch' in BatchNorm", section 3: PreciseBN).

    Args:
      blocks: Changed in place; frozen blocks are left.
      batches: float32 [N, h, w, 3], the input of block 0, in the range it takes.

    Raises:
      ValueError: there are no batches.
    """
    norms = list(blocks.batch_norms())
    statistics = [v for norm in norms for v in (norm.moving_mean, norm.moving_variance)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0  # the moving statistics become the batch's own
    forward = tf.function(lambda inputs: blocks(inputs, training=True), autograph=False)
    sums = [np.zeros(v.shape, np.float64) for v in statistics]
    count = 0
    for inputs in batches:
        forward(inputs)
        count += 1
        for total, variable in zip(sums, statistics, strict=True):
            total += variable.numpy()
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    if not count:
        raise ValueError("No batches to estimate statistics over.")
    for total, variable in zip(sums, statistics, strict=True):
        variable.assign(total / count)
