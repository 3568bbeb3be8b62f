"""What a composed model says about itself: attributes, classes, thresholds, versions."""

import dataclasses
import json
from typing import Any

from graftnet_tf.errors import GraftNetError


@dataclasses.dataclass(frozen=True)
class ModelMetadata:
    """The document that a composed model's `metadata` signature returns.

    Attributes:
      model_version: Version of the composed model.
      tree: Version of the tree it was built from.
      trunk: `version`, `fingerprint` and, unless composed before there was a choice, `backbone`.
      preprocessing: How an image becomes the trunk's input.
      tasks: `classes`, `attributes`, `branch_version`, `graft_after`, `last_block`,
        `pooling`, `reduction` and `temperature` of each task.
      attributes: `task`, `class` and `threshold` of each attribute.
      precision: Precision that the blocks are computed in; models composed before there was a
        choice do not say.
      cost: `multiply_adds` of the `trunk` as far as branches need it and of the `branches` by task,
        for one image (None where the trunk does not say); where it was timed when composed,
        `milliseconds` of a batch by its size, and the `machine`.
    """

    model_version: str
    tree: str
    trunk: dict[str, str]
    preprocessing: dict[str, Any]
    tasks: dict[str, dict[str, Any]]
    attributes: dict[str, dict[str, Any]]
    precision: str = "float32"
    cost: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def thresholds(self) -> dict[str, float]:
        """Score from which each attribute counts as shown."""
        return {name: fields["threshold"] for name, fields in self.attributes.items()}

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, document: bytes | str) -> "ModelMetadata":
        """Reads the document back.

        Raises:
          GraftNetError: it is not one of ours.
        """
        try:
            return cls(**json.loads(document))
        except (ValueError, TypeError) as error:
            raise GraftNetError(
                f"The model's metadata is not that of a composed model ({error})."
            ) from None
