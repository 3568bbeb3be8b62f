"""A model in this process that scores images: columns of a table, a row an image or a person."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from graftnet_tf.archive_tables.tabulator import ImageRows, Tabulator
from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation.local_predictor import LocalPredictor
from graftnet_tf.io import atomic_files

_SIDES = ("x1", "y1", "x2", "y2")


def load_scorer(directory: str) -> Tabulator:
    """Loads a composed or a passengers model.

    Args:
      directory: Such as WORKSPACE/serving/graftnet/1 or WORKSPACE/serving/passengers/1.

    Raises:
      GraftNetError: it holds neither, or one that is damaged or of an earlier release.
    """
    try:
        if _takes_snapshots(directory):
            return PassengersScorer(tf.saved_model.load(directory))
        return ComposedScorer(LocalPredictor(directory))
    except GraftNetError:
        raise
    except Exception as error:  # a SavedModel can be damaged in any way
        raise GraftNetError(
            f"The model in {directory} is damaged ({error}); copy or compose it anew."
        ) from None


def _takes_snapshots(directory: str) -> bool:
    """Whether a model is a passengers model, by what its file says."""
    path = os.path.join(directory, "saved_model.pb")
    if not tf.io.gfile.exists(path):
        return False
    meta_graph = SavedModel.FromString(atomic_files.read_bytes(path)).meta_graphs[0]
    return "snapshots" in meta_graph.signature_def["serving_default"].inputs


class ComposedScorer:
    """A composed model: a row for each image, with the score of each attribute."""

    def __init__(self, model: LocalPredictor):
        self._model = model
        self.columns: Mapping[str, npt.DTypeLike] = dict.fromkeys(model.attributes, np.float32)
        _check_names(model.attributes)

    def tabulate(self, images: Sequence[bytes]) -> ImageRows:
        """float32 in 0…1 for each attribute."""
        scores = self._model.score(images)
        decoded = ~np.logical_and.reduce([np.isnan(column) for column in scores.values()])
        image = np.flatnonzero(decoded)
        return ImageRows(decoded, image, {name: column[image] for name, column in scores.items()})


class PassengersScorer:
    """A passengers model: a row for each person, the surest of a snapshot first.

    Beside the score of each attribute, `person` counts a snapshot's people from 0; `x1`, `y1`, `x2`
    and `y2` are the person's box in pixels of the upright snapshot; `detection_score` is in 0…1.
    """

    def __init__(self, model: Any):
        self._model = model  # its signatures do not keep its variables
        self._predict = model.signatures["serving_default"]
        outputs = self._predict.structured_outputs
        found = {"count", "boxes", "detection_scores", "decoded"}
        self._attributes = sorted(
            name for name in outputs if name not in found and not name.endswith("_decision")
        )
        _check_names(self._attributes)
        self.columns: Mapping[str, npt.DTypeLike] = {
            **dict.fromkeys(("person", *_SIDES), np.int32),
            **dict.fromkeys(("detection_score", *self._attributes), np.float32),
        }

    def tabulate(self, images: Sequence[bytes]) -> ImageRows:
        """What the model says of everybody in the snapshots."""
        answer = self._predict(snapshots=tf.constant(images))
        count = answer["count"].numpy()
        image = np.repeat(np.arange(len(images)), count)
        person = np.concatenate([np.arange(people, dtype=np.int32) for people in count])
        boxes = answer["boxes"].numpy()[image, person]
        columns = {
            "person": person,
            **{side: boxes[:, place] for place, side in enumerate(_SIDES)},
            "detection_score": answer["detection_scores"].numpy()[image, person],
            **{name: answer[name].numpy()[image, person] for name in self._attributes},
        }
        return ImageRows(answer["decoded"].numpy(), image, columns)


def _check_names(attributes: Sequence[str] | Mapping[str, Any]) -> None:
    """Refuses attributes that would have the column of something else.

    Raises:
      GraftNetError: there is one.
    """
    taken = {"source", "sha256", "person", "detection_score", *_SIDES} & set(attributes)
    if taken:
        raise GraftNetError(
            f"The model has the attribute {min(taken)}, which is the name of another column; "
            "compose one whose task calls it otherwise."
        )
