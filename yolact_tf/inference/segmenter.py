"""From images to the people in them: what the Python path and the served model share."""

import dataclasses
import hashlib
from typing import NamedTuple

import tensorflow as tf

from yolact_tf.errors import YolactError
from yolact_tf.models.yolact import Yolact
from yolact_tf.ops.fast_nms import detect, zeroed
from yolact_tf.ops.mask_separation import separate
from yolact_tf.ops.masks import assemble, mask_scores, pixel_boxes


@dataclasses.dataclass(frozen=True)
class Selection:
    """Which of the detections count.

    Attributes:
      classes: Names of those that do; empty for all that the network knows.
      min_score: People must score above it, 0 to 1.
      min_size: Shorter side of a box, pixels of the image.
      min_fill: Share of its box that a person's mask must fill, after separation, 0 to 1: a
        second detection of one person is left with less.
      max_people: Greatest number of people of an image; the best are kept.
      cross_class: Non-maximum suppression over all classes together.
      separate: Every pixel belongs to one person at most (`mask_separation.separate`).
    """

    classes: tuple[str, ...] = ("person",)
    min_score: float = 0.3
    min_size: int = 16
    min_fill: float = 0.15
    max_people: int = 20
    cross_class: bool = False
    separate: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.min_score < 1:
            raise YolactError(f"min_score is {self.min_score}; expected 0 up to, not with, 1.")
        if not 0 <= self.min_fill <= 1:
            raise YolactError(f"min_fill is {self.min_fill}; expected 0 to 1.")
        if self.min_size < 1 or self.max_people < 1:
            raise YolactError(
                f"min_size is {self.min_size} and max_people {self.max_people}; expected 1 or more."
            )


class Segments(NamedTuple):
    """People in N images, by falling score, zero beyond `count`.

    Attributes:
      boxes: int32 [N, D, 4], x1, y1, x2, y2 in pixels of each image.
      scores: float32 [N, D].
      classes: int32 [N, D], from 0 without background.
      masks: float32 [N, D, h, w], 0 to 1 over the whole image on the prototypes' grid;
        `masks.window_mask` makes pixels of them.
      count: int32 [N].
      left_out: int32 [N], people that counted but for the selection's `max_people`, of lower
        scores; of those that the network's `max_detections` let through.
    """

    boxes: tf.Tensor
    scores: tf.Tensor
    classes: tf.Tensor
    masks: tf.Tensor
    count: tf.Tensor
    left_out: tf.Tensor


class Segmenter(tf.Module):
    """A network together with which of its detections count.

    Attributes:
      model: The network.
      classes: Names of all its classes, without background.
      selection: Which detections count.
    """

    def __init__(
        self, model: Yolact, classes: tuple[str, ...], selection: Selection = Selection()
    ) -> None:
        """Joins the parts.

        Raises:
          YolactError: the network does not know one of the selection's classes.
        """
        super().__init__("segmenter")
        unknown = set(selection.classes) - set(classes)
        if unknown:
            raise YolactError(
                f"The network does not know {', '.join(sorted(unknown))}; its classes are: "
                f"{', '.join(classes)}."
            )
        self.model = model
        self.classes = classes
        self.selection = selection

    def __call__(self, inputs: tf.Tensor, sizes: tf.Tensor) -> Segments:
        """Finds people.

        Args:
          inputs: float32 [N, S, S, 3], of `preprocessing.network_input`; N may be 0.
          sizes: int32 [N, 2], height and width of the images they were made from.

        Returns:
          Segments with D = `selection.max_people`.
        """
        outputs = self._outputs(inputs)
        found = detect(outputs, self.model.priors, self.model.config, self.selection.cross_class)
        boxes = pixel_boxes(found.boxes, sizes[:, :1], sizes[:, 1:])
        large = tf.reduce_min(boxes[..., 2:] - boxes[..., :2], axis=-1) >= self.selection.min_size
        chosen = (found.scores > self.selection.min_score) & large & self._wanted(found.classes)
        places = min(self.selection.max_people, found.scores.shape[1])
        surplus = tf.math.count_nonzero(chosen, axis=-1, dtype=tf.int32) - places
        scores, (boxes, classes, corners, coefficients) = _best(
            chosen, found.scores, places, boxes, found.classes, found.boxes, found.coefficients
        )
        masks = assemble(outputs["proto"], coefficients, corners)
        if self.model.config.scored_masks:
            scores *= mask_scores(masks)
        if self.selection.separate:
            masks = separate(masks, scores)
        fill = _fill(masks, corners)
        visible = (
            (scores > self.selection.min_score) & (fill > 0) & (fill >= self.selection.min_fill)
        )
        scores, (boxes, classes, masks) = _best(visible, scores, places, boxes, classes, masks)
        count = tf.reduce_sum(tf.cast(scores > 0, tf.int32), axis=-1)
        return Segments(boxes, scores, classes, masks, count, tf.nn.relu(surplus))

    def fingerprint(self) -> str:
        """Tells networks with other weights apart: 16 hexadecimal digits."""
        digest = hashlib.sha256()
        for variable in self.model.variables:
            digest.update(variable.numpy().tobytes())
        return digest.hexdigest()[:16]

    def _outputs(self, inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        """The network's, of an empty batch too, which oneDNN's convolutions cannot take."""
        count = tf.shape(inputs)[0]
        stand_in = tf.zeros([tf.cast(count == 0, tf.int32), *inputs.shape[1:]])
        outputs = self.model(tf.concat([inputs, stand_in], axis=0))
        return {name: values[:count] for name, values in outputs.items()}

    def _wanted(self, classes: tf.Tensor) -> tf.Tensor:
        names = self.selection.classes or self.classes
        wanted = [self.classes.index(name) for name in names]
        return tf.reduce_any(classes[..., None] == wanted, axis=-1)


def _fill(masks: tf.Tensor, boxes: tf.Tensor) -> tf.Tensor:
    """Share of boxes [..., 4], fractions, that masks [..., h, w] are, float32 [...]."""
    share = tf.reduce_mean(tf.cast(masks > 0.5, tf.float32), axis=[-2, -1])
    inside = tf.clip_by_value(boxes, 0, 1)
    area = tf.reduce_prod(inside[..., 2:] - inside[..., :2], axis=-1)
    return tf.math.divide_no_nan(share, area)


def _best(
    keep: tf.Tensor, scores: tf.Tensor, places: int, *fields: tf.Tensor
) -> tuple[tf.Tensor, list[tf.Tensor]]:
    """The best `places` rows of those to keep, of [N, D] scores and [N, D, ...] fields.

    All are zero in the places left over.
    """
    scores, order = tf.math.top_k(tf.where(keep, scores, 0.0), places)
    real = scores > 0
    gathered = (tf.gather(field, order, axis=1, batch_dims=1) for field in fields)
    return scores, [zeroed(rows, real) for rows in gathered]
