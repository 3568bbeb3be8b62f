"""The people in images, each with a crop that shows nothing else."""

import dataclasses
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from absl import logging
from pycocotools import mask as run_lengths

from yolact_tf.checkpoints import weights_file
from yolact_tf.checkpoints.person_model import load_person_model
from yolact_tf.data.preprocessing import network_input
from yolact_tf.errors import YolactError
from yolact_tf.inference.segmenter import Segmenter, Selection
from yolact_tf.ops.crops import cut_out, windows


@dataclasses.dataclass(frozen=True)
class CropStyle:
    """How crops are cut.

    Attributes:
      margin: Share of the box's sides by which it is widened on each side.
      fill: RGB of what is not the person, 0 to 255.
    """

    margin: float = 0.1
    fill: tuple[int, int, int] = (0, 0, 0)

    def __post_init__(self) -> None:
        if self.margin < 0:
            raise YolactError(f"margin is {self.margin}; expected 0 or more.")
        if len(self.fill) != 3 or not all(0 <= value <= 255 for value in self.fill):
            raise YolactError(f"The fill colour is {self.fill}; expected three of 0 to 255.")


class Person(NamedTuple):
    """A person found in an image.

    Attributes:
      box: x1, y1, x2, y2 in pixels of the image.
      score: 0 to 1.
      class_name: Class name, as the network calls it.
      window: x1, y1, x2, y2 of the crop in the image.
      mask: bool [y2 - y1, x2 - x1] of the window, True on the person.
      crop: uint8 [y2 - y1, x2 - x1, 3], the fill colour outside the mask.
    """

    box: tuple[int, int, int, int]
    score: float
    class_name: str
    window: tuple[int, int, int, int]
    mask: np.ndarray
    crop: np.ndarray

    def run_lengths(self, height: int, width: int) -> dict[str, Any]:
        """The mask over the whole image of `height` x `width`, as COCO compresses it."""
        x1, y1, x2, y2 = self.window
        whole = np.zeros((height, width), np.uint8, order="F")
        whole[y1:y2, x1:x2] = self.mask
        runs = run_lengths.encode(whole)
        return {"size": [height, width], "counts": runs["counts"].decode()}


class PeopleFinder:
    """Finds people and cuts them out, with graphs traced once.

    Examples:
      >>> import numpy as np
      >>> from PIL import Image
      >>> from yolact_tf import PeopleFinder
      >>> finder = PeopleFinder()
      >>> [people] = finder([np.asarray(Image.open("lift.jpg"))])
      >>> len(people), people[0].class_name
      (5, 'person')

    Attributes:
      segmenter: Network and which of its detections count.
      style: Margin and fill colour of the crops.
    """

    def __init__(self, segmenter: Segmenter | None = None, style: CropStyle = CropStyle()) -> None:
        """Traces the graphs when they are first needed.

        Args:
          segmenter: Network and which of its detections count; the shipped person model and
            the usual selection by default.
          style: Margin and fill colour of the crops.

        Raises:
          YolactError: the package was installed without the person model.
        """
        segmenter = segmenter or Segmenter(*load_person_model())
        self.segmenter = segmenter
        self.style = style
        config = segmenter.model.config
        side = config.size
        self._input = tf.function(
            lambda image: network_input(image[tf.newaxis], config)[0],
            input_signature=[tf.TensorSpec([None, None, 3], tf.uint8)],
            autograph=False,
        )
        self._segment = tf.function(
            segmenter.__call__,
            input_signature=[
                tf.TensorSpec([None, side, side, 3]),
                tf.TensorSpec([None, 2], tf.int32),
            ],
            autograph=False,
        )
        self._cut_out = tf.function(
            lambda image, mask, window: cut_out(image, mask, window, style.fill),
            input_signature=[
                tf.TensorSpec([None, None, 3], tf.uint8),
                tf.TensorSpec([None, None]),
                tf.TensorSpec([4], tf.int32),
            ],
            autograph=False,
        )

    def __call__(self, images: Sequence[np.ndarray | tf.Tensor]) -> list[list[Person]]:
        """Finds the people of each image, by falling score.

        Args:
          images: uint8 [H, W, 3] RGB each, of any sizes; the network sees them as one
            batch.

        Returns:
          For each image its people; none where there are none. Where there are more than the
          selection's `max_people`, those of the highest scores; a warning says so.
        """
        if not images:
            return []
        inputs = tf.stack([self._input(image) for image in images])
        sizes = tf.constant([image.shape[:2] for image in images])
        segments = self._segment(inputs, sizes)
        most = self.segmenter.selection.max_people
        for left_out in filter(None, segments.left_out.numpy()):
            logging.warning(
                "An image shows %d people or more; the %d of the highest scores are kept "
                "(max_people).",
                most + left_out,
                most,
            )
        parts = segments.boxes, segments.scores, segments.classes, segments.masks
        return [
            [
                self._person(image, *(field[row, place] for field in parts))
                for place in range(segments.count[row])
            ]
            for row, image in enumerate(images)
        ]

    def _person(
        self,
        image: tf.Tensor,
        box: tf.Tensor,
        score: tf.Tensor,
        label: tf.Tensor,
        mask: tf.Tensor,
    ) -> Person:
        window = windows(box, self.style.margin, *image.shape[:2])
        crop, inside = self._cut_out(image, mask, window)
        return Person(
            tuple(box.numpy().tolist()),
            float(score),
            self.segmenter.classes[int(label)],
            tuple(window.numpy().tolist()),
            inside.numpy(),
            crop.numpy(),
        )


def load_people_finder(weights: str, selection: Selection, style: CropStyle) -> PeopleFinder:
    """A finder from a weight file, as every worker of a job makes its own.

    Args:
      weights: Weight file.
      selection: Which detections count.
      style: Margin and fill colour of the crops.

    Raises:
      YolactError: there is no such file, or it is not one of ours.
    """
    return PeopleFinder(Segmenter(*weights_file.load(weights), selection), style)
