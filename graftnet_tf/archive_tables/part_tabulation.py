"""The rows of one part: made by the same function here and on every worker."""

import dataclasses
import functools
import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from graftnet_tf.archive_tables.dead_letters import DeadLetter
from graftnet_tf.archive_tables.part_files import PartFiles
from graftnet_tf.archive_tables.tabulator import Tabulator
from graftnet_tf.io import image_fetching
from graftnet_tf.io.file_names import printable
from graftnet_tf.io.image_fetching import UnfetchedError, UnreadableError
from graftnet_tf.io.op_errors import reason
from graftnet_tf.io.part_plan import PartPlan
from graftnet_tf.io.read_ahead import ahead

_READERS = 8
_AHEAD_BATCHES = 2


@dataclasses.dataclass(frozen=True)
class PartTabulation:
    """The work on parts; see `graftnet_tf.io.part_work.PartWork`.

    Attributes:
      make: Makes the tabulator; can be pickled.
      output: Folder of the results, where workers reach it.
      tables: Name of the folder of tables in it.
      batch_size: Images that the tabulator gets at once.
      timeout: Seconds that a web server may stay silent.
    """

    make: Callable[[], Tabulator]
    output: str
    tables: str
    batch_size: int
    timeout: float

    @property
    def plan(self) -> PartPlan:
        """Which images each part has."""
        return PartPlan(self.output)

    def load(self) -> Tabulator:
        """What makes the rows."""
        return self.make()

    def process(self, model: Tabulator, part: str) -> None:
        """Publishes a part's table and its dead letters."""
        sources, left_out = self.plan.read(part), self.plan.left_out(part)
        fetch = functools.partial(_fetch, timeout=self.timeout)
        rows = _Rows(model)
        with ThreadPoolExecutor(_READERS) as pool:
            fetched = ahead(pool, fetch, sources, _AHEAD_BATCHES * self.batch_size)
            for first in range(0, len(sources), self.batch_size):
                some = sources[first : first + self.batch_size]
                rows.add([_unless(left_out.get(source), next(fetched)) for source in some])
        files = PartFiles(self.output, self.tables, part)
        files.write(rows.columns(), images=len(sources), dead_letters=rows.dead_letters)

    def try_image(self, model: Tabulator, image: str) -> None:
        """Makes the rows of an image, for nothing."""
        _Rows(model).add([_fetch(image, self.timeout)])


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


def _unless(reason: str | None, fetched: _Image | DeadLetter) -> _Image | DeadLetter:
    """What was fetched, unless there is a reason to leave it out."""
    if reason is None or isinstance(fetched, DeadLetter):
        return fetched
    return DeadLetter(printable(fetched.source), fetched.sha256, reason)


class _Rows:
    """The rows of a part, batch after batch."""

    def __init__(self, model: Tabulator):
        self._model = model
        self._sources: list[str] = []
        self._hashes: list[str] = []
        self._columns: dict[str, list[np.ndarray]] = {name: [] for name in model.columns}
        self.dead_letters: list[DeadLetter] = []

    def columns(self) -> dict[str, list[str] | np.ndarray]:
        """All that was added."""
        found = {
            name: np.concatenate([np.zeros(0, kind), *self._columns[name]])
            for name, kind in self._model.columns.items()
        }
        return {"source": self._sources, "sha256": self._hashes, **found}

    def add(self, fetched: Sequence[_Image | DeadLetter]) -> None:
        """Adds a batch; where the model fails on it, each image alone."""
        self.dead_letters += [one for one in fetched if isinstance(one, DeadLetter)]
        images = [one for one in fetched if isinstance(one, _Image)]
        if not images or self._tabulate(images):
            return
        for image in images:
            self._tabulate([image])

    def _tabulate(self, images: Sequence[_Image]) -> bool:
        """Notes the rows; False, and nothing, if one of several may be to blame."""
        try:
            rows = self._model.tabulate([image.content for image in images])
        except tf.errors.OpError as error:
            if len(images) == 1:
                self._bury(images[0], reason(error))
            return len(images) == 1
        if len(images) > 1 and not rows.decoded.any():
            return False
        for place in rows.image:
            self._sources.append(images[place].source)
            self._hashes.append(images[place].sha256)
        for name, column in rows.columns.items():
            self._columns[name].append(column)
        for place in np.flatnonzero(~rows.decoded):
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
