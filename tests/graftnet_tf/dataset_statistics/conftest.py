"""Two tasks over drawn scenes, whose lists share what they should not."""

import hashlib
import io

import pytest

from graftnet_tf.workspace.tasks import Example, Task, write_task
from graftnet_tf.workspace.workspace import Workspace
from tests.drawn_looks import scene


def as_jpeg(image):
    data = io.BytesIO()
    image.save(data, "JPEG", quality=60)
    return data.getvalue()


@pytest.fixture
def leaking_workspace(tmp_path):
    """hat learns from 0, 1, 2, 1 again, and nothing; tests by 1, 2 made smaller, 3 of 0's group, 4.

    bag learns from 4 and 5 and tests by 0 under another name, 6 and a broken image. The file of 5
    is not the one that its list has the hash of.
    """
    images = tmp_path / "workspace" / "images"
    images.mkdir(parents=True)
    for number in range(7):
        scene(number).save(images / f"{number}.png")
    for copy, number in (("1again", 1), ("1test", 1), ("0test", 0)):
        (images / f"{copy}.png").write_bytes((images / f"{number}.png").read_bytes())
    (images / "2small.jpg").write_bytes(as_jpeg(scene(2).resize((40, 60))))
    (images / "broken.png").write_bytes(b"\x89PNG and no more")

    def example(name, label, group):
        path = images / name
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
        return Example(f"images/{name}", label, group, content)

    changed = Example("images/5.png", 1, "five", "ab" * 32)
    lists = {
        "hat": {
            "train": [
                example("0.png", 0, "ann"),
                example("1.png", 1, "ben"),
                example("2.png", 1, "cat"),
                example("1again.png", 1, "ben"),
                example("absent.png", 0, "nobody"),
            ],
            "test": [
                example("1test.png", 1, "ben"),
                example("2small.jpg", 1, "dan"),
                example("3.png", 0, "ann"),
                example("4.png", 0, "eve"),
            ],
        },
        "bag": {
            "train": [example("4.png", 0, "x"), changed],
            "test": [
                example("0test.png", 0, "y"),
                example("6.png", 1, "z"),
                example("broken.png", 1, "z"),
            ],
        },
    }
    root = tmp_path / "workspace"
    for name, splits in lists.items():
        write_task(str(root / "tasks" / name), Task.binary(name), splits)
    return Workspace(str(root))
