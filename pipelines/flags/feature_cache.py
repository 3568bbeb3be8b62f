"""The flags that say where features of the trunk are cached, and how much of them."""

from absl import flags

from graftnet_tf.features import feature_cache

CACHE_DIR = flags.DEFINE_string(
    "cache_dir",
    None,
    "Local directory for features; by default WORKSPACE/cache, or a temporary one if remote.",
)
CACHE_LIMIT = flags.DEFINE_float(
    "cache_limit",
    feature_cache.DEFAULT_LIMIT / 1e9,
    "Most that this directory's features may take, in GB: those unused for longest are dropped, "
    "and what does not fit is computed for every batch.",
    lower_bound=0.0,
)


def cache_limit() -> int:
    """--cache_limit in bytes."""
    return int(CACHE_LIMIT.value * 1e9)
