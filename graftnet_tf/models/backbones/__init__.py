"""The networks that a trunk can be: one file each, any of them by name."""

import os
from collections.abc import Mapping
from typing import Any

from graftnet_tf.errors import GraftNetError
from graftnet_tf.models.backbones import saved_model
from graftnet_tf.models.backbones.backbone import Backbone
from graftnet_tf.models.backbones.efficientnet_lite0 import EFFICIENTNET_LITE0
from graftnet_tf.models.backbones.efficientnet_v2_b0 import EFFICIENTNET_V2_B0
from graftnet_tf.models.backbones.inception_v3 import INCEPTION_V3
from graftnet_tf.models.backbones.mobilenet_v3_large import MOBILENET_V3_LARGE
from graftnet_tf.models.backbones.resnet50 import RESNET50

KEPT = "backbone"  # folder of a published trunk: the SavedModel that it is

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
    """A backbone by its name, or `saved_model:DIRECTORY`, see `frozen_backbone`.

    Raises:
      GraftNetError: there is none of that name, or no such SavedModel.
    """
    kind, _, directory = name.partition(":")
    if kind == saved_model.NAME and directory:
        return saved_model.frozen_backbone(directory)
    if name not in BACKBONES:
        raise GraftNetError(
            f"Backbone {name!r} given; expected one of {', '.join(BACKBONES)}, or "
            f"{saved_model.NAME}:DIRECTORY."
        )
    return BACKBONES[name]


def recorded_name(content: Mapping[str, Any]) -> str:
    """Name in a trunk's or branch's manifest; those from before there were any have InceptionV3."""
    return content.get("backbone", INCEPTION_V3.name)


def backbone_of(directory: str, content: Mapping[str, Any]) -> Backbone:
    """The backbone of the trunk published in a directory, by its manifest.

    A SavedModel is kept with its trunk.
    """
    name = recorded_name(content)
    if name == saved_model.NAME:
        name = f"{name}:{os.path.join(directory, KEPT)}"
    return backbone_named(name)
