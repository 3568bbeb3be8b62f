import subprocess
import sys

import numpy as np
import tensorflow as tf

from serving.composition.samples import draw, lift_snapshot

_MODULES = """
import sys
import serving.composition.compose, serving.composition.compose_passengers
print(*(name for name in sys.modules if name.startswith("graftnet_tf.lift_scenes")))
"""


def test_the_shipped_snapshot_is_the_one_that_its_command_draws():
    assert lift_snapshot() == draw.drawn_snapshot()


def test_the_shipped_snapshot_is_an_image_of_more_than_one_colour():
    pixels = tf.io.decode_jpeg(lift_snapshot(), channels=3).numpy()
    assert pixels.shape == (360, 640, 3)
    assert np.std(pixels) > 10


def test_composing_loads_no_scene_generator():
    done = subprocess.run(
        [sys.executable, "-c", _MODULES], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
