"""Size and look of each image of an archive, in tables that workers make."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from graftnet_tf.archive_tables.tabulator import ImageRows
from graftnet_tf.data.image_loading import UnreadableImageError
from graftnet_tf.data.joint_decoding import decode_each
from graftnet_tf.data.near_duplicates import COLOURS, MAX_BITS, MAX_COLOUR, look

TABLES = "looks"
SETTINGS = {"near_duplicate_bits": MAX_BITS, "near_duplicate_colour": MAX_COLOUR}
"""What tables are made for, so that they are not joined by another measure."""


class LookTabulator:
    """Gives each image a row; see `archive_tables.tabulator.Tabulator`.

    Columns are `height` and `width` in pixels of the upright image, `shape` and `colour` as in
    `near_duplicates.Look`.
    """

    columns: Mapping[str, npt.DTypeLike] = {
        "height": np.int32,
        "width": np.int32,
        "shape": np.uint64,
        "colour": np.dtype((np.float16, (COLOURS,))),
    }

    def tabulate(self, images: Sequence[bytes]) -> ImageRows:
        """Size and look of each image that can be decoded, large ones decoded one at a time."""
        sizes, shapes, colours, decoded = [], [], [], []
        for _, pixels in decode_each(images):
            decoded.append(not isinstance(pixels, UnreadableImageError))
            if not isinstance(pixels, UnreadableImageError):
                seen = look(pixels)
                sizes.append(pixels.shape[:2])
                shapes.append(seen.shape)
                colours.append(np.frombuffer(seen.colour, np.float16))
        size = np.array(sizes, np.int32).reshape(-1, 2)
        columns: dict[str, np.ndarray] = {
            "height": size[:, 0],
            "width": size[:, 1],
            "shape": np.array(shapes, np.uint64),
            "colour": np.array(colours, np.float16).reshape(-1, COLOURS),
        }
        return ImageRows(np.array(decoded), np.flatnonzero(decoded), columns)
