"""Many strings in two arrays."""

import array
import dataclasses
import itertools
from collections.abc import Iterable, Iterator

import numpy as np

_AT_ONCE = 4096  # strings decoded together while iterating


@dataclasses.dataclass(frozen=True, eq=False)
class StringColumn:
    """M strings as one text, which takes their bytes and eight more for each.

    Attributes:
      blob: uint8 [bytes], the strings in UTF-8, one after the other; read-only.
      offsets: int64 [M + 1], where each begins, and where the last ends; read-only.
    """

    blob: np.ndarray
    offsets: np.ndarray

    def __post_init__(self):
        for values in (self.blob, self.offsets):
            values.setflags(write=False)

    @classmethod
    def of(cls, strings: Iterable[str]) -> "StringColumn":
        """The column of some strings, in their order."""
        growing = GrowingStrings()
        for string in strings:
            growing.append(string)
        return growing.column()

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> str:
        begin, end = self.offsets[row], self.offsets[row + 1]
        return self.blob[begin:end].tobytes().decode()

    def __iter__(self) -> Iterator[str]:
        for first in range(0, len(self), _AT_ONCE):
            bounds = self.offsets[first : first + _AT_ONCE + 1]
            text = self.blob[bounds[0] : bounds[-1]].tobytes()
            for begin, end in itertools.pairwise((bounds - bounds[0]).tolist()):
                yield text[begin:end].decode()

    def take(self, rows: np.ndarray) -> "StringColumn":
        """The strings at int [n] rows, each in 0…M - 1, in their order."""
        begins, ends = self.offsets[:-1][rows], self.offsets[1:][rows]
        source, blob = self.blob.data, bytearray()
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
            blob += source[begin:end]
        offsets = np.concatenate([[0], np.cumsum(ends - begins)]).astype(np.int64)
        return StringColumn(np.frombuffer(blob, np.uint8), offsets)


class GrowingStrings:
    """Strings that become a column, one after the other."""

    def __init__(self):
        self._blob, self._offsets = bytearray(), array.array("q", [0])

    def append(self, string: str) -> None:
        self._blob += string.encode()
        self._offsets.append(len(self._blob))

    def column(self) -> StringColumn:
        """What was appended; nothing can be from then on."""
        return StringColumn(np.frombuffer(self._blob, np.uint8), np.array(self._offsets, np.int64))
