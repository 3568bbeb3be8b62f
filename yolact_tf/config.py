"""The published configurations of YOLACT, and small ones for people."""

from dataclasses import dataclass, replace

from yolact_tf.errors import YolactError

_PUBLISHED_SCALES = (24.0, 48.0, 96.0, 192.0, 384.0)


@dataclass(frozen=True)
class YolactConfig:
    """The shape of one network and the settings of its losses and detections.

    Attributes:
      name: Name, as it is called on the command line and in weight files.
      backbone: a key of `yolact_tf.models.backbones.BACKBONES`.
      size: Side of the square input, pixels.
      scales: Side of the anchors of P3 … P7, pixels of the input.
      aspect_ratios: Width over height of the anchors at each cell.
      square_anchors: True for w = h = scale · √ratio, the slip that the published weights
        were trained with; False for w = scale · √ratio, h = scale / √ratio.
      antialias: Whether images larger than the input are smoothed as they are shrunk; the
        published networks were trained and measured without.
      fpn_channels: Channels of P3 … P7 and of the head.
      proto_channels: Channels inside the protonet.
      prototypes: Number of prototypes, and of coefficients of each detection.
      positive_iou, negative_iou: Priors that overlap an object by at least the one are
        positives, by less than the other negatives, in between neither.
      crowd_overlap: Negatives covered by a crowd by more than this share are ignored.
      negatives_per_positive: Ratio of negatives to positives in hard negative mining.
      masks_to_train: Positives of an image that enter the mask loss, at most.
      min_score: Detections below are not considered.
      nms_iou: Overlap above which the worse of two detections is dropped.
      top_k: Candidates that NMS looks at (of a class; of an image across classes).
      max_detections: Greatest number of detections of an image, over all classes.
      scored_masks: Whether a detection's score is that of its class times its mask's
        (`masks.mask_scores`); the published networks were measured without.
    """

    name: str
    backbone: str
    size: int = 550
    scales: tuple[float, ...] = _PUBLISHED_SCALES
    aspect_ratios: tuple[float, ...] = (1.0, 0.5, 2.0)
    square_anchors: bool = True
    antialias: bool = False
    fpn_channels: int = 256
    proto_channels: int = 256
    prototypes: int = 32
    positive_iou: float = 0.5
    negative_iou: float = 0.4
    crowd_overlap: float = 0.7
    negatives_per_positive: int = 3
    masks_to_train: int = 100
    min_score: float = 0.05
    nms_iou: float = 0.5
    top_k: int = 200
    max_detections: int = 100
    scored_masks: bool = False


def _scaled(size: int) -> tuple[float, ...]:
    """The published scales at another input size, truncated to whole pixels as published."""
    return tuple(float(int(scale / 550 * size)) for scale in _PUBLISHED_SCALES)


_PERSON = YolactConfig(
    "yolact_person_384",
    "inception_v3",
    size=384,
    scales=(24.0, 48.0, 96.0, 192.0, 320.0),
    aspect_ratios=(1.0, 0.5, 0.25),
    square_anchors=False,
    antialias=True,
    fpn_channels=128,
    proto_channels=128,
    positive_iou=0.45,
    negative_iou=0.35,
    scored_masks=True,
)

CONFIGS = {
    config.name: config
    for config in (
        YolactConfig("yolact_resnet50_550", "resnet50"),
        YolactConfig("yolact_resnet101_550", "resnet101"),
        YolactConfig("yolact_darknet53_550", "darknet53"),
        YolactConfig("yolact_resnet101_400", "resnet101", size=400, scales=_scaled(400)),
        YolactConfig(
            "yolact_resnet101_700", "resnet101", size=700, scales=_scaled(700), masks_to_train=300
        ),
        _PERSON,
        replace(_PERSON, name="yolact_person_512", size=512),
    )
}


def config_named(name: str) -> YolactConfig:
    """Looks up a configuration.

    Raises:
      YolactError: there is none of that name.
    """
    if name not in CONFIGS:
        raise YolactError(f"No configuration is called {name!r}; there are: {', '.join(CONFIGS)}.")
    return CONFIGS[name]
