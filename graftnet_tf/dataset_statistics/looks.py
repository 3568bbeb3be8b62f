"""Size and look of each image of an archive, in tables that workers make."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graftnet_tf.archive_tables.job import Summary, TableJob, absolute
from graftnet_tf.archive_tables.tabulator import ImageRows
from graftnet_tf.data.near_duplicates import COLOURS, MAX_BITS, MAX_COLOUR, Look, look
from graftnet_tf.io.part_runs import Runner

TABLES = "looks"
SETTINGS = {"near_duplicate_bits": MAX_BITS, "near_duplicate_colour": MAX_COLOUR}
"""What tables are made for, so that they are not joined by another measure."""


class SizedLook(NamedTuple):
    """Height and width of an image in pixels, and its look."""

    height: int
    width: int
    look: Look


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
        """Size and look of each image that can be decoded."""
        return ImageRows.of_each(images, sized_look, look_columns)


def tabulate_looks(
    sources: Sequence[str],
    output: str,
    *,
    part_size: int = 1000,
    timeout: float = 20.0,
    runner: Runner = Runner(),
) -> Summary:
    """Writes the looks of images to OUTPUT/looks; see `archive_tables.job`.

    Args:
      sources: Different locations, sorted, at least one.
      output, part_size, timeout, runner: Output, part size, timeout and runner, as for
        `TableJob`; rows of images that are not named any more are removed.

    Raises:
      GraftNetError: `output` is of another release or being written to, or its parts do not get
        done.
    """
    job = TableJob(
        absolute(output),
        TABLES,
        SETTINGS,
        LookTabulator,
        part_size=part_size,
        timeout=timeout,
        drop_gone=True,
        description="Looking",
    )
    return job.run(sources, runner)


def sized_look(pixels: np.ndarray) -> SizedLook:
    """Size and look of an image, uint8 [H, W, 3]."""
    height, width, _ = pixels.shape
    return SizedLook(height, width, look(pixels))


def look_columns(looks: Sequence[SizedLook]) -> dict[str, np.ndarray]:
    """The columns of `LookTabulator` of some images."""
    colours = [np.frombuffer(one.look.colour, np.float16) for one in looks]
    return {
        "height": np.array([one.height for one in looks], np.int32),
        "width": np.array([one.width for one in looks], np.int32),
        "shape": np.array([one.look.shape for one in looks], np.uint64),
        "colour": np.array(colours, np.float16).reshape(-1, COLOURS),
    }
