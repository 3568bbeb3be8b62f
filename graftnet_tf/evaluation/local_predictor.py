"""A composed SavedModel in this process: what it says of itself, and its scores."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from graftnet_tf.errors import GraftNetError

_SIGNATURES = {"predict_jpeg", "metadata"}


def check_saved_model(directory: str) -> None:
    """Checks that a directory holds a SavedModel, without loading it.

    Raises:
      GraftNetError: it does not.
    """
    if not tf.saved_model.contains_saved_model(directory):
        raise GraftNetError(
            f"{directory} is no SavedModel. Name the directory that holds "
            "saved_model.pb, such as WORKSPACE/serving/graftnet/1."
        )


class LocalPredictor:
    """The signatures of a composed SavedModel, called without a server.

    Attributes:
      metadata: JSON document of the `metadata` signature.
      attributes: {"task", "class", "threshold"} of each attribute, in the model's order.
      tasks: Names of the model's tasks.
    """

    def __init__(self, directory: str):
        """Loads the model.

        Args:
          directory: Such as WORKSPACE/serving/graftnet/1.

        Raises:
          GraftNetError: it is no SavedModel, one without the signatures, or of an earlier
            release.
        """
        check_saved_model(directory)
        self._model = tf.saved_model.load(directory)
        missing = _SIGNATURES - set(self._model.signatures)
        if missing:
            raise GraftNetError(
                f"{directory} is no composed model: it lacks the signatures {sorted(missing)} "
                f"and has {sorted(self._model.signatures)}."
            )
        require_image_bytes(self._model.signatures["predict_jpeg"], directory, "graftnet-compose")
        document = self._model.signatures["metadata"]()["metadata"].numpy()
        self.metadata: dict[str, Any] = json.loads(document)
        self.attributes: dict[str, dict[str, Any]] = self.metadata["attributes"]
        self.tasks: tuple[str, ...] = tuple(self.metadata["tasks"])

    def score(self, images: Sequence[bytes]) -> dict[str, np.ndarray]:
        """Scores JPEG or PNG files.

        Args:
          images: Content of N > 0 files.

        Returns:
          float32 [N] in 0…1 for each attribute; NaN where an image cannot be decoded.
        """
        try:
            answer = self._model.signatures["predict_jpeg"](image_bytes=tf.constant(images))
        except tf.errors.InvalidArgumentError:  # no image of the request can be decoded
            return {name: np.full(len(images), np.nan, np.float32) for name in self.attributes}
        decoded = answer["decoded"].numpy()
        return {
            name: np.where(decoded, answer[name].numpy(), np.float32(np.nan))
            for name in self.attributes
        }


def require_image_bytes(signature: Any, directory: str, command: str) -> None:
    """Checks that a signature takes `image_bytes`, which was `pictures` before release 0.2.

    Args:
      signature: Signature of a loaded SavedModel.
      directory: Directory of the model, for the message.
      command: Command that makes such a model.

    Raises:
      GraftNetError: it takes something else.
    """
    inputs = signature.structured_input_signature[1]
    if "image_bytes" not in inputs:
        raise GraftNetError(
            f"{directory} takes {', '.join(inputs) or 'nothing'}, not image_bytes: an earlier "
            f"release made it. Make it anew with `{command}`."
        )
