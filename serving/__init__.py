"""Composing branches into one SavedModel, serving it over gRPC, and calling it."""

import lazy_loader

from graftnet_tf.io.tensorflow_stack import require_keras_2

require_keras_2()

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
