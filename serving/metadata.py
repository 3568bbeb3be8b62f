"""What a composed model says about itself: attributes, classes, thresholds, versions."""

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

from graftnet_tf.errors import GraftNetError
from graftnet_tf.export import FULL_PRECISION
from serving.parts import BranchPart, TrunkPart
from serving.tree import Tree


@dataclasses.dataclass(frozen=True)
class ModelMetadata:
    """The document that a composed model's `metadata` signature returns.

    Attributes:
      model_version: of the composed model.
      tree: version of the tree it was built from.
      trunk: `version` and `fingerprint`.
      preprocessing: how a picture becomes the trunk's input.
      tasks: `classes`, `attributes`, `branch_version`, `graft_after`, `last_block`,
        `pooling` and `reduction` of each task.
      attributes: `task`, `class` and `threshold` of each attribute.
      precision: that the blocks are computed in.
    """

    model_version: str
    tree: str
    trunk: dict[str, str]
    preprocessing: dict[str, Any]
    tasks: dict[str, dict[str, Any]]
    attributes: dict[str, dict[str, Any]]
    precision: str = FULL_PRECISION

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


def describe(
    model_version: str,
    tree_version: str,
    tree: Tree,
    trunk: TrunkPart,
    branches: Sequence[BranchPart],
) -> ModelMetadata:
    """The metadata of the model composed of these parts."""
    return ModelMetadata(
        model_version=model_version,
        tree=tree_version,
        trunk={
            "version": trunk.version,
            "fingerprint": trunk.fingerprints[str(trunk.last_block)],
        },
        preprocessing=trunk.preprocessing,
        tasks={
            branch.task.name: {
                "classes": list(branch.task.classes),
                "attributes": branch.task.attributes,
                "branch_version": branch.version,
                "graft_after": branch.graft_after,
                "last_block": branch.last_block,
                "pooling": branch.pooling,
                "reduction": branch.reduction,
            }
            for branch in branches
        },
        attributes={
            attribute: {
                "task": branch.task.name,
                "class": class_name,
                "threshold": tree.branches[branch.task.name].thresholds[attribute],
            }
            for branch in branches
            for attribute, class_name in branch.task.attributes.items()
        },
        precision=tree.precision,
    )
