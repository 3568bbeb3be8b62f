"""Many images decoded at once into one array, for benchmarks that fit in memory."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from graftnet_tf.data.image_loading import UnreadableImageError, decode, process_all, read_data
from graftnet_tf.data.labelled_rows import LabelledRows
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.training.batched_inference import readable_batches


@dataclasses.dataclass(frozen=True)
class DecodedImages:
    """Images at the trunk's input size.

    Attributes:
      images: uint8 [M, height, width, 3] RGB in 0…255, one row per readable file.
      rows: Row in `images` of each readable path.
    """

    images: np.ndarray
    rows: dict[str, int]


def decode_all(paths: Sequence[str], preprocessing: Preprocessing) -> DecodedImages:
    """Reads and decodes every different path once and letterboxes it to the trunk's input size.

    Args:
      paths: JPEG or PNG files; those that cannot be decoded are left out.
      preprocessing: Its `letterbox` gives the size.
    """
    letterbox = tf.function(
        lambda image: preprocessing.letterbox(image[tf.newaxis])[0],
        input_signature=[tf.TensorSpec([None, None, 3], tf.uint8)],
    )
    found = {
        path: image
        for path, image in process_all(
            paths, lambda path: letterbox(decode(read_data(path))).numpy(), description="Decoding"
        )
        if not isinstance(image, UnreadableImageError)
    }
    return DecodedImages(np.stack(list(found.values())), {path: n for n, path in enumerate(found)})


def decode_examples(some: LabelledRows) -> tuple[LabelledRows, np.ndarray]:
    """(the readable ones of some examples; their images uint8 [m, height, width, 3]).

    Raises:
      GraftNetError: a class is left without an example, or a file is another than was listed.
    """
    reader = some.reader
    parts = readable_batches(reader, reader.read, some.rows, description="Decoding")
    images = np.concatenate([part for _, part in parts])
    return some.readable(), images
