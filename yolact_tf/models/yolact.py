"""YOLACT (Bolya et al. 2019) as a Keras model."""

import tensorflow as tf

from yolact_tf.config import YolactConfig, config_named
from yolact_tf.errors import YolactError
from yolact_tf.models import fpn, prediction_head, protonet
from yolact_tf.models.backbones import BACKBONES
from yolact_tf.models.layers import conv
from yolact_tf.models.priors import make_priors

PRECISIONS = {"float32": "float32", "bfloat16": "mixed_bfloat16"}


class Yolact(tf.keras.Model):
    """The network; made by `build_yolact`.

    Attributes:
      config: What it was built from.
      num_classes: Number of classes with background.
      priors: float32 [P, 4], what `loc` is relative to.
      backbone: Its part from inputs to C3, C4, C5.
      pyramid: Network from C3, C4, C5 to P3 … P7.
    """

    def __init__(self, config: YolactConfig, num_classes: int) -> None:
        super().__init__(name=config.name)
        self.config = config
        self.num_classes = num_classes
        self.priors = make_priors(config)
        images = tf.keras.Input((config.size, config.size, 3))
        self.backbone = tf.keras.Model(images, BACKBONES[config.backbone].build(images))
        stages = [tf.keras.Input(stage.shape[1:]) for stage in self.backbone.outputs]
        self.pyramid = tf.keras.Model(stages, fpn.build(stages, config.fpn_channels))
        p3 = tf.keras.Input(self.pyramid.outputs[0].shape[1:])
        self._protonet = tf.keras.Model(
            p3, protonet.build(p3, config.proto_channels, config.prototypes)
        )
        self._segmentation = tf.keras.Model(
            p3, conv(p3, "semantic_seg_conv", num_classes - 1, kernel=1)
        )
        self._head = prediction_head.build(
            config.fpn_channels, len(config.aspect_ratios), num_classes, config.prototypes
        )

    def call(self, images: tf.Tensor, training: bool = False) -> dict[str, tf.Tensor]:
        """Runs the network.

        Args:
          images: float32 [N, S, S, 3], normalised (`preprocessing.network_input`).
          training: Adds the output that only the semantic loss needs.

        Returns:
          `loc` [N, P, 4], `conf` [N, P, C] (logits, class 0 background), `mask` [N, P, K]
          (-1 to 1), `proto` [N, h, w, K] (not negative), and in training `segm`
          [N, h', w', C - 1] (logits), all float32 whatever the precision inside.
        """
        levels = self.pyramid(self.backbone(images, training=training))
        rows = [self._head(level) for level in levels]
        outputs = {
            part: tf.concat([row[part] for row in rows], axis=1) for part in ("loc", "conf", "mask")
        }
        outputs["proto"] = self._protonet(levels[0])
        if training:
            outputs["segm"] = self._segmentation(levels[0])
        return {part: tf.cast(output, tf.float32) for part, output in outputs.items()}

    def freeze(self, last: str = "") -> None:
        """Keeps batch normalisation as it is, and what comes first in the backbone.

        Statistics of small batches are too noisy to normalise by; frozen layers use the
        stored ones in training too.

        Args:
          last: Name of the backbone's layer up to which all weights are kept; "" for none.

        Raises:
          YolactError: the backbone has no such layer.
        """
        names = [layer.name for layer in self.backbone.layers]
        if last and last not in names:
            raise YolactError(f"The backbone {self.config.backbone} has no layer {last!r}.")
        kept = names.index(last) if last else -1
        for place, layer in enumerate(self.backbone.layers):
            if place <= kept or isinstance(layer, tf.keras.layers.BatchNormalization):
                layer.trainable = False


def build_yolact(
    config: YolactConfig | str, num_classes: int = 81, precision: str = "float32"
) -> Yolact:
    """Builds a network with fresh weights.

    Examples:
      >>> from yolact_tf import build_yolact
      >>> model = build_yolact("yolact_resnet50_550", num_classes=81)
      >>> model.priors.shape  # one box for each of the network's 19,248 predictions
      (19248, 4)

    Args:
      config: Configuration: one of `yolact_tf.config.CONFIGS` or its name, or one of your own.
      num_classes: Number of classes with background, which is class 0.
      precision: Precision of the arithmetic inside, "float32" or "bfloat16"; weights and outputs
        are float32 in either.

    Raises:
      YolactError: an unknown name, backbone or precision, or fewer than two classes.
    """
    if isinstance(config, str):
        config = config_named(config)
    if config.backbone not in BACKBONES:
        raise YolactError(
            f"No backbone is called {config.backbone!r}; there are: {', '.join(BACKBONES)}."
        )
    if num_classes < 2:
        raise YolactError(
            f"num_classes is {num_classes}; it counts background and needs one class besides."
        )
    if precision not in PRECISIONS:
        raise YolactError(f"No precision is called {precision!r}; there are {list(PRECISIONS)}.")
    outside = tf.keras.mixed_precision.global_policy()
    tf.keras.mixed_precision.set_global_policy(PRECISIONS[precision])
    try:
        model = Yolact(config, num_classes)
    finally:
        tf.keras.mixed_precision.set_global_policy(outside)
    model(tf.zeros((1, config.size, config.size, 3)), training=True)
    return model
