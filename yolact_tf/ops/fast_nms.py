"""From raw outputs to detections: candidates, decoding, Fast NMS.

Fast NMS (YOLACT, Bolya et al. 2019, section 5) drops a detection that overlaps any better
one, even if that one was itself dropped; so all pairs are judged at once, for a whole
batch, and in the graph.
"""

from typing import NamedTuple

import tensorflow as tf

from yolact_tf.config import YolactConfig
from yolact_tf.ops.boxes import decode, iou

_NONE = -1.0  # score of an empty place


class Detections(NamedTuple):
    """What N images show, by falling score, zero beyond `count`.

    Attributes:
      boxes: float32 [N, D, 4], x1, y1, x2, y2 as fractions of the image's sides; may lie
        partly outside.
      scores: float32 [N, D], 0 to 1.
      classes: int32 [N, D], from 0 without background.
      coefficients: float32 [N, D, K], of the prototypes.
      priors: int32 [N, D], index of the prior that each came from.
      count: int32 [N].
    """

    boxes: tf.Tensor
    scores: tf.Tensor
    classes: tf.Tensor
    coefficients: tf.Tensor
    priors: tf.Tensor
    count: tf.Tensor


def detect(
    outputs: dict[str, tf.Tensor],
    priors: tf.Tensor,
    config: YolactConfig,
    cross_class: bool = False,
) -> Detections:
    """Decodes the likely priors and thins them out, as the official `Detect` does.

    Candidates are priors whose best class scores above `config.min_score`. NMS looks at
    the best `config.top_k` of each group. By class, every candidate stands in the group of
    every class (so scores below `min_score` may come through) and the best
    `config.max_detections` are returned; across classes, there is one group, in which a
    candidate has its best class, and all that is left is returned.

    The overlaps take 4 · (C - 1) · `top_k`² bytes an image, 13 MB for COCO's classes.

    Args:
      outputs: Outputs of the network, `loc` [N, P, 4], `conf` [N, P, C], `mask` [N, P, K].
      priors: float32 [P, 4], centre form.
      config: The thresholds.
      cross_class: NMS over all classes together.

    Returns:
      Detections with D = `max_detections`, or `top_k` across classes.
    """
    probabilities = tf.nn.softmax(outputs["conf"])[..., 1:]
    indices, known = _candidates(tf.reduce_max(probabilities, axis=-1), config.min_score)
    scores = tf.where(
        known[..., None], tf.gather(probabilities, indices, axis=1, batch_dims=1), _NONE
    )
    boxes = decode(
        tf.gather(outputs["loc"], indices, axis=1, batch_dims=1), tf.gather(priors, indices)
    )
    if cross_class:
        best_class = tf.argmax(scores, axis=-1, output_type=tf.int32)
        groups, places = tf.reduce_max(scores, axis=-1)[:, None], config.top_k
    else:
        groups, places = tf.linalg.matrix_transpose(scores), config.max_detections
    kept = _fast_nms(boxes, groups, config, places)
    origin = tf.gather(indices, kept.candidates, axis=1, batch_dims=1)
    return _padded(
        Detections(
            boxes=tf.gather(boxes, kept.candidates, axis=1, batch_dims=1),
            scores=kept.scores,
            classes=(
                tf.gather(best_class, kept.candidates, axis=1, batch_dims=1)
                if cross_class
                else kept.groups
            ),
            coefficients=tf.gather(outputs["mask"], origin, axis=1, batch_dims=1),
            priors=origin,
            count=tf.reduce_sum(tf.cast(kept.scores > _NONE, tf.int32), axis=-1),
        ),
        places,
    )


def confident(detections: Detections, min_score: float) -> Detections:
    """The detections that score above `min_score`; D becomes the most of any image."""
    count = tf.reduce_sum(tf.cast(detections.scores > min_score, tf.int32), axis=-1)
    most = _most(count)
    trimmed = (rows[:, :most] for rows in detections[:-1])
    return _cleared(Detections._make([*trimmed, count]))


class _Kept(NamedTuple):
    """Survivors [N, up to D] by falling score, then places with the score `_NONE`."""

    candidates: tf.Tensor
    groups: tf.Tensor
    scores: tf.Tensor


def _candidates(scores: tf.Tensor, min_score: float) -> tuple[tf.Tensor, tf.Tensor]:
    """Indices of the priors above `min_score`, best first, and which of them are real.

    Both are [N, the most of any image].
    """
    likely = scores > min_score
    count = tf.reduce_sum(tf.cast(likely, tf.int32), axis=-1)
    most = _most(count)
    indices = tf.math.top_k(tf.where(likely, scores, _NONE), most).indices
    return indices, tf.sequence_mask(count, most)


def _most(count: tf.Tensor) -> tf.Tensor:
    """The greatest of the counts [N], 0 of none."""
    return tf.reduce_max(tf.concat([count, [0]], axis=0))


def _fast_nms(boxes: tf.Tensor, scores: tf.Tensor, config: YolactConfig, places: int) -> _Kept:
    """Thins candidates [N, M] out in every group of `scores` [N, G, M]."""
    size = tf.minimum(tf.shape(scores)[-1], config.top_k)
    scores, candidates = tf.math.top_k(scores, size)
    grouped = tf.gather(boxes, candidates, axis=1, batch_dims=1)
    better = tf.range(size)[:, None] < tf.range(size)
    dropped = tf.reduce_any((iou(grouped, grouped) > config.nms_iou) & better, axis=-2)

    batch, groups, _ = tf.unstack(tf.shape(scores))
    entries = groups * size
    left = tf.reshape(tf.where(dropped, _NONE, scores), [batch, entries])
    scores, order = tf.math.top_k(left, tf.minimum(entries, places))
    return _Kept(
        candidates=tf.gather(tf.reshape(candidates, [batch, entries]), order, axis=1, batch_dims=1),
        groups=order // tf.maximum(size, 1),
        scores=scores,
    )


def _padded(detections: Detections, places: int) -> Detections:
    """All fields cleared beyond `count` and brought to [N, places, ...]."""

    def pad(rows: tf.Tensor) -> tf.Tensor:
        missing = places - tf.shape(rows)[1]
        padded = tf.pad(rows, [[0, 0], [0, missing]] + [[0, 0]] * (rows.shape.rank - 2))
        return tf.ensure_shape(padded, [rows.shape[0], places, *rows.shape[2:]])

    cleared = _cleared(detections)
    return Detections._make([*map(pad, cleared[:-1]), cleared.count])


def _cleared(detections: Detections) -> Detections:
    """All fields zero beyond `count`."""
    real = tf.sequence_mask(detections.count, tf.shape(detections.scores)[1])
    return Detections._make([*(zeroed(rows, real) for rows in detections[:-1]), detections.count])


def zeroed(rows: tf.Tensor, real: tf.Tensor) -> tf.Tensor:
    """`rows` [N, D, ...], zero where `real`, bool [N, D], is False."""
    shape = tf.concat([tf.shape(real), tf.ones([rows.shape.rank - 2], tf.int32)], axis=0)
    return tf.where(tf.reshape(real, shape), rows, tf.zeros([], rows.dtype))
