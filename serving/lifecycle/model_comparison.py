"""What is served and a candidate side by side, on the same test data."""

import dataclasses
import enum
from collections.abc import Collection
from typing import Any

import numpy as np

from graftnet_tf.evaluation.delong import AucChange, auc_change
from graftnet_tf.evaluation.evaluate import AttributeEvaluation, Evaluation, evaluate
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.workspace import Workspace
from serving.lifecycle.recorded_config import operating_points

MARGIN = 0.02


class Verdict(enum.StrEnum):
    """What became of an attribute. The last four stand in the way of a promotion."""

    IDENTICAL = "identical"  # the same branch on the same trunk, the same scores
    KEPT = "kept"  # another branch, and no drop by more than the margin
    NEW = "new"
    LEFT_OUT = "left out"  # gone as asked
    GONE = "gone"
    UNMEASURED = "unmeasured"  # another branch, without test data to tell by
    DROPPED = "dropped"
    MISSED = "operating point missed"  # the threshold keeps no longer to what is served


OBSTACLES = (Verdict.GONE, Verdict.UNMEASURED, Verdict.DROPPED, Verdict.MISSED)


@dataclasses.dataclass(frozen=True)
class AttributeComparison:
    """One attribute of either model.

    Attributes:
      name, task: Name and task of the attribute.
      verdict: What became of it.
      before, after: How either model does; None where it was not measured.
      change: Change of the AUC; None where one of the two is missing or undefined.
    """

    name: str
    task: str
    verdict: Verdict
    before: AttributeEvaluation | None
    after: AttributeEvaluation | None
    change: AucChange | None

    @property
    def within_noise(self) -> bool | None:
        """Whether the interval of the change includes none; None where there is no interval."""
        if self.change is None or self.change.interval is None:
            return None
        low, high = self.change.interval
        return low <= 0 <= high

    def figures(self) -> dict[str, Any]:
        """Verdict and figures, by column name; undefined ones are None."""
        low, high = (self.change and self.change.interval) or (None, None)
        measured = self.after or self.before
        return {
            "task": self.task,
            "verdict": str(self.verdict),
            "positives": measured and measured.row.positives,
            "negatives": measured and measured.row.negatives,
            "auc_before": self.before and self.before.auc,
            "auc_after": self.after and self.after.auc,
            "change": self.change and self.change.change,
            "change_low": low,
            "change_high": high,
            "balanced_accuracy_before": self.before and self.before.row.balanced_accuracy,
            "balanced_accuracy_after": self.after and self.after.row.balanced_accuracy,
        }


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Two composed models on a workspace's test data.

    Attributes:
      before, after: All figures of either.
      margin: Drop of an AUC that is still put up with.
      attributes: Attributes of both models, those of `after` first.
      missed: Why a threshold of `after` does not keep to the operating point that `before` keeps
        to, by attribute.
    """

    before: Evaluation
    after: Evaluation
    margin: float
    attributes: tuple[AttributeComparison, ...]
    missed: dict[str, str]

    @property
    def obstacles(self) -> tuple[AttributeComparison, ...]:
        """Attributes that stand in the way of a promotion."""
        return tuple(a for a in self.attributes if a.verdict in OBSTACLES)

    def to_dict(self) -> dict[str, Any]:
        """Every figure, ready for JSON."""
        return {
            "before": self.before.model,
            "after": self.after.model,
            "margin": self.margin,
            "mean_auc_before": self.before.mean_auc,
            "mean_auc_after": self.after.mean_auc,
            "attributes": {a.name: a.figures() for a in self.attributes},
            "obstacles": [a.name for a in self.obstacles],
            "missed": self.missed,
        }


def compare(
    workspace: Workspace,
    before: str,
    after: str,
    *,
    margin: float = MARGIN,
    left_out: Collection[str] = (),
    provenance: Provenance = Provenance(),
) -> Comparison:
    """Measures two composed models on the same test images.

    Args:
      workspace: The test splits of its tasks are the test data.
      before, after: Directories of the models.
      margin: An AUC that falls by more than this counts as dropped. It is held against the
        change as measured: with few test images the change of an attribute that is as good
        as before often exceeds it by chance, so that the interval is shown beside it.
      left_out: Tasks that `after` is meant to be without.
      provenance: The command behind this, recorded where test splits are opened.

    Raises:
      GraftNetError: see `evaluate`; or a branch of either is not in the workspace.
    """
    old, new = (
        evaluate(workspace, model, tasks=_testable(workspace, model), provenance=provenance)
        for model in (before, after)
    )
    missed = _missed_points(workspace, old, new)
    pair = _Pair(old, new, margin, left_out, missed)
    names = dict.fromkeys([*new.metadata["attributes"], *old.metadata["attributes"]])
    return Comparison(old, new, margin, tuple(pair.attribute(name) for name in names), missed)


def _missed_points(workspace: Workspace, old: Evaluation, new: Evaluation) -> dict[str, str]:
    """Why the new threshold does not keep to the old operating point, by attribute."""
    missed = {}
    for task in sorted(old.metadata["tasks"].keys() & new.metadata["tasks"].keys()):
        before, after = (
            manifest.read(
                workspace.version_dir(
                    "branches", task, model.metadata["tasks"][task]["branch_version"]
                )
            )
            for model in (old, new)
        )
        kept, reasons = after.get("operating_points", {}), after.get("missed_points", {})
        for attribute, wanted in operating_points(before).items():
            if not _reports(new, attribute) or before["version"] == after["version"]:
                continue
            if operating_points(after).get(attribute) != wanted or attribute not in kept:
                missed[attribute] = reasons.get(
                    attribute,
                    f"The threshold of {attribute} in branch {task}/{after['version']} was not "
                    f"chosen for {wanted}, as the served one was.",
                )
    return missed


def _testable(workspace: Workspace, model: str) -> list[str]:
    """Tasks of the workspace that still have the classes which a model reports."""
    reports = manifest.read(model)["attributes"].values()
    lost = {
        report["task"]
        for report in reports
        if report["task"] in workspace.task_names()
        and report["class"] not in workspace.task(report["task"]).classes
    }
    return [name for name in workspace.task_names() if name not in lost]


@dataclasses.dataclass(frozen=True)
class _Pair:
    old: Evaluation
    new: Evaluation
    margin: float
    left_out: Collection[str]
    missed: Collection[str]

    def attribute(self, name: str) -> AttributeComparison:
        before, after = _measured(self.old, name), _measured(self.new, name)
        change = None
        if before and after:
            change = auc_change(after.labels, before.scores, after.scores)
        model = self.new if _reports(self.new, name) else self.old
        task = model.metadata["attributes"][name]["task"]
        verdict = self._verdict(name, task, before, after, change)
        return AttributeComparison(name, task, verdict, before, after, change)

    def _verdict(
        self,
        name: str,
        task: str,
        before: AttributeEvaluation | None,
        after: AttributeEvaluation | None,
        change: AucChange | None,
    ) -> Verdict:
        if not _reports(self.old, name):
            return Verdict.NEW
        if not _reports(self.new, name):
            return Verdict.LEFT_OUT if task in self.left_out else Verdict.GONE
        if _head(self.old, task) == _head(self.new, task) and _same_scores(before, after):
            return Verdict.IDENTICAL
        if change is None:
            return Verdict.UNMEASURED
        if change.change < -self.margin:
            return Verdict.DROPPED
        return Verdict.MISSED if name in self.missed else Verdict.KEPT


def _reports(evaluation: Evaluation, name: str) -> bool:
    return name in evaluation.metadata["attributes"]


def _measured(evaluation: Evaluation, name: str) -> AttributeEvaluation | None:
    return next((a for a in evaluation.attributes if a.name == name), None)


def _head(evaluation: Evaluation, task: str) -> tuple[str, str | None]:
    metadata = evaluation.metadata
    branch = metadata["tasks"].get(task, {}).get("branch_version")
    return metadata["trunk"]["fingerprint"], branch


def _same_scores(before: AttributeEvaluation | None, after: AttributeEvaluation | None) -> bool:
    if before is None or after is None:
        return before is after
    return np.array_equal(before.scores, after.scores, equal_nan=True)
