"""The readable images of several data sets, to draw from."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from yolact_tf.data.augmentation.copy_paste import Donor, cut_out, is_pastable
from yolact_tf.data.coco import AnnotatedImage, CocoData
from yolact_tf.data.decoded_image import DecodedImage, decode
from yolact_tf.errors import YolactError


class ImageCollection:
    """Images are drawn by the weights of their sources, objects to paste evenly.

    Attributes:
      skipped: Images that cannot be used, each with its reason.
      has_donors: Whether there are objects to paste.
    """

    def __init__(
        self, sources: Sequence[tuple[CocoData, float]], longest_side: int, keep: bool
    ) -> None:
        """Decodes every image once.

        Args:
          sources: Data sets and their weights, relative to each other.
          longest_side: Longest side to which larger images are shrunk, pixels.
          keep: Whether decoded images stay in memory.

        Raises:
          YolactError: the categories differ, or a source has no readable image.
        """
        _require_same_categories([data for data, _ in sources])
        self.skipped: list[str] = []
        self._longest_side = longest_side
        self._keep = keep
        self._donors: list[tuple[DecodedImage | AnnotatedImage, int]] = []
        self._shelves = [self._shelf(data) for data, _ in sources]
        weights = np.array([weight for _, weight in sources], float)
        self._shares = weights / weights.sum()
        self.has_donors = bool(self._donors)

    def __len__(self) -> int:
        return sum(map(len, self._shelves))

    def image(self, rng: np.random.Generator) -> DecodedImage:
        """Draws an image."""
        shelf = self._shelves[rng.choice(len(self._shelves), p=self._shares)]
        return self._opened(shelf[rng.integers(len(shelf))])

    def donor(self, rng: np.random.Generator) -> Donor:
        """Draws an object to paste."""
        image, number = self._donors[rng.integers(len(self._donors))]
        opened = self._opened(image)
        return cut_out(opened.objects[number], opened)

    def _opened(self, image: DecodedImage | AnnotatedImage) -> DecodedImage:
        if isinstance(image, DecodedImage):
            return image
        return decode(image, self._longest_side)

    def _shelf(self, data: CocoData) -> list[DecodedImage | AnnotatedImage]:
        shelf: list[DecodedImage | AnnotatedImage] = []
        reasons = []
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            tried = pool.map(self._decoded_or_reason, data.images)
            for image, decoded in zip(data.images, tried, strict=True):
                if isinstance(decoded, str):
                    reasons.append(decoded)
                    continue
                shelf.append(decoded if self._keep else image)
                self._donors += [
                    (shelf[-1], number)
                    for number, found in enumerate(decoded.objects)
                    if is_pastable(found, decoded)
                ]
        if not shelf:
            raise YolactError(
                f"None of the {len(data.images)} images of a source of training data can be "
                f"read: {'; '.join(reasons[:3])}"
            )
        self.skipped += reasons
        return shelf

    def _decoded_or_reason(self, image: AnnotatedImage) -> DecodedImage | str:
        try:
            return decode(image, self._longest_side)
        except YolactError as error:
            return str(error)


def _require_same_categories(data: Sequence[CocoData]) -> None:
    names = [list(part.categories.values()) for part in data]
    for other in names[1:]:
        if other != names[0]:
            raise YolactError(
                f"Sources must have the same categories: {', '.join(names[0])} against "
                f"{', '.join(other)}."
            )
