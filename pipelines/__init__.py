"""absl binaries, one per job, each a thin shell over a library function."""

import os
import sys
from importlib.abc import MetaPathFinder
from typing import Any

# At its import TensorFlow logs three lines about CUDA as errors, on every machine; its
# true errors come as exceptions.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


class _NoTensorFlow(MetaPathFinder):
    """Asked for what nobody else has found: some binaries need no TensorFlow, most do."""

    def find_spec(self, fullname: str, *_: Any) -> None:
        if fullname == "tensorflow":
            sys.exit(
                "This needs TensorFlow, which is not installed: pip install 'graftnet-tf[all]', or "
                "'graftnet-tf[current]' for today's."
            )


sys.meta_path.append(_NoTensorFlow())

try:
    import graftnet_tf.io  # noqa: F401 - settles which Keras runs, before any binary's imports
except ImportError as error:
    sys.exit(str(error))
