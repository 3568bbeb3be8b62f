"""The flag that says on which trunk branches are grafted: see `grafting_trunk`."""

from absl import flags

TRUNK = flags.DEFINE_string(
    "trunk",
    None,
    "Trunk version to graft on, or 'newest'; by default that of the served model, and the newest "
    "where none is served.",
)
