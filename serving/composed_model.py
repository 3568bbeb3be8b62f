"""The composed model: one trunk, many branches, and the signatures they are served by."""

from collections.abc import Callable, Sequence

import tensorflow as tf

from graftnet_tf.decoding import check_size
from serving.parts import BranchPart, TrunkPart
from serving.picture_batch import decode_batch, decoded_flags, spread_scores


class ComposedModel(tf.Module):
    """A trunk computed once, and every branch on the trunk block that it was grafted after."""

    def __init__(self, trunk: TrunkPart, branches: Sequence[BranchPart], metadata: str):
        """Joins loaded parts.

        Args:
          trunk: the trunk of all branches.
          branches: one for each task, with attributes that differ.
          metadata: JSON document for the `metadata` signature.
        """
        super().__init__("composed_model")
        self._metadata = metadata
        self._branches = list(branches)
        self._trunk_model = trunk.model
        self._branch_models = [branch.model for branch in branches]

    def signatures(self) -> dict[str, Callable]:
        """The functions to save as signatures, by name."""
        images = tf.TensorSpec([None, None, None, 3], tf.uint8, name="images")
        pictures = tf.TensorSpec([None], tf.string, name="pictures")
        return {
            "serving_default": tf.function(self.score_images, input_signature=[images]),
            "predict_jpeg": tf.function(self.score_pictures, input_signature=[pictures]),
            "metadata": tf.function(self.metadata, input_signature=[]),
        }

    def score_images(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """Scores pictures that are already decoded.

        Args:
          images: uint8 [N, H, W, 3] RGB, any H and W.

        Returns:
          float32 [N] in 0…1 under each attribute's name.

        Raises:
          tf.errors.InvalidArgumentError: the pictures are too small or too large.
        """
        shape = tf.shape(images)
        with tf.control_dependencies([check_size(shape[1], shape[2])]):
            return self._score(self._preprocess(images))

    def score_pictures(self, pictures: tf.Tensor) -> dict[str, tf.Tensor]:
        """Scores picture files.

        Args:
          pictures: string [N], the bytes of JPEG or PNG files.

        Returns:
          float32 [N] in 0…1 under each attribute's name, NaN where the picture cannot be
          decoded, and `decoded`, bool [N].

        Raises:
          tf.errors.InvalidArgumentError: there are pictures and none can be decoded.
        """
        input_shape = self._trunk_model.signatures["preprocess"].output_shapes["inputs"][1:]
        inputs, rows = decode_batch(pictures, self._preprocess, input_shape)
        count = tf.size(pictures, out_type=tf.int64)
        scores = {
            attribute: spread_scores(values, rows, count)
            for attribute, values in self._score(inputs).items()
        }
        return {**scores, "decoded": decoded_flags(rows, count)}

    def metadata(self) -> dict[str, tf.Tensor]:
        """string []: the JSON document, under `metadata`."""
        return {"metadata": tf.constant(self._metadata)}

    def _preprocess(self, images: tf.Tensor) -> tf.Tensor:
        return self._trunk_model.signatures["preprocess"](images=images)["inputs"]

    def _score(self, inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        """float32 [N, h, w, 3] to float32 [N] under each attribute's name.

        An empty batch is computed as a batch of one, since TensorFlow's oneDNN convolutions
        fail on an empty one. The stand-in is not made by `tf.pad`, which oneDNN would fuse
        into the convolution, batch padding left out.
        """
        count = tf.shape(inputs)[0]
        stand_in = tf.zeros([tf.cast(count == 0, tf.int32), *inputs.shape[1:]])
        inputs = tf.concat([inputs, stand_in], axis=0)
        blocks = self._trunk_model.signatures["taps"](inputs=inputs)
        scores = {}
        for branch in self._branches:
            features = blocks[f"block{branch.graft_after}"]
            by_class = branch.model.signatures["scores"](features=features)["scores"]
            for attribute in branch.task.attributes:
                scores[attribute] = by_class[:count, branch.task.class_index(attribute)]
        return scores
