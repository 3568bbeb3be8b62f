"""Which images each part of a job has, in files: a worker anywhere is told a part's name alone."""

import json
import os
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import tensorflow as tf

from graftnet_tf.io import atomic_files


class Trial(NamedTuple):
    """How far a part's images were tried one by one.

    Attributes:
      tried: Images, the first of the part, that were tried.
      begun: Whether the next one was begun.
      error: What it failed with, in one line; empty where its process ended without a word.
    """

    tried: int = 0
    begun: bool = False
    error: str = ""


class PartPlan:
    """The parts of a run under way, in OUTPUT/plan/PART.json, and what is left out of each."""

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

    def left_out(self, part: str) -> dict[str, str]:
        """Why images of a part are left out, by location."""
        path = self._path(f"{part}.left_out")
        return atomic_files.read_json(path) if tf.io.gfile.exists(path) else {}

    def leave_out(self, part: str, reasons: Mapping[str, str]) -> None:
        """Leaves images out of a part, and no others; why, by location."""
        atomic_files.write_text(self._path(f"{part}.left_out"), json.dumps(reasons))

    def trial(self, part: str) -> Trial:
        """How far the images of a part were tried."""
        path = self._path(f"{part}.trial")
        return Trial(*atomic_files.read_json(path)) if tf.io.gfile.exists(path) else Trial()

    def note_trial(self, part: str, trial: Trial) -> None:
        """Notes how far the images of a part were tried."""
        atomic_files.write_text(self._path(f"{part}.trial"), json.dumps(trial))

    def remove(self) -> None:
        """Removes the plan of all parts, if there is one."""
        atomic_files.remove(self._folder)

    def _path(self, part: str) -> str:
        return os.path.join(self._folder, f"{part}.json")
