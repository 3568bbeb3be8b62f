"""Any SavedModel from images to a feature map or vector, as a backbone of one frozen block."""

import functools
from typing import Any

import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.models.backbones.backbone import Backbone
from graftnet_tf.models.saved_model import FULL_PRECISION

NAME = "saved_model"
_SIGNATURE = "serving_default"
_EXPECTED = (
    f"expected a signature {_SIGNATURE} from one tensor of images, float32 or uint8 [N, h, w, 3], "
    "to one of features, float32 [N, h', w', c] or [N, c]"
)


@functools.cache
def frozen_backbone(directory: str) -> Backbone:
    """A backbone whose one block is a SavedModel, which is never trained.

    Args:
      directory: Of the SavedModel. Its signature `serving_default` takes one tensor of images,
        float32 or uint8 [N, h, w, 3], whose h and w may be fixed, and gives one of features,
        float32 [N, h', w', c] or [N, c].

    Raises:
      GraftNetError: there is no SavedModel, its signature is another, or it keeps more than
        variables.
    """
    signature = _Signature(directory)
    height, width = signature.images.shape[1:3]

    def make(_: str | None) -> tf.keras.Model:
        inputs = tf.keras.Input((height, width, 3))
        return tf.keras.Model(inputs, FrozenFeatures(directory, name="features")(inputs))

    return Backbone(
        name=NAME,
        title=f"the SavedModel {directory}",
        make=make,
        ends=(),
        channels=(signature.features.shape[-1],),
        min_side=1,
        graft_after=0,
        graft_from=0,
        public_weights="its own",
        value_range=(0.0, 255.0) if signature.images.dtype == tf.uint8 else (0.0, 1.0),
        input_size=(height, width),
        precisions=(FULL_PRECISION,),
        directory=directory,
    )


@tf.keras.utils.register_keras_serializable("graftnet_tf")
class FrozenFeatures(tf.keras.layers.Layer):
    """What a SavedModel gives for images, as a feature map; nothing of it is a weight."""

    def __init__(self, directory: str, **kwargs: Any):
        """Loads the SavedModel in `directory`, see `frozen_backbone`."""
        super().__init__(**kwargs)
        self._directory = directory
        self._compute = _Signature(directory).compute

    def call(self, images: tf.Tensor) -> tf.Tensor:
        """float32 [N, h, w, 3] to float32 [N, h', w', c], where vectors are maps of one place."""
        return self._compute(images)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "directory": self._directory}


class _Signature:
    """A SavedModel's function of images.

    Attributes:
      images, features: What it takes and gives.
    """

    def __init__(self, directory: str):
        try:
            self._loaded = tf.saved_model.load(directory)
        except (OSError, tf.errors.OpError) as error:
            reason = str(error).partition("\n")[0]
            raise GraftNetError(f"{directory} holds no SavedModel ({reason}).") from None
        function = self._loaded.signatures.get(_SIGNATURE)
        found = _signature_of(function) if function else None
        if found is None:
            raise GraftNetError(
                f"The SavedModel {directory} is no backbone: {_EXPECTED}; it has "
                f"{function or ', '.join(self._loaded.signatures) or 'no signature'}."
            )
        variables = {id(variable.handle) for variable in function.variables}
        if any(id(tensor) not in variables for tensor in function.captured_inputs):
            raise GraftNetError(
                f"The SavedModel {directory} uses lookup tables, files or other state that is no "
                "variable, which a composed model does not carry; export it without."
            )
        self._function = function
        self._name, self.images, self.features = found

    def compute(self, images: tf.Tensor) -> tf.Tensor:
        if self.images.dtype == tf.uint8:
            images = tf.round(images)
        (features,) = self._function(**{self._name: tf.cast(images, self.images.dtype)}).values()
        return features if features.shape.rank == 4 else features[:, tf.newaxis, tf.newaxis]


def _signature_of(function: Any) -> tuple[str, tf.TensorSpec, tf.TensorSpec] | None:
    """(name of the input, the input, the output); None where they are not a backbone's."""
    (_, inputs), outputs = function.structured_input_signature, function.structured_outputs
    if len(inputs) != 1 or len(outputs) != 1:
        return None
    ((name, images),), (features,) = inputs.items(), outputs.values()
    fits = (
        images.dtype in (tf.float32, tf.uint8)
        and images.shape.rank == 4
        and images.shape[0] is None
        and images.shape[-1] == 3
        and features.dtype == tf.float32
        and features.shape.rank in (2, 4)
        and features.shape[-1] is not None
    )
    return (name, images, features) if fits else None
