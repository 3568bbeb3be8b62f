"""The flag that says where features of the trunk are cached."""

from absl import flags

CACHE_DIR = flags.DEFINE_string(
    "cache_dir",
    None,
    "Local directory for features; by default WORKSPACE/cache, or a temporary one if remote.",
)
