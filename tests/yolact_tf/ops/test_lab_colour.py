import numpy as np
import pytest

from yolact_tf.ops.lab_colour import lab


@pytest.mark.parametrize(
    ("rgb", "expected"),
    [
        ((0, 0, 0), (0, 0, 0)),
        ((255, 255, 255), (100, 0, 0)),
        ((128, 128, 128), (53.585, 0, 0)),
        ((255, 0, 0), (53.241, 80.092, 67.203)),
        ((0, 255, 0), (87.735, -86.183, 83.180)),
        ((0, 0, 255), (32.297, 79.188, -107.860)),
    ],
)
def test_known_colours(rgb, expected):
    """Published values of the primaries of sRGB under D65."""
    np.testing.assert_allclose(lab(np.float32(rgb)), expected, atol=0.02)
