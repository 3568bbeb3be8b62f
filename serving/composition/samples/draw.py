"""Draws the sample that ships with the package; `make sample` runs it."""

import os

from graftnet_tf.io import atomic_files
from graftnet_tf.lift_scenes.scene.records import jpeg
from graftnet_tf.lift_scenes.scene.scene import render_snapshot
from serving.composition.samples import SNAPSHOT

_SIZE = (640, 360)  # width, height


def drawn_snapshot() -> bytes:
    """The JPEG file of a drawn snapshot of passengers, the same at every call."""
    return jpeg(render_snapshot(seed=0, index=0, size=_SIZE).image)


if __name__ == "__main__":
    atomic_files.write_bytes(os.path.join(os.path.dirname(__file__), SNAPSHOT), drawn_snapshot())
