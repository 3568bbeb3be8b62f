"""The composed model: one trunk, many branches, and the signatures they are served by."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from graftnet_tf.io.image_decoding import check_size, decode_image
from graftnet_tf.pooling.gap import gap
from serving.composition.batch_decoding import decode_batch, decoded_flags, spread
from serving.composition.metadata_signatures import metadata_signatures
from serving.composition.parts import LoadedBranch, LoadedTrunk
from serving.schema.metadata import ModelMetadata


class ComposedModel(tf.Module):
    """A trunk computed once, and every branch on the trunk block that it was grafted after."""

    def __init__(
        self, trunk: LoadedTrunk, branches: Sequence[LoadedBranch], metadata: ModelMetadata
    ):
        """Joins loaded parts.

        Args:
          trunk: The trunk of all branches.
          branches: One for each task, with attributes that differ.
          metadata: What the model says about itself.
        """
        super().__init__("composed_model")
        self._metadata = metadata
        self._last_block = trunk.last_block
        self._branches = list(branches)
        self._trunk_model = trunk.model
        self._branch_models = [branch.model for branch in branches]
        # Traced once for all signatures, which takes most of composing.
        self._decode = tf.function(
            lambda file: self._preprocess(decode_image(file)[tf.newaxis])[0],
            input_signature=[tf.TensorSpec([], tf.string)],
            autograph=False,
        )

    def signatures(self) -> dict[str, Callable]:
        """The functions to save as signatures, by name; every attribute has its own."""
        images = tf.TensorSpec([None, None, None, 3], tf.uint8, name="images")
        image_bytes = tf.TensorSpec([None], tf.string, name="image_bytes")
        of_image_bytes = {
            "predict_jpeg": self.score_image_bytes,
            "decisions": self.decide,
            "features": self.features,
            **{name: self._scorer(name) for name in self._metadata.attributes},
        }
        return {
            "serving_default": tf.function(
                self.score_images, input_signature=[images], autograph=False
            ),
            **metadata_signatures(self._metadata, image_bytes),
            **{
                name: tf.function(function, input_signature=[image_bytes], autograph=False)
                for name, function in of_image_bytes.items()
            },
        }

    def sample_inputs(self) -> dict[str, Mapping[str, Any]]:
        """Inputs to try each signature with: a grey image of the trunk's input size.

        `metadata`, which has none, is left out: `tensorflow_model_server --enable_batching`
        would refuse it, and with it the model.
        """
        image = np.full(self.input_shape, 128, np.uint8)
        inputs: dict[str, Mapping[str, Any]] = {
            name: {"image_bytes": [tf.io.encode_jpeg(image).numpy()]}
            for name in self.signatures()
            if name != "metadata"
        }
        return {**inputs, "serving_default": {"images": image[np.newaxis]}}

    def score_images(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """Scores images that are already decoded.

        Args:
          images: uint8 [N, H, W, 3] RGB, any H and W.

        Returns:
          float32 [N] in 0…1 under each attribute's name.

        Raises:
          tf.errors.InvalidArgumentError: the images are too small or too large.
        """
        with tf.control_dependencies([check_size(tf.shape(images)[1:3])]):
            return self._scores(self._preprocess(images), self._metadata.attributes)

    def score_image_bytes(self, image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        """Scores image files.

        Args:
          image_bytes: string [N], the bytes of JPEG or PNG files.

        Returns:
          float32 [N] in 0…1 under each attribute's name, NaN where the image cannot be
          decoded, and `decoded`, bool [N].
        """
        return self._of_image_bytes(
            image_bytes, lambda inputs: self._scores(inputs, self._metadata.attributes)
        )

    def decide(self, image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        """Whether scores reach their thresholds; takes what `score_image_bytes` does.

        Returns:
          bool [N] under each attribute's name, false where the image cannot be decoded,
          and `decoded`, bool [N].
        """
        answer = self.score_image_bytes(image_bytes)
        decisions = {
            name: answer[name] >= threshold for name, threshold in self._metadata.thresholds.items()
        }
        return {**decisions, "decoded": answer["decoded"]}

    def features(self, image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        """The trunk's last block averaged over positions; takes what `score_image_bytes` does.

        Returns:
          `features`, float32 [N, c] (c = 2048 where the trunk has all blocks), NaN where the
          image cannot be decoded, and `decoded`, bool [N].
        """

        def pooled(inputs: tf.Tensor) -> dict[str, tf.Tensor]:
            last = self._taps(inputs)[f"block{self._last_block}"]
            return {"features": gap(last)[: tf.shape(inputs)[0]]}

        return self._of_image_bytes(image_bytes, pooled)

    def _scorer(self, attribute: str) -> Callable[[tf.Tensor], dict[str, tf.Tensor]]:
        """`score_image_bytes` for one attribute."""
        return lambda image_bytes: self._of_image_bytes(
            image_bytes, lambda inputs: self._scores(inputs, {attribute})
        )

    def _of_image_bytes(
        self, image_bytes: tf.Tensor, compute: Callable[[tf.Tensor], dict[str, tf.Tensor]]
    ) -> dict[str, tf.Tensor]:
        """What `compute` makes of the images that can be decoded, in their rows."""
        inputs, rows = decode_batch(image_bytes, self._decode, self.input_shape)
        count = tf.size(image_bytes, out_type=tf.int64)
        answer = {name: spread(values, rows, count) for name, values in compute(inputs).items()}
        return {**answer, "decoded": decoded_flags(rows, count)}

    @property
    def input_shape(self) -> tf.TensorShape:
        """(h, w, 3) of the trunk's input."""
        return self._trunk_model.signatures["preprocess"].output_shapes["inputs"][1:]

    def _preprocess(self, images: tf.Tensor) -> tf.Tensor:
        return self._trunk_model.signatures["preprocess"](images=images)["inputs"]

    def _scores(self, inputs: tf.Tensor, wanted: Collection[str]) -> dict[str, tf.Tensor]:
        """float32 [N, h, w, 3] to float32 [N] under each wanted attribute's name."""
        count = tf.shape(inputs)[0]
        blocks = self._taps(inputs)
        scores = {}
        for branch in self._branches:
            attributes = [name for name in branch.task.attributes if name in wanted]
            if attributes:
                features = blocks[f"block{branch.graft_after}"]
                by_class = branch.model.signatures["scores"](features=features)["scores"]
                for name in attributes:
                    scores[name] = by_class[:count, branch.task.class_index(name)]
        return scores

    def _taps(self, inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        """Output of every trunk block for inputs [N, h, w, 3]; of one stand-in if N is 0.

        TensorFlow's oneDNN convolutions fail on an empty batch. The stand-in is not made by
        `tf.pad`, which oneDNN would fuse into the convolution, batch padding left out.
        """
        is_empty = tf.cast(tf.shape(inputs)[0] == 0, tf.int32)
        stand_in = tf.zeros([is_empty, *inputs.shape[1:]])
        return self._trunk_model.signatures["taps"](inputs=tf.concat([inputs, stand_in], axis=0))
