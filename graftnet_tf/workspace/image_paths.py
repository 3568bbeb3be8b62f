"""Where the image files of examples lie, computed when asked."""

import os
from collections.abc import Iterator, Sequence
from typing import overload

from graftnet_tf.workspace.example_table import ExampleTable


def image_path(root: str, image: str) -> str:
    """Path to open for an example's `image`: relative ones start at the workspace's root."""
    return image if os.path.isabs(image) or "://" in image else os.path.join(root, image)


class ImagePaths(Sequence[str]):
    """Path to open of each example's image; as a sequence it equals a list of the same paths."""

    def __init__(self, root: str, examples: ExampleTable):
        """A view of a table.

        Args:
          root: Root of the workspace.
          examples: Whose images to name.
        """
        self._root, self._examples = root, examples

    def __len__(self) -> int:
        return len(self._examples)

    @overload
    def __getitem__(self, row: int) -> str: ...

    @overload
    def __getitem__(self, row: slice) -> "ImagePaths": ...

    def __getitem__(self, row):
        if isinstance(row, slice):
            return ImagePaths(self._root, self._examples[row])
        return image_path(self._root, self._examples.image(range(len(self))[row]))

    def __iter__(self) -> Iterator[str]:
        for image in self._examples.images:
            yield image_path(self._root, image)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))
