"""Flags that say what thresholds are to keep to: see `OperatingPoint`."""

from absl import flags

from graftnet_tf.evaluation.operating_point import OperatingPoint
from graftnet_tf.evaluation.selection_weights import WEIGHTINGS

MAX_FPR = flags.DEFINE_float(
    "max_fpr",
    None,
    "Largest share of negatives of the validation part that a threshold may count as positive.",
)
MIN_PRECISION = flags.DEFINE_float(
    "min_precision",
    None,
    "Smallest share of positives among what a threshold counts as positive, with positives as "
    "frequent as in the validation part, or in its archive where images are weighted.",
)
WEIGHTING = flags.DEFINE_enum(
    "weighting",
    None,
    WEIGHTINGS,
    "For --max_fpr and --min_precision: probability counts each validation image by the inverse of "
    "how likely it was to be chosen for labelling, none counts all alike; by default the former "
    "where every one of them has a probability.",
)


def is_given() -> bool:
    """Whether any of the flags is."""
    return any(flag.value is not None for flag in (MAX_FPR, MIN_PRECISION, WEIGHTING))


def wanted() -> OperatingPoint:
    """What the flags say.

    Raises:
      GraftNetError: not one of the two is given, or out of its range.
    """
    return OperatingPoint(MAX_FPR.value, MIN_PRECISION.value, WEIGHTING.value)
