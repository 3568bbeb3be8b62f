import pytest

from graftnet_tf.workspace.example import Example
from graftnet_tf.workspace.example_table import ExampleTable
from graftnet_tf.workspace.image_paths import ImagePaths

IMAGES = ["images/a.jpg", "/data/b.jpg", "gs://bucket/c.jpg"]
PATHS = ["/root/images/a.jpg", "/data/b.jpg", "gs://bucket/c.jpg"]


@pytest.fixture
def paths():
    examples = ExampleTable.of(Example(image, 0, "g") for image in IMAGES)
    return ImagePaths("/root", examples)


def test_they_are_the_paths_to_open(paths):
    assert paths == PATHS
    assert list(paths) == PATHS
    assert [paths[row] for row in (0, 1, 2, -1)] == [*PATHS, PATHS[2]]
    assert paths[1:] == PATHS[1:]


def test_they_are_not_other_paths(paths):
    assert paths != PATHS[:2]
    assert paths != PATHS[::-1]
    with pytest.raises(IndexError):
        paths[3]
