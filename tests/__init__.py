"""Settles which Keras runs before a test imports TensorFlow."""

import graftnet_tf  # noqa: F401
