"""Which Keras `tf.keras` is, settled before TensorFlow is imported.

GraftNet-TF is written for Keras 2. Up to TensorFlow 2.15 `tf.keras` is that; from 2.16 on it is
Keras 3, unless `TF_USE_LEGACY_KERAS=1` has it be the package tf-keras.
"""

import importlib.metadata
import os
import sys

_SWITCH = "TF_USE_LEGACY_KERAS"
_YES = ("1", "True", "true")  # what TensorFlow takes for one
_OF_THE_LIBRARY = "pot"  # in every installation but that of the client alone


def require_keras_2() -> None:
    """Has `tf.keras` be Keras 2, here and in processes that are started from here.

    The packages call it when they are imported. Where nothing is installed beside which `tf.keras`
    would be another, it does nothing; nor where the client alone is, since it needs no TensorFlow
    and Keras is then its application's.

    Raises:
      ImportError: beside Keras 3 there is tensorflow-addons, or no tf-keras, or the environment
        asks for Keras 3, or `tf.keras` is in use as Keras 3 already.
    """
    keras = _installed("keras")
    if keras is None or int(keras.partition(".")[0]) < 3 or _installed(_OF_THE_LIBRARY) is None:
        return
    found = f"TensorFlow {_installed('tensorflow') or 'of 2.16 or later'} with Keras {keras}"
    addons = _installed("tensorflow-addons")
    if addons is not None:
        raise ImportError(
            f"Found tensorflow-addons {addons} beside {found}, where it does not run and is not "
            "needed: pip uninstall tensorflow-addons, or install the set stack, "
            "'graftnet-tf[all]', in an environment of its own."
        )
    if _installed("tf-keras") is None:
        raise ImportError(
            f"Found {found} and no tf-keras; GraftNet-TF needs Keras 2 as tf.keras: "
            "pip install 'graftnet-tf[current]'."
        )
    if os.environ.setdefault(_SWITCH, "1") not in _YES:
        raise ImportError(
            f"{_SWITCH}={os.environ[_SWITCH]} makes tf.keras Keras {keras}; GraftNet-TF needs "
            f"Keras 2: unset {_SWITCH}."
        )
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is None:
        return
    if not tensorflow.keras.Model.__module__.startswith("tf_keras."):
        raise ImportError(
            f"tf.keras is Keras {keras} in this process already; GraftNet-TF needs Keras 2: "
            f"import it before tf.keras is used, or set {_SWITCH}=1."
        )


def _installed(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None
