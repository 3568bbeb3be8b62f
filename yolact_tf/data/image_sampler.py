"""The images of several data sets, to draw from; each is read when it is drawn."""

import itertools
from collections.abc import Iterable, Sequence

import numpy as np

from graftnet_tf.io.unreadable_log import UnreadableLog
from yolact_tf.data.augmentation.copy_paste import Donor, cut_out, pastable
from yolact_tf.data.coco import AnnotatedImage, CocoData
from yolact_tf.data.decoded_image import DecodedImage, decode
from yolact_tf.errors import FileSystemError, YolactError


class ImageSampler:
    """Images are drawn by the weights of their sources, objects to paste evenly.

    One that is unreadable gives way to the next of its source, an object in it to the next object:
    what is drawn follows from the draw and the files, whatever was read before and by whom. Nothing
    that was read is kept; several threads may draw at once.

    Attributes:
      has_donors: Whether there are objects to paste.
    """

    def __init__(
        self,
        sources: Sequence[tuple[CocoData, float]],
        longest_side: int,
        unreadable: UnreadableLog,
    ) -> None:
        """Opens nothing yet.

        Args:
          sources: Data sets and their weights, relative to each other.
          longest_side: Longest side to which larger images are shrunk, pixels.
          unreadable: Told of the images that turn out to be unreadable.

        Raises:
          YolactError: the categories differ, or a source has no image.
        """
        _require_same_categories([data for data, _ in sources])
        if any(not data.images for data, _ in sources):
            raise YolactError("A source of training data has no images.")
        self._longest_side, self._unreadable = longest_side, unreadable
        self._sources = [data.images for data, _ in sources]
        self._images = list(itertools.chain(*self._sources))
        weights = np.array([weight for _, weight in sources], float)
        self._shares = weights / weights.sum()
        self._donors = np.concatenate(
            [
                np.stack([np.full(len(found), place), found], axis=-1)
                for place, found in enumerate(map(pastable, self._images))
            ]
        ).astype(np.int32)
        self.has_donors = len(self._donors) > 0

    def image(self, rng: np.random.Generator) -> DecodedImage:
        """Draws an image.

        Raises:
          YolactError: no image of its source can be read.
          FileSystemError: the file system of one fails lastingly.
        """
        source = self._sources[rng.choice(len(self._sources), p=self._shares)]
        reasons = []
        for place in _from(rng.integers(len(source)), len(source)):
            found = self._decoded(source[place])
            if isinstance(found, DecodedImage):
                return found
            reasons.append(found)
        raise YolactError(
            f"None of the {len(source)} images of a source of training data can be read: "
            f"{'; '.join(reasons[:3])}"
        )

    def donor(self, rng: np.random.Generator) -> Donor | None:
        """Draws an object to paste; None where no image with one can be read.

        Raises:
          FileSystemError: the file system of an image fails lastingly.
        """
        for place in _from(rng.integers(len(self._donors)), len(self._donors)):
            image, number = self._donors[place].tolist()
            annotated = self._images[image]
            found = self._decoded(annotated._replace(objects=(annotated.objects[number],)))
            if isinstance(found, DecodedImage) and found.objects:
                return cut_out(found.objects[0], found)
        return None

    def _decoded(self, image: AnnotatedImage) -> DecodedImage | str:
        """The image, or why it cannot be read."""
        try:
            return decode(image, self._longest_side)
        except FileSystemError:
            raise
        except YolactError as error:
            self._unreadable.add(image.path, str(error).removeprefix(f"{image.path} "))
            return str(error)


def _from(first: int, count: int) -> Iterable[int]:
    """All numbers below `count` from `first` on, the lower ones last."""
    return itertools.chain(range(first, count), range(first))


def _require_same_categories(data: Sequence[CocoData]) -> None:
    names = [list(part.categories.values()) for part in data]
    for other in names[1:]:
        if other != names[0]:
            raise YolactError(
                f"Sources must have the same categories: {', '.join(names[0])} against "
                f"{', '.join(other)}."
            )
