"""absl binaries, one per job, each a thin shell over a library function."""

import importlib.util
import os
import sys

if importlib.util.find_spec("tensorflow") is None:
    sys.exit("This needs TensorFlow, which is not installed: pip install 'graftnet-tf[all]'.")

# At its import TensorFlow logs three lines about CUDA as errors, on every machine; its
# true errors come as exceptions.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
