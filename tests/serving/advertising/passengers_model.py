"""A passengers model that finds one person in every snapshot, served as a real one is."""

import contextlib
import json

import tensorflow as tf

from serving.model_server.models.model_config import ModelConfig
from serving.model_server.server import ModelServer

ATTRIBUTES = ("holding_baby", "courier", "suit")
METADATA = {
    "model_version": "1",
    "tree": "0001",
    "trunk": {},
    "preprocessing": {},
    "tasks": {name: {"classes": ["negative", "positive"]} for name in ATTRIBUTES},
    "attributes": {
        name: {"task": name, "class": "positive", "threshold": 0.5} for name in ATTRIBUTES
    },
}


class SomebodyWithABaby(tf.Module):
    """Everybody holds a baby, nobody anything else."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="snapshots")])
    def look(self, snapshots):
        number = tf.size(snapshots)
        scores = {
            name: tf.fill([number, 1], 0.9 if name == "holding_baby" else 0.1)
            for name in ATTRIBUTES
        }
        return {
            "count": tf.ones([number], tf.int32),
            "boxes": tf.zeros([number, 1, 4], tf.int32),
            "detection_scores": tf.ones([number, 1]),
            "decoded": tf.ones([number], tf.bool),
            **scores,
        }

    @tf.function(input_signature=[])
    def metadata(self):
        return {"metadata": tf.constant(json.dumps(METADATA))}


@contextlib.contextmanager
def served_passengers(folder):
    """`host:port` of a model server with the model, named `passengers`."""
    model = SomebodyWithABaby()
    signatures = {"serving_default": model.look, "metadata": model.metadata}
    tf.saved_model.save(model, str(folder / "passengers" / "1"), signatures=signatures)
    config = ModelConfig("passengers", str(folder / "passengers"))
    with ModelServer([config], poll_seconds=0, score_histograms=False) as server:
        yield server.address
