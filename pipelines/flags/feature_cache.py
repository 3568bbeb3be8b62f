"""The flag that says how much of the trunk's features is cached, beside the one that says where."""

from absl import flags

from graftnet_tf.features import feature_cache
from pipelines.flags.cache_directory import CACHE_DIR as CACHE_DIR

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
