"""What is done to training images so that no two samples are alike.

The official chain (photometric distortion, expansion, sample crop, mirror, squashing to the
input's size) and copy-paste. Two things differ from it, for speed: pixels are resampled once
(see `window`), and colours are changed after that, so that the fill around an expanded
image takes part. Boxes are those of the visible masks, where the official code clips
annotated ones.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

from yolact_tf.data.augmentation.copy_paste import Donor, copy_paste
from yolact_tf.data.augmentation.expand import expand
from yolact_tf.data.augmentation.horizontal_flip import mirror
from yolact_tf.data.augmentation.sample import Sample, tight_boxes
from yolact_tf.data.augmentation.sample_crop import sample_crop
from yolact_tf.data.augmentation.window import Window, view
from yolact_tf.data.decoded_image import DecodedImage

SMALLEST_SIDE = 4 / 550
"""Objects with a narrower or lower box, as a share of the image's side, are dropped."""


@dataclasses.dataclass(frozen=True)
class Augmentation:
    """How far samples are changed.

    Attributes:
      photometric: Whether brightness, contrast, saturation and hue vary.
      expand_probability: Probability of zooming out.
      expand_ratio: Least and greatest factor of zooming out.
      crop: Whether parts of images are taken.
      mirror: Whether half of the samples are mirrored.
      copy_paste: Probability that objects of other images are pasted in.
      max_pasted: How many, at most.
      overlap: Probability that they are pasted before objects that are there, partly over them.
    """

    photometric: bool = True
    expand_probability: float = 0.5
    expand_ratio: tuple[float, float] = (1.0, 4.0)
    crop: bool = True
    mirror: bool = True
    copy_paste: float = 0.5
    max_pasted: int = 3
    overlap: float = 0.0

    @classmethod
    def none(cls) -> "Augmentation":
        """One that only squashes images to the input's size."""
        return cls(photometric=False, expand_probability=0, crop=False, mirror=False, copy_paste=0)

    def rearrange(
        self,
        image: DecodedImage,
        size: int,
        draw: Callable[[np.random.Generator], Donor | None] | None,
        rng: np.random.Generator,
    ) -> Sample:
        """A sample of `size` x `size` pixels: everything but the colours.

        Args:
          image: What it is made of.
          size: Side of the sample, pixels.
          draw: Function that gives objects to paste, see `copy_paste`; None if there are none.
          rng: Source of chance.
        """
        height, width = image.pixels.shape[:2]
        window = Window(0, 0, width, height)
        kept = np.ones(len(image.objects), bool)
        if rng.uniform() < self.expand_probability:
            window = expand(window, self.expand_ratio, rng)
        if self.crop:
            boxes = np.array([found.box for found in image.objects]).reshape(-1, 4)
            crowds = np.array([found.crowd for found in image.objects], bool)
            window, kept = sample_crop(window, boxes, crowds, rng)
        sample = view(image, kept, window, size)
        if draw is not None and rng.uniform() < self.copy_paste:
            aspect = window.height / window.width
            sample = copy_paste(
                sample, aspect, lambda: draw(rng), self.max_pasted, rng, self.overlap
            )
        if self.mirror and rng.uniform() < 0.5:
            sample = mirror(sample)
        boxes = tight_boxes(sample.masks)
        sides = boxes[:, 2:] - boxes[:, :2]
        return sample.only((sides > SMALLEST_SIDE * size).all(axis=1))
