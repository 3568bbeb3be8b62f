"""The segmenter as one SavedModel of core ops, ready for TF Serving.

serving_default   images uint8 [N, H, W, 3]
detect_jpeg       image_bytes string [N], the bytes of JPEG or PNG files of any sizes
metadata          nothing in; `metadata`, string [], a JSON document

The first two return, D being the most people of an image:
  count     int32 [N], people found; what follows is zero beyond it
  boxes     int32 [N, D, 4], x1, y1, x2, y2 in pixels of each image
  scores    float32 [N, D], falling
  classes   int32 [N, D], index in the metadata's `classes`
  masks     uint8 [N, D, S, S], 1 on the person, the image squashed to the network's square
  crops     uint8 [N, D, h, w, 3], the person cut out, aspect kept, between black
and detect_jpeg also
  decoded   bool [N], False for an image that cannot be decoded; it has no people
  sizes     int32 [N, 2], height and width of the image, upright; 0 if not decoded
"""

import dataclasses
import json
from typing import Any

import tensorflow as tf

from graftnet_tf.io.image_decoding import check_size
from graftnet_tf.io.saved_functions import save_functions
from yolact_tf.data.batch_decoding import decode_batch
from yolact_tf.data.preprocessing import network_input
from yolact_tf.inference.people_finder import CropStyle
from yolact_tf.inference.segmenter import Segmenter, Segments
from yolact_tf.ops.crops import cut_out, letterbox, windows
from yolact_tf.ops.masks import image_masks


def export(
    segmenter: Segmenter,
    directory: str,
    style: CropStyle,
    crop_size: tuple[int, int] = (299, 299),
    version: str = "",
) -> None:
    """Writes the SavedModel described above, which finds what `PeopleFinder` finds.

    Args:
      segmenter: The network and which detections count.
      directory: Directory of the SavedModel.
      style: How crops are cut.
      crop_size: Height and width of the crops, pixels.
      version: Noted in the metadata.
    """
    signatures = _Served(segmenter, style, crop_size, version).signatures()
    save_functions(directory, signatures)


class _Served:
    """The signatures' functions."""

    def __init__(
        self, segmenter: Segmenter, style: CropStyle, crop_size: tuple[int, int], version: str
    ) -> None:
        self._segmenter = segmenter
        self._style = style
        self._crop_size = crop_size
        self._config = segmenter.model.config
        self._metadata = {
            "model_version": version,
            "network": self._config.name,
            "fingerprint": segmenter.fingerprint(),
            "classes": segmenter.classes,
            "selection": dataclasses.asdict(segmenter.selection),
            "crops": {"height": crop_size[0], "width": crop_size[1], **dataclasses.asdict(style)},
        }

    def signatures(self) -> dict[str, Any]:
        images = tf.TensorSpec([None, None, None, 3], tf.uint8, name="images")
        image_bytes = tf.TensorSpec([None], tf.string, name="image_bytes")
        return {
            "serving_default": tf.function(
                self._detect_images, input_signature=[images], autograph=False
            ),
            "detect_jpeg": tf.function(
                self._detect_jpeg, input_signature=[image_bytes], autograph=False
            ),
            "metadata": tf.function(self._describe, input_signature=[], autograph=False),
        }

    def _describe(self) -> dict[str, tf.Tensor]:
        return {"metadata": tf.constant(json.dumps(self._metadata, ensure_ascii=False))}

    def _detect_images(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        shape = tf.shape(images)
        with tf.control_dependencies([check_size(shape[1:3])]):
            sizes = tf.tile(shape[tf.newaxis, 1:3], [shape[0], 1])
        return self._detect(images, network_input(images, self._config), sizes)

    def _detect_jpeg(self, image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        batch = decode_batch(image_bytes, self._config)
        found = self._detect(*batch)
        return {**found, "sizes": batch.sizes, "decoded": batch.sizes[:, 0] > 0}

    def _detect(
        self, images: tf.Tensor, inputs: tf.Tensor, sizes: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        segments = self._segmenter(inputs, sizes)
        masks = image_masks(segments.masks, self._config.size, self._config.size)
        return {
            "count": segments.count,
            "boxes": segments.boxes,
            "scores": segments.scores,
            "classes": segments.classes,
            "masks": tf.cast(masks, tf.uint8),
            "crops": self._crops(images, sizes, segments),
        }

    def _crops(self, images: tf.Tensor, sizes: tf.Tensor, segments: Segments) -> tf.Tensor:
        """uint8 [N, D, h, w, 3]; only of people that there are, since each is resized apart."""

        def crop(place: tf.Tensor) -> tf.Tensor:
            row = place[0]
            height, width = tf.unstack(sizes[row])
            box, mask = tf.gather_nd(segments.boxes, place), tf.gather_nd(segments.masks, place)
            window = windows(box, self._style.margin, height, width)
            cut, _ = cut_out(images[row, :height, :width], mask, window, self._style.fill)
            return letterbox(cut, *self._crop_size)

        most = segments.scores.shape[1]
        people = tf.cast(tf.where(tf.sequence_mask(segments.count, most)), tf.int32)
        crops = tf.map_fn(
            crop, people, fn_output_signature=tf.TensorSpec([*self._crop_size, 3], tf.uint8)
        )
        shape = tf.stack([tf.shape(images)[0], most, *self._crop_size, 3])
        return tf.ensure_shape(
            tf.scatter_nd(people, crops, shape), [None, most, *self._crop_size, 3]
        )
