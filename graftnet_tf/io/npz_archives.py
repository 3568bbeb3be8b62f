"""NumPy archives of named arrays, as weights are kept in."""

import io
import zipfile
import zlib
from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files

_DAMAGED = (
    *(ValueError, TypeError, KeyError, AttributeError, EOFError, OSError),
    *(zipfile.BadZipFile, zlib.error),
)


def read_npz(path: str, *, error: type[Exception] = GraftNetError) -> dict[str, np.ndarray]:
    """The arrays of an archive by key; nothing that is pickled in it is run.

    Args:
      path: Archive, local or `gs://`.
      error: What to raise.

    Raises:
      Exception: of type `error`; the file is missing, or is no archive of arrays.
    """
    try:
        with np.load(io.BytesIO(atomic_files.read_bytes(path)), allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}
    except tf.errors.NotFoundError:
        raise error(f"Weights file {path} does not exist.") from None
    except _DAMAGED as reason:
        raise error(f"{path} is not a readable .npz archive ({reason}).") from None


def write_npz(path: str, arrays: Mapping[str, np.ndarray], *, compressed: bool = False) -> None:
    """Writes an archive, aside and then renamed into place."""
    content = io.BytesIO()
    write = np.savez_compressed if compressed else np.savez
    write(content, **arrays)
    atomic_files.write_bytes(path, content.getvalue())
