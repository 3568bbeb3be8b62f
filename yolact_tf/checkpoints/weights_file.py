"""One file that holds a network: its weights, its configuration, its classes."""

import json

import numpy as np

from graftnet_tf.io.npz_archives import read_npz, write_npz
from yolact_tf.checkpoints.state_dict import load_torch_state_dict, torch_state_dict
from yolact_tf.config import config_named
from yolact_tf.errors import YolactError
from yolact_tf.models.yolact import Yolact, build_yolact

_HEADER = "header"
_FORMAT = 1


def save(model: Yolact, path: str, classes: tuple[str, ...], half: bool = False) -> None:
    """Writes the network as a compressed .npz, aside and then renamed into place.

    Args:
      model: Model of a named configuration.
      path: Path of the file.
      classes: Names of the classes, without background.
      half: True stores weights as float16, in half the space.

    Raises:
      YolactError: the number of names is not the model's number of classes.
    """
    if len(classes) != model.num_classes - 1:
        raise YolactError(
            f"{len(classes)} class names for a network of {model.num_classes - 1} classes."
        )
    header = {"format": _FORMAT, "config": model.config.name, "classes": list(classes)}
    dtype = np.float16 if half else np.float32
    arrays = {key: value.astype(dtype) for key, value in torch_state_dict(model).items()}
    arrays[_HEADER] = np.array(json.dumps(header))
    write_npz(path, arrays, compressed=True)


def load(path: str) -> tuple[Yolact, tuple[str, ...]]:
    """Builds the network that `save` wrote.

    Returns:
      The model, with float32 weights, and the names of its classes.

    Raises:
      YolactError: there is no such file, it is not one that `save` wrote, or its network is none
        of this version, such as a person network of before.
    """
    arrays = read_npz(path, error=YolactError)
    try:
        header = json.loads(str(arrays.pop(_HEADER)))
        known = header["format"] == _FORMAT
    except (KeyError, TypeError, ValueError):
        raise YolactError(
            f"{path} is not a weight file of yolact_tf; train_yolact and convert_yolact write them."
        ) from None
    if not known:
        raise YolactError(f"{path} has format {header['format']}; this version reads {_FORMAT}.")
    classes = tuple(header["classes"])
    try:
        model = build_yolact(config_named(header["config"]), num_classes=len(classes) + 1)
        load_torch_state_dict(model, arrays)
    except YolactError as error:
        raise YolactError(
            f"{path} holds a network of another version; use the version that wrote it, or train "
            f"on with this one's: {error}"
        ) from None
    return model, classes
