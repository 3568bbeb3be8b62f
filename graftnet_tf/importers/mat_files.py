"""Reading the label files of data sets that are published as MATLAB's .mat."""

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers import mat_worker
from graftnet_tf.io import atomic_files

_HDF5 = b"\x89HDF\r\n\x1a\n"
_HEADER = 1024  # bytes within which MATLAB's own header ends


def read_variables(path: str, names: Sequence[str], layout: str) -> dict[str, np.ndarray]:
    """Variables of a .mat file, as `scipy.io.loadmat` gives them.

    They are read in a process of their own, where damage that crashes the reader stays.

    Args:
      path: File, local or `gs://`.
      names: Variables to read.
      layout: What is expected there, for messages: "PA-100K's annotation.mat".

    Raises:
      GraftNetError: there is no such file, it is damaged, is kept in HDF5 (MATLAB 7.3), or lacks
        a variable, or one is sparse.
    """
    if not tf.io.gfile.exists(path) or tf.io.gfile.isdir(path):
        raise GraftNetError(f"{path} is not there; expected {layout}.")
    content = atomic_files.read_bytes(path)
    if _HDF5 in content[:_HEADER]:
        raise GraftNetError(
            f"{path} is a MATLAB 7.3 file (HDF5), not the published one; expected {layout}. "
            f"Fetch that, or save it anew in MATLAB with save('{os.path.basename(path)}', '-v7')."
        )
    worker = subprocess.run(
        [sys.executable, "-m", mat_worker.__name__, *names], input=content, capture_output=True
    )
    if worker.returncode != 0:
        said = worker.stderr.decode(errors="replace").split()
        reason = said[-1] if worker.returncode > 0 and said else "its reader crashed"
        raise GraftNetError(
            f"{path} is no .mat file, or a damaged one ({reason}); expected {layout}. "
            "Fetch it again."
        )
    variables = pickle.loads(worker.stdout)
    if missing := [name for name in names if name not in variables]:
        raise other_layout(path, f"it has no {', '.join(missing)}", layout)
    if sparse := [name for name in names if not isinstance(variables[name], np.ndarray)]:
        raise other_layout(path, f"{', '.join(sparse)} is no full matrix", layout)
    return {name: variables[name] for name in names}


def strings(cells: np.ndarray) -> list[str] | None:
    """The strings of a cell array of any shape; None where a cell is anything else."""
    found = [_string(cell) for cell in np.asarray(cells).ravel()]
    texts = [text for text in found if text is not None]
    return texts if len(texts) == len(found) else None


def _string(cell: object) -> str | None:
    array = np.asarray(cell)
    if array.dtype.kind != "U" or array.size != 1:
        return None
    return str(array.item())


def other_layout(path: str, found: str, layout: str) -> GraftNetError:
    """The error of a .mat file that is another data set's, or was rearranged."""
    return GraftNetError(f"{path} has another layout ({found}); expected {layout}.")
