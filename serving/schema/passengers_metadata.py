"""What a passengers model says about itself: how it finds people, and what it reports of them."""

import dataclasses
from typing import Any

from serving.schema.metadata import ModelMetadata


@dataclasses.dataclass(frozen=True, kw_only=True)
class PassengersMetadata(ModelMetadata):
    """The document that a passengers model's `metadata` signature returns.

    What it inherits is of the composed model that scores the crops, save `model_version`,
    which is the passengers model's own.

    Attributes:
      graftnet_version: Version of the composed model.
      people: The document of the person segmentation, with its `model_version`, `network`,
        `fingerprint`, `selection` of detections and how `crops` are cut.
      max_passengers: Places for the people of a snapshot; the surest are kept.
      min_score: People score above it.
    """

    graftnet_version: str
    people: dict[str, Any]
    max_passengers: int
    min_score: float
