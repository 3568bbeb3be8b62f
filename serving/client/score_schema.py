"""What a model's scores mean: thresholds and classes, from its `metadata` signature."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from graftnet_tf.errors import GraftNetError


@dataclasses.dataclass(frozen=True)
class ScoreSchema:
    """What of a model's metadata is needed to read its scores.

    Attributes:
      document: The JSON document, as it came.
      attributes: `task`, `class` and `threshold` of each attribute.
      tasks: `classes` of each task, and more.
    """

    document: bytes
    attributes: dict[str, dict[str, Any]]
    tasks: dict[str, dict[str, Any]]

    @classmethod
    def from_json(cls, document: bytes) -> "ScoreSchema":
        """Reads the document; what else it holds does not matter.

        Raises:
          GraftNetError: it is not that of a model with attributes.
        """
        try:
            content = json.loads(document)
            return cls(document, content["attributes"], content["tasks"])
        except (ValueError, TypeError, KeyError) as error:
            raise GraftNetError(
                f"The model's metadata is not that of a model with attributes ({error!r})."
            ) from None

    def decisions(self, scores: Mapping[str, float]) -> dict[str, bool]:
        """Whether each score reaches its attribute's threshold."""
        return {name: score >= self.attributes[name]["threshold"] for name, score in scores.items()}

    def classes(self, scores: Mapping[str, float]) -> dict[str, str | None]:
        """The likeliest class of each task of more than two that has all its scores here.

        A task's scores add up to 1 over its classes, reported as attributes or not. What is
        left for those that are not reported may be one class's or several's; in the latter
        case, where it is more than any reported score, the class is None.
        """
        found = {}
        for task, fields in self.tasks.items():
            reported = {
                report["class"]: scores.get(name)
                for name, report in self.attributes.items()
                if report["task"] == task
            }
            known = {name: score for name, score in reported.items() if score is not None}
            if len(fields["classes"]) > 2 and known and len(known) == len(reported):
                found[task] = _likeliest(known, fields["classes"])
        return found


def _likeliest(reported: Mapping[str, float], classes: list[str]) -> str | None:
    best = max(reported, key=lambda name: reported[name])
    others = [name for name in classes if name not in reported]
    if not others or reported[best] >= 1 - sum(reported.values()):
        return best
    return others[0] if len(others) == 1 else None
