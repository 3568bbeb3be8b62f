"""What is measured on this machine."""

from graftnet_tf.models.precision import FULL_PRECISION, native_precision


def native_precisions() -> tuple[str, ...]:
    """float32, and bfloat16 where the machine computes in it."""
    return tuple(dict.fromkeys((FULL_PRECISION, native_precision())))
