"""GraftNet: many attributes of people from many single-label datasets.

Vocabulary (task, block, trunk, branch, grafting, tree) is in WORKSPACE_NOTES.md. What is public is
imported when it is first used: importing the package loads no TensorFlow.
"""

import lazy_loader

from graftnet_tf.io.tensorflow_stack import require_keras_2

require_keras_2()

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

__version__ = "0.2.0"
