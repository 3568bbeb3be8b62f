"""A flag of the binaries that read photos annotated in COCO's format."""

from absl import flags

from yolact_tf.data.coco import ExifOrientation

EXIF_ORIENTATION = flags.DEFINE_enum_class(
    "exif_orientation",
    ExifOrientation.UPRIGHT,
    ExifOrientation,
    "How photos with an Exif orientation were annotated, where their sizes do not tell: upright, "
    "as browsers and annotation tools show them, or raw, as their pixels are stored.",
)
