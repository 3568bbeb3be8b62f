"""Images that are at hand already, in the place of files."""

import hashlib

import numpy as np

from graftnet_tf.data.image_reader import ImageReader
from graftnet_tf.data.preprocessing import Preprocessing


class ArrayReader(ImageReader):
    """Reads the rows of an array uint8 [M, height, width, 3]; equal images have equal contents."""

    def __init__(self, images: np.ndarray):
        digests = [hashlib.sha256(image.tobytes()).digest() for image in images]
        contents = np.frombuffer(b"".join(digests), np.uint8).reshape(-1, 32)
        super().__init__([[""] * len(images)], contents, Preprocessing(*images.shape[1:3]))
        self.images = images

    def read(self, rows: np.ndarray) -> np.ndarray:
        return self.images[rows]
