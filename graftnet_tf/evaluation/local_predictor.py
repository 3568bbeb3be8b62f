"""A composed SavedModel in this process: what it says of itself, and its scores."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from graftnet_tf.errors import GraftNetError

_SIGNATURES = {"predict_jpeg", "metadata"}


class LoadedModel:
    """The signatures of a composed SavedModel, called without a server.

    Attributes:
      metadata: JSON document of the `metadata` signature.
      attributes: {"task", "class", "threshold"} of each attribute, in the model's order.
      tasks: names of the model's tasks.
    """

    def __init__(self, directory: str):
        """Loads the model.

        Args:
          directory: such as WORKSPACE/serving/graftnet/1.

        Raises:
          GraftNetError: it is no SavedModel, or one without the signatures.
        """
        if not tf.saved_model.contains_saved_model(directory):
            raise GraftNetError(
                f"{directory} is no SavedModel. Name the directory that holds "
                "saved_model.pb, such as WORKSPACE/serving/graftnet/1."
            )
        self._model = tf.saved_model.load(directory)
        missing = _SIGNATURES - set(self._model.signatures)
        if missing:
            raise GraftNetError(
                f"{directory} is no composed model: it lacks the signatures {sorted(missing)} "
                f"and has {sorted(self._model.signatures)}."
            )
        document = self._model.signatures["metadata"]()["metadata"].numpy()
        self.metadata: dict[str, Any] = json.loads(document)
        self.attributes: dict[str, dict[str, Any]] = self.metadata["attributes"]
        self.tasks: tuple[str, ...] = tuple(self.metadata["tasks"])

    def score(self, pictures: Sequence[bytes]) -> dict[str, np.ndarray]:
        """Scores JPEG or PNG files.

        Args:
          pictures: content of N > 0 files.

        Returns:
          float32 [N] in 0…1 for each attribute; NaN where a picture cannot be decoded.
        """
        try:
            answer = self._model.signatures["predict_jpeg"](pictures=tf.constant(pictures))
        except tf.errors.InvalidArgumentError:  # no picture of the request can be decoded
            return {name: np.full(len(pictures), np.nan, np.float32) for name in self.attributes}
        decoded = answer["decoded"].numpy()
        return {
            name: np.where(decoded, answer[name].numpy(), np.float32(np.nan))
            for name in self.attributes
        }
