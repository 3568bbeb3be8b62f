"""The flag that lets a job remove what it made of images that are not named any more."""

from absl import flags

DROP_GONE = flags.DEFINE_bool(
    "drop_gone", False, "Remove the rows of images that are not named any more."
)
