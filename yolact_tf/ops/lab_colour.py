"""CIE L*a*b* colours, whose distances are about as large as they look."""

import tensorflow as tf

_TO_XYZ = (  # IEC 61966-2-1, rows X, Y, Z; each divided by the white point D65 below
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
_WHITE = (0.95047, 1.0, 1.08883)
_LINEAR_BELOW = (6 / 29) ** 3


def lab(rgb: tf.Tensor) -> tf.Tensor:
    """sRGB to CIE 1976 L*a*b* under D65.

    Args:
      rgb: float32 [..., 3], 0 … 255.

    Returns:
      float32 [..., 3]: L* of 0 … 100, a* and b* of about -110 … 110.
    """
    shares = tf.clip_by_value(rgb / 255, 0.0, 1.0)
    linear = tf.where(
        shares <= 0.04045,
        shares / 12.92,
        tf.pow((tf.maximum(shares, 0.04045) + 0.055) / 1.055, 2.4),
    )
    xyz = tf.tensordot(linear, tf.transpose(tf.constant(_TO_XYZ)), 1) / tf.constant(_WHITE)
    root = tf.where(
        xyz > _LINEAR_BELOW,
        tf.pow(tf.maximum(xyz, _LINEAR_BELOW), 1 / 3),
        xyz / (3 * (6 / 29) ** 2) + 4 / 29,
    )
    x, y, z = tf.unstack(root, axis=-1)
    return tf.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)
