"""The store that advertising gateways share."""

from absl import flags

DATABASE = flags.DEFINE_string(
    "database",
    "sqlite:///advertising.db",
    "Store of the gateways: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME.",
)
