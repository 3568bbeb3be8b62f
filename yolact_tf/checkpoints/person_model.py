"""The network that finds people, as it comes with the package."""

from importlib import resources

import tensorflow as tf

from yolact_tf.checkpoints import weights_file
from yolact_tf.errors import YolactError
from yolact_tf.models.yolact import Yolact

NAME = "person"


def path() -> str:
    """Its weight file.

    Raises:
      YolactError: the package was installed without it.
    """
    file = str(resources.files("yolact_tf") / "weights" / f"{NAME}.npz")
    if not tf.io.gfile.exists(file):
        raise YolactError(
            f"The person model {file} is missing from this installation; "
            "name a weight file of your own with --weights."
        )
    return file


def load() -> tuple[Yolact, tuple[str, ...]]:
    """Loads it.

    Returns:
      The model and the names of its classes.

    Raises:
      YolactError: the package was installed without it.
    """
    return weights_file.load(path())
