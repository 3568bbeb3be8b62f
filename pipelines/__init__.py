"""absl binaries, one per job, each a thin shell over a library function."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
