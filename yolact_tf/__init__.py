"""YOLACT instance segmentation in TensorFlow, and the people in images."""

import lazy_loader

from graftnet_tf.io.tensorflow_stack import require_keras_2

require_keras_2()

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
