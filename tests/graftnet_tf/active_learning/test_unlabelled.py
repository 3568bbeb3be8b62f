"""What is left of an archive when what is labelled, asked for or seen twice is taken away."""

import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="pyarrow is not installed")

from graftnet_tf.active_learning.archive_index import ArchiveIndex
from graftnet_tf.active_learning.unlabelled import LabelledImages, unlabelled
from graftnet_tf.data.near_duplicates import COLOURS

FAR = 0xFFFF  # 16 bits from 0


def index(hashes, shapes, alike):
    count = len(hashes)
    return ArchiveIndex(
        [f"{digest}.jpg" for digest in hashes],
        list(hashes),
        np.array(shapes, np.uint64),
        np.full((count, COLOURS), 96, np.float16),
        np.array(alike, np.int32),
        np.zeros((count, 2), np.float32),
        np.eye(2, dtype=np.float32),
        np.zeros(2, np.float32),
    )


def labelled_image(digest, shape):
    grey = np.full((1, COLOURS), 96, np.float16)
    return LabelledImages([digest], np.array([shape], np.uint64), grey)


ARCHIVE = index("abcdef", [0, 1, FAR, FAR << 16, FAR << 32, FAR << 48], [0, 0, 1, 2, 3, 4])


@pytest.mark.parametrize(
    ("labelled", "asked_for", "expected"),
    [
        (None, [], [0, 2, 3, 4, 5]),
        (None, ["c", "x"], [0, 3, 4, 5]),
        (None, ["b"], [2, 3, 4, 5]),  # the first looks like it
        (labelled_image("x", 1 << 5), [], [2, 3, 4, 5]),
        (labelled_image("f", FAR << 8), [], [0, 2, 3, 4]),
    ],
)
def test_what_is_left(labelled, asked_for, expected):
    assert unlabelled(ARCHIVE, labelled, asked_for).tolist() == expected
