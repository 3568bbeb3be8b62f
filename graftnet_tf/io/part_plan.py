"""Which images each part of a job has, in files: a worker anywhere is told a part's name alone."""

import json
import os
from collections.abc import Collection
from typing import Any

from graftnet_tf.io import atomic_files
from graftnet_tf.io.file_names import printable


class PartPlan:
    """The parts of a run under way, in OUTPUT/plan/PART.json."""

    def __init__(self, output: str):
        """Of the folder of all results, `output`."""
        self._folder = os.path.join(output, "plan")

    def write(self, part: str, images: Collection[str]) -> None:
        """Plans a part.

        Args:
          part: Name of the part.
          images: Locations of its images; of a mapping, with what JSON can hold of each.
        """
        # Escaped, since names that are not UTF-8 have surrogates.
        atomic_files.write_text(self._path(part), json.dumps(images))

    def read(self, part: str) -> Any:
        """What was written of a part.

        Raises:
          GraftNetError: it was not planned.
        """
        return atomic_files.read_json(self._path(part))

    def describe(self, part: str) -> str:
        """A part and which images it has, for a person."""
        images = [printable(image) for image in self.read(part)]
        return f"{part} (images {images[0]} to {images[-1]})"

    def remove(self) -> None:
        """Removes the plan of all parts, if there is one."""
        atomic_files.remove(self._folder)

    def _path(self, part: str) -> str:
        return os.path.join(self._folder, f"{part}.json")
