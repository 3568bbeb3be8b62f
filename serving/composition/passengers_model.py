"""The passengers model: snapshots in, everybody in them and their attributes out, in one graph."""

from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf

from serving.composition.metadata_signatures import metadata_signatures
from serving.composition.samples import lift_snapshot
from serving.schema.passengers_metadata import PassengersMetadata

FOUND = ("count", "boxes", "detection_scores", "decoded")
IMAGES = ("crops", "masks")


def decision_name(attribute: str) -> str:
    """Name of the output that tells whether an attribute's score reaches its threshold."""
    return f"{attribute}_decision"


class PassengersModel:
    """Person segmentation, and a composed model of the crops that it makes.

    The people of all snapshots of a request go through the trunk as one batch without
    padding; where there is nobody, trunk and branches are not run.
    """

    def __init__(self, people: Any, attributes: Any, metadata: PassengersMetadata):
        """Joins loaded SavedModels.

        Args:
          people: SavedModel with the signature `detect_jpeg` of `yolact_tf.inference.saved_model`.
          attributes: SavedModel with the signature `serving_default` of a `ComposedModel`.
          metadata: What the model says about itself.
        """
        self._people = people
        self._attributes = attributes
        self._metadata = metadata

    def signatures(self) -> dict[str, Callable]:
        """The functions to save as signatures, by name."""
        snapshots = tf.TensorSpec([None], tf.string, name="snapshots")
        return {
            **metadata_signatures(self._metadata, snapshots),
            "serving_default": tf.function(
                self.predict, input_signature=[snapshots], autograph=False
            ),
            "cut_out": tf.function(self.cut_out, input_signature=[snapshots], autograph=False),
        }

    def sample_inputs(self) -> dict[str, Mapping[str, Any]]:
        """Inputs to try each signature with that has any: a drawn snapshot of passengers."""
        return {
            name: {"snapshots": [lift_snapshot()]}
            for name in self.signatures()
            if name != "metadata"
        }

    def predict(self, snapshots: tf.Tensor) -> dict[str, tf.Tensor]:
        """Finds everybody in snapshots, and scores their attributes.

        Args:
          snapshots: string [N], the bytes of JPEG or PNG files of any sizes.

        Returns:
          With P = `max_passengers`; zero and False beyond `count`:
            count: int32 [N], people found; none where a snapshot cannot be decoded.
            boxes: int32 [N, P, 4], x1, y1, x2, y2 in pixels of the upright snapshot.
            detection_scores: float32 [N, P] in 0…1, falling.
            decoded: bool [N].
          For each attribute, under its name, float32 [N, P] in 0…1; whether that reaches
          the threshold, under its `decision_name`, bool [N, P].
        """
        answer = self.cut_out(snapshots)
        return {name: values for name, values in answer.items() if name not in IMAGES}

    def cut_out(self, snapshots: tf.Tensor) -> dict[str, tf.Tensor]:
        """What `look` returns, and images of the people.

        Returns:
          Also
            crops: uint8 [N, P, h, w, 3], what the attributes were scored on.
            masks: uint8 [N, P, S, S], 1 on the person, the snapshot squashed to a square.
        """
        found = self._people.signatures["detect_jpeg"](image_bytes=snapshots)
        most = self._metadata.max_passengers
        detections = found["scores"][:, :most]
        there = detections > self._metadata.min_score

        def kept(values: tf.Tensor) -> tf.Tensor:
            """Values [N, D, …] of those people that are reported, [N, P, …]."""
            mask = tf.reshape(there, [-1, most, *[1] * (values.shape.rank - 2)])
            return tf.where(mask, values[:, :most], tf.zeros([], values.dtype))

        return {
            "count": tf.reduce_sum(tf.cast(there, tf.int32), axis=1),
            "boxes": kept(found["boxes"]),
            "detection_scores": kept(detections),
            "decoded": found["decoded"],
            **{name: kept(found[name]) for name in IMAGES},
            **self._attributes_of(found["crops"], there),
        }

    def _attributes_of(self, crops: tf.Tensor, there: tf.Tensor) -> dict[str, tf.Tensor]:
        """Scores and decisions [N, P] of the crops [N, D, h, w, 3] where bool [N, P] is true."""
        places = tf.where(there)
        answer = {}
        for name, scores in self._score(tf.gather_nd(crops, places)).items():
            spread = tf.scatter_nd(places, scores, tf.shape(there, tf.int64))
            answer[name] = tf.ensure_shape(spread, there.shape)
            answer[decision_name(name)] = there & (spread >= self._metadata.thresholds[name])
        return answer

    def _score(self, crops: tf.Tensor) -> dict[str, tf.Tensor]:
        """uint8 [M, h, w, 3] to float32 [M] under each attribute's name; M may be 0."""
        return tf.cond(
            tf.size(crops) > 0,
            lambda: dict(self._attributes.signatures["serving_default"](images=crops)),
            lambda: {name: tf.zeros([0]) for name in self._metadata.attributes},
        )
