"""Training configurations as manifests record them, read back."""

from typing import Any

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.data.augmentation import Augmentation
from graftnet_tf.evaluation.operating_point import OperatingPoint
from graftnet_tf.models.precision import FULL_PRECISION
from graftnet_tf.training.loop import Optimization
from graftnet_tf.trunk.pretraining import TrunkConfig


def trunk_config(manifest: dict[str, Any]) -> TrunkConfig:
    """How a published trunk was trained."""
    # Before it was recorded, trunks were trained with the batch's statistics.
    fields = {"batch_statistics": True, **_fields(manifest["config"])}
    pixel_range = fields.get("pixel_range")
    return TrunkConfig(**{**fields, "pixel_range": tuple(pixel_range) if pixel_range else None})


def branch_config(manifest: dict[str, Any]) -> BranchConfig:
    """How a published branch was trained."""
    # Before it was recorded, batches were drawn evenly.
    fields = {"balanced_batches": False, **_fields(manifest["config"])}
    return BranchConfig(**{**fields, "operating_points": operating_points(manifest)})


def operating_points(manifest: dict[str, Any]) -> dict[str, OperatingPoint]:
    """What thresholds of a published branch are to keep to, by attribute; none for all others."""
    recorded = manifest.get("config", {}).get("operating_points", {})
    return {attribute: OperatingPoint(**point) for attribute, point in recorded.items()}


def _fields(recorded: dict[str, Any]) -> dict[str, Any]:
    """A config's fields, also as recorded before trunks had a precision and views alone had one."""
    fields = dict(recorded)
    fields.setdefault("precision", fields.pop("view_precision", FULL_PRECISION))
    return {
        **fields,
        "optimization": Optimization(**recorded["optimization"]),
        "augmentation": Augmentation(**recorded["augmentation"]),
    }
