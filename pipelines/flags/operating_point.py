"""Flags that say what thresholds are to keep to: see `OperatingPoint`."""

from absl import flags

from graftnet_tf.evaluation.operating_point import OperatingPoint

MAX_FPR = flags.DEFINE_float(
    "max_fpr",
    None,
    "Largest share of negatives of the validation part that a threshold may count as positive.",
)
MIN_PRECISION = flags.DEFINE_float(
    "min_precision",
    None,
    "Smallest share of positives among what a threshold counts as positive, with positives as "
    "frequent as in the validation part.",
)


def is_given() -> bool:
    """Whether any of the flags is."""
    return MAX_FPR.value is not None or MIN_PRECISION.value is not None


def wanted() -> OperatingPoint:
    """What the flags say.

    Raises:
      GraftNetError: not one of the two is given, or out of its range.
    """
    return OperatingPoint(MAX_FPR.value, MIN_PRECISION.value)
