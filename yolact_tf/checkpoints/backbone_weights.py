"""Public weights that a backbone starts from."""

import re

from graftnet_tf.io.torch_checkpoint import read_state_dict
from yolact_tf.checkpoints.state_dict import load_torch_state_dict, torch_state_dict
from yolact_tf.errors import YolactError
from yolact_tf.models.backbones import inception_v3
from yolact_tf.models.yolact import Yolact


def load_backbone_weights(model: Yolact, path: str) -> None:
    """Fills the backbone alone, as the official training starts.

    Args:
      model: Model with an `inception_v3`, ResNet or DarkNet backbone.
      path: File to read: for `inception_v3` an .npz (see `inception_v3.load_public_weights`); for
        the others a PyTorch file in torchvision's or the official names.

    Raises:
      YolactError: the file is of another backbone.
    """
    if model.config.backbone == "inception_v3":
        inception_v3.load_public_weights(model.backbone, path)
        return
    given = {
        _official(key): value for key, value in read_state_dict(path, error=YolactError).items()
    }
    wanted = torch_state_dict(model)
    missing = [key for key in wanted if key.startswith("backbone.") and key not in given]
    if missing:
        raise YolactError(
            f"{path} lacks {len(missing)} arrays of {model.config.backbone}: {missing[0]} is one."
        )
    load_torch_state_dict(model, wanted | {key: given[key] for key in given if key in wanted})


def _official(key: str) -> str:
    """torchvision's `layer1.0.conv1.weight` is `backbone.layers.0.0.conv1.weight` officially."""
    key = re.sub(r"^layer(\d)", lambda found: f"layers.{int(found[1]) - 1}", key)
    return f"backbone.{key}"
