"""The network that finds people, as it comes with the package."""

from importlib import resources

import tensorflow as tf

from yolact_tf.checkpoints import weights_file
from yolact_tf.errors import YolactError
from yolact_tf.models.yolact import Yolact

NAME = "person"


def person_model_path() -> str:
    """The weight file of the person network that comes with the package.

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


def load_person_model() -> tuple[Yolact, tuple[str, ...]]:
    """Loads the person network that comes with the package.

    Examples:
      >>> from yolact_tf import load_person_model
      >>> model, classes = load_person_model()
      >>> classes
      ('person',)

    Returns:
      The model and the names of its classes.

    Raises:
      YolactError: the package was installed without it.
    """
    return weights_file.load(person_model_path())
