"""Files that a client is given by their paths; only remote ones need TensorFlow."""

from graftnet_tf.errors import GraftNetError


def read_bytes(path: str) -> bytes:
    """The content of a file, on this machine or, with TensorFlow, `gs://` and the like.

    Raises:
      GraftNetError: why it cannot be read, as what follows a colon.
    """
    if "://" in path:
        return _read_remote(path)
    try:
        with open(path, "rb") as file:
            return file.read()
    except (OSError, ValueError) as error:  # ValueError: a null byte
        raise GraftNetError(getattr(error, "strerror", None) or str(error)) from None


def _read_remote(path: str) -> bytes:
    try:
        import tensorflow as tf

        from graftnet_tf.io import atomic_files
    except ModuleNotFoundError:
        raise GraftNetError(
            "files that are not on this machine need TensorFlow; install graftnet-tf[all]"
        ) from None
    try:
        return atomic_files.read_bytes(path)
    except tf.errors.OpError as error:
        raise GraftNetError(error.message) from None
