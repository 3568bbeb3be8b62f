"""The networks that a trunk can be: one file each, any of them by name."""

from collections.abc import Mapping
from typing import Any

from graftnet_tf.errors import GraftNetError
from graftnet_tf.models.backbones.backbone import Backbone
from graftnet_tf.models.backbones.efficientnet_lite0 import EFFICIENTNET_LITE0
from graftnet_tf.models.backbones.efficientnet_v2_b0 import EFFICIENTNET_V2_B0
from graftnet_tf.models.backbones.inception_v3 import INCEPTION_V3
from graftnet_tf.models.backbones.mobilenet_v3_large import MOBILENET_V3_LARGE
from graftnet_tf.models.backbones.resnet50 import RESNET50

BACKBONES = {
    backbone.name: backbone
    for backbone in (
        INCEPTION_V3,
        EFFICIENTNET_V2_B0,
        EFFICIENTNET_LITE0,
        MOBILENET_V3_LARGE,
        RESNET50,
    )
}


def backbone_named(name: str) -> Backbone:
    """A backbone by its name.

    Raises:
      GraftNetError: there is none of that name.
    """
    if name not in BACKBONES:
        raise GraftNetError(f"Backbone {name!r} given; expected one of {', '.join(BACKBONES)}.")
    return BACKBONES[name]


def backbone_of(content: Mapping[str, Any]) -> Backbone:
    """The backbone of a published trunk or branch, by its manifest.

    Those from before backbones had names are of InceptionV3.
    """
    return backbone_named(content.get("backbone", INCEPTION_V3.name))
