"""Scoring one part: the same function here and on every worker."""

import dataclasses
import functools
import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from graftnet_tf.io import image_fetching
from graftnet_tf.io.file_names import printable
from graftnet_tf.io.image_fetching import UnfetchedError, UnreadableError
from graftnet_tf.io.op_errors import reason
from graftnet_tf.io.part_plan import PartPlan
from graftnet_tf.io.read_ahead import ahead
from serving.archive_scoring.dead_letters import DeadLetter
from serving.archive_scoring.part_files import PartFiles
from serving.archive_scoring.scorer import Scorer, load_scorer

_READERS = 8
_AHEAD_BATCHES = 2


@dataclasses.dataclass(frozen=True)
class PartScoring:
    """The work on parts; see `graftnet_tf.io.part_runs.PartWork`.

    Attributes:
      model_dir: Directory of the SavedModel, where workers reach it.
      output: Folder of the results, likewise.
      batch_size: Images that the model sees at once.
      timeout: Seconds that a web server may stay silent.
    """

    model_dir: str
    output: str
    batch_size: int
    timeout: float

    def load(self) -> Scorer:
        """The model."""
        return load_scorer(self.model_dir)

    def process(self, model: Scorer, part: str) -> None:
        """Scores a part's images and publishes its table and its dead letters."""
        sources = PartPlan(self.output).read(part)
        fetch = functools.partial(_fetch, timeout=self.timeout)
        rows = _Rows(model)
        with ThreadPoolExecutor(_READERS) as pool:
            fetched = ahead(pool, fetch, sources, _AHEAD_BATCHES * self.batch_size)
            for first in range(0, len(sources), self.batch_size):
                count = min(self.batch_size, len(sources) - first)
                rows.add([next(fetched) for _ in range(count)])
        files = PartFiles(self.output, part)
        files.write(rows.columns(), images=len(sources), dead_letters=rows.dead_letters)

    def describe(self, part: str) -> str:
        """A part and which images it has."""
        return PartPlan(self.output).describe(part)


class _Image(NamedTuple):
    """An image that was fetched."""

    source: str
    sha256: str
    content: bytes


def _fetch(source: str, timeout: float) -> _Image | DeadLetter:
    try:
        image_fetching.stamp(source)  # refuses what is no file, whose reading may never end
        content = image_fetching.read(source, timeout)
    except UnreadableError as error:
        retry = isinstance(error, UnfetchedError)
        return DeadLetter(printable(source), "", str(error), retry)
    return _Image(source, hashlib.sha256(content).hexdigest(), content)


class _Rows:
    """The rows of a part, batch after batch."""

    def __init__(self, model: Scorer):
        self._model = model
        self._sources: list[str] = []
        self._hashes: list[str] = []
        self._columns: dict[str, list[np.ndarray]] = {name: [] for name in model.columns}
        self.dead_letters: list[DeadLetter] = []

    def columns(self) -> dict[str, list[str] | np.ndarray]:
        """All that was added."""
        scored = {
            name: np.concatenate([np.zeros(0, kind), *self._columns[name]])
            for name, kind in self._model.columns.items()
        }
        return {"source": self._sources, "sha256": self._hashes, **scored}

    def add(self, fetched: Sequence[_Image | DeadLetter]) -> None:
        """Scores a batch; where the model fails on it, each image alone."""
        self.dead_letters += [one for one in fetched if isinstance(one, DeadLetter)]
        images = [one for one in fetched if isinstance(one, _Image)]
        if not images or self._score(images):
            return
        for image in images:
            self._score([image])

    def _score(self, images: Sequence[_Image]) -> bool:
        """Notes what the model says; False, and nothing, if one of several may be to blame."""
        try:
            scores = self._model.score([image.content for image in images])
        except tf.errors.OpError as error:
            if len(images) == 1:
                self._bury(images[0], reason(error))
            return len(images) == 1
        if len(images) > 1 and not scores.decoded.any():
            return False
        for place in scores.image:
            self._sources.append(images[place].source)
            self._hashes.append(images[place].sha256)
        for name, column in scores.columns.items():
            self._columns[name].append(column)
        for place in np.flatnonzero(~scores.decoded):
            self._bury(images[place], _why_not(images[place].content))
        return True

    def _bury(self, image: _Image, why: str) -> None:
        self.dead_letters.append(DeadLetter(printable(image.source), image.sha256, why))


def _why_not(content: bytes) -> str:
    try:
        image_fetching.decode(content)
    except UnreadableError as error:
        return str(error)
    return "The model gave no score, although the image can be decoded."
