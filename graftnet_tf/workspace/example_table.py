"""Examples as columns: a million of them take some 150 MB."""

import array
import dataclasses
import operator
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

import numpy as np

from graftnet_tf.workspace.example import Example
from graftnet_tf.workspace.string_column import GrowingStrings, StringColumn

CONTENT_BYTES = 32  # of a SHA-256
_UNKNOWN = bytes(CONTENT_BYTES)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class ExampleTable(Sequence[Example]):
    """M examples as read-only columns; as a sequence it equals a list of the same examples.

    Examples:
      >>> from graftnet_tf.workspace.example import Example
      >>> from graftnet_tf.workspace.example_table import ExampleTable
      >>> table = ExampleTable.of([Example("a.jpg", 1, "ann"), Example("b.jpg", 0, "ann")])
      >>> table.labels.tolist(), table.groups.tolist(), table.image(1)
      ([1, 0], [0, 0], 'b.jpg')

    Attributes:
      labels: int32 [M], indices into the task's classes.
      groups: int64 [M], codes that are equal exactly where the group is the same: rows of
        `group_names`.
      contents: uint8 [M, 32], SHA-256 of each image file's bytes; zeros where it is unknown.
      known: bool [M], whether it is known.
      images: M paths, absolute or relative to the workspace.
      group_names: Name of each code; a part of a table keeps all of the whole's.
    """

    labels: np.ndarray
    groups: np.ndarray
    contents: np.ndarray
    known: np.ndarray
    images: StringColumn
    group_names: StringColumn

    def __post_init__(self):
        for values in (self.labels, self.groups, self.contents, self.known):
            values.setflags(write=False)

    @classmethod
    def of(cls, examples: Iterable[Example]) -> "ExampleTable":
        """The table of some examples, in their order.

        Raises:
          ValueError: a `content` is not hex.
        """
        return cls.of_rows((e.image, e.label, e.group, bytes.fromhex(e.content)) for e in examples)

    @classmethod
    def of_rows(cls, rows: Iterable[tuple[str, int, str, bytes]]) -> "ExampleTable":
        """The table of (image, label, group, content) rows, consumed one by one.

        A content is the 32 bytes of a SHA-256, or none where that is unknown.
        """
        images, names = GrowingStrings(), dict[str, int]()
        labels, groups = array.array("i"), array.array("q")
        contents, known = bytearray(), bytearray()
        for image, label, group, content in rows:
            images.append(image)
            labels.append(label)
            groups.append(names.setdefault(group, len(names)))
            contents += content or _UNKNOWN
            known.append(bool(content))
        return cls(
            np.array(labels, np.int32),
            np.array(groups, np.int64),
            np.frombuffer(contents, np.uint8).reshape(-1, CONTENT_BYTES),
            np.frombuffer(known, np.bool_),
            images.column(),
            StringColumn.of(names),
        )

    def image(self, row: int) -> str:
        """Path of the image at a row in 0…M - 1, absolute or relative to the workspace."""
        return self.images[row]

    def group(self, row: int) -> str:
        """Name of the group at a row in 0…M - 1."""
        return self.group_names[self.groups[row]]

    def subset(self, rows: np.ndarray) -> "ExampleTable":
        """The examples at int [n] rows, each in 0…M - 1, in their order.

        Codes in `groups` stay what they are.
        """
        rows = np.asarray(rows, np.int64)
        return ExampleTable(
            self.labels[rows],
            self.groups[rows],
            self.contents[rows],
            self.known[rows],
            self.images.take(rows),
            self.group_names,
        )

    def __len__(self) -> int:
        return len(self.labels)

    @overload
    def __getitem__(self, row: int) -> Example: ...

    @overload
    def __getitem__(self, row: slice) -> "ExampleTable": ...

    def __getitem__(self, row):
        found = range(len(self))[row]  # counts from the end where negative, and checks
        if isinstance(found, range):
            return self.subset(np.arange(found.start, found.stop, found.step))
        return self._example(found, self.images[found])

    def __iter__(self) -> Iterator[Example]:
        for row, image in enumerate(self.images):
            yield self._example(row, image)

    def _example(self, row: int, image: str) -> Example:
        content = self.contents[row].tobytes().hex() if self.known[row] else ""
        return Example(image, int(self.labels[row]), self.group(row), content)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(map(operator.eq, self, other))
