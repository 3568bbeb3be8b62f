"""An archive of coloured images, whose scores are known, and some that cannot be scored."""

import numpy as np
import pytest
from PIL import Image

COUNT = 10
POISONED = {"3.png": b"\x89PNG not an image", "5.png": b""}


@pytest.fixture
def archive(tmp_path):
    """A folder of `COUNT` images, number k of red 20 k; `POISONED` are none."""
    folder = tmp_path / "archive"
    folder.mkdir()
    for number in range(COUNT):
        pixels = np.full((20, 16, 3), (20 * number, 7, 9), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    for name, content in POISONED.items():
        (folder / name).write_bytes(content)
    return folder


def contents(output):
    """The bytes of all files of an output folder, by path."""
    return {
        str(path.relative_to(output)): path.read_bytes()
        for path in sorted(output.rglob("*"))
        if path.is_file()
    }
