"""A composed model measured on images that it did not learn from, attribute by attribute."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation import metrics
from graftnet_tf.evaluation.archive_estimates import ArchiveEstimates, archive_estimates
from graftnet_tf.evaluation.batch_scoring import score_files
from graftnet_tf.evaluation.delong import auc_interval
from graftnet_tf.evaluation.local_predictor import LocalPredictor
from graftnet_tf.evaluation.openings import record_opening
from graftnet_tf.evaluation.slices import Slice, by_value, check_values
from graftnet_tf.evaluation.split import Split, splits_of, values_of
from graftnet_tf.registry.served_models import GRAFTNET_DIR, newest_served
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.selection_probabilities import parse_probabilities
from graftnet_tf.workspace.task_split import TaskSplit
from graftnet_tf.workspace.workspace import Workspace


@dataclasses.dataclass(frozen=True)
class AttributeEvaluation:
    """One attribute on its task's examples.

    Attributes:
      name, task: Name and task of the attribute.
      paths: Image file of each of N examples.
      labels: bool [N], whether the example is of the attribute's class.
      scores: float32 [N] in 0…1; NaN for an image that could not be scored.
      row: The figures at the threshold in the model's metadata.
      auc: Area under the ROC curve, None when a class is missing.
      auc_interval: Its 95 % interval, DeLong's; None with fewer than two positives or negatives.
      ece: Expected calibration error of the scores; None without a scored image.
      slices: The same by value of a column, the worst first, where that was asked for.
      archive: What holds of the archive that the images were chosen from; None where no scored
        image has a probability of having been.
    """

    name: str
    task: str
    paths: Sequence[str]
    labels: np.ndarray
    scores: np.ndarray
    row: metrics.ThresholdMetrics
    auc: float | None
    auc_interval: tuple[float, float] | None
    ece: float | None
    slices: tuple[Slice, ...] = ()
    archive: ArchiveEstimates | None = None

    def figures(self) -> dict[str, Any]:
        """Task, AUC with its interval, ECE and the threshold row, by column name."""
        low, high = self.auc_interval or (None, None)
        return {
            "task": self.task,
            "auc": self.auc,
            "auc_low": low,
            "auc_high": high,
            "ece": self.ece,
            **dataclasses.asdict(self.row),
        }


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """What a composed model reached, and what it could not be measured on.

    Attributes:
      model: Directory of the composed SavedModel.
      metadata: The JSON document of its `metadata` signature.
      split: Images that were measured on.
      images: Number of different images.
      attributes: Those with examples, in the model's order.
      unreadable: Reason for each image that could not be scored, by path.
      without_examples: Attributes of the model that have no example in the split.
      without_branch: Tasks of the workspace that the model does not have.
      near_duplicates: Test images that look like training images, by task measured; none on
        validation.
      opened_before: How often each task's test split, as it is now, was opened before.
      by: Column that slices are by; None for no slices.
      without_column: Tasks measured whose list has no such column.
    """

    model: str
    metadata: dict[str, Any]
    split: Split
    images: int
    attributes: tuple[AttributeEvaluation, ...]
    unreadable: dict[str, str]
    without_examples: tuple[str, ...]
    without_branch: tuple[str, ...]
    near_duplicates: dict[str, frozenset[str]]
    opened_before: dict[str, int]
    by: str | None
    without_column: tuple[str, ...]

    @property
    def model_version(self) -> str:
        return self.metadata["model_version"]

    @property
    def mean_auc(self) -> float | None:
        return metrics.mean_defined(attribute.auc for attribute in self.attributes)

    @property
    def mean_accuracy(self) -> float | None:
        """mA: the mean of the attributes' balanced accuracies."""
        return metrics.mean_defined(a.row.balanced_accuracy for a in self.attributes)

    @property
    def mean_ece(self) -> float | None:
        return metrics.mean_defined(attribute.ece for attribute in self.attributes)

    @property
    def cautions(self) -> list[str]:
        """What to say of attributes with few examples, and of images that are no fair test."""
        rows = ((a.name, a.row.positives, a.row.negatives) for a in self.attributes)
        few = [caution for row in rows if (caution := metrics.caution(*row))]
        if self.split == Split.VALIDATION:
            few.append(
                "Thresholds and temperatures were chosen on these images: they are for choosing, "
                "and the test split has the last word."
            )
        if self.without_column:
            few.append(f"No column {self.by} in the lists of {', '.join(self.without_column)}.")
        alike: dict[frozenset[str], list[str]] = {}
        for task, images in self.near_duplicates.items():
            alike.setdefault(images, []).append(task)
        return few + [
            f"{', '.join(tasks)}: {len(images)} test images look like training images "
            "(near_duplicates.csv of the task); where they show the same, figures promise too much."
            for images, tasks in alike.items()
            if images
        ]

    def to_dict(self) -> dict[str, Any]:
        """Every figure, ready for JSON; undefined ones are None."""
        return {
            "model": self.model,
            "model_version": self.model_version,
            "split": str(self.split),
            "images": self.images,
            "mean_auc": self.mean_auc,
            "mA": self.mean_accuracy,
            "mean_ece": self.mean_ece,
            "attributes": {a.name: a.figures() for a in self.attributes},
            "by": self.by,
            "slices": {a.name: [one.figures() for one in a.slices] for a in self.attributes},
            "archive": {a.name: a.archive.figures() for a in self.attributes if a.archive},
            "opened_before": self.opened_before,
            "unreadable": [
                {"image": path, "reason": reason} for path, reason in self.unreadable.items()
            ],
            "cautions": self.cautions,
            "without_examples": list(self.without_examples),
            "without_branch": list(self.without_branch),
        }


def evaluate(
    workspace: Workspace,
    model_dir: str | None = None,
    *,
    tasks: Sequence[str] | None = None,
    split: Split = Split.TEST,
    by: str | None = None,
    batch: int = 32,
    provenance: Provenance = Provenance(),
) -> Evaluation:
    """Scores every test image once and measures each attribute on its own task.

    Thresholds are those in the model's metadata: they were chosen without the test data. That
    the test split was opened is recorded, see `record_opening`. Where the tasks' lists say how
    likely images were to be chosen from an archive, figures of that archive are estimated too.

    Examples:
      >>> from graftnet_tf import Workspace, evaluate
      >>> evaluation = evaluate(Workspace("workspace"))
      >>> [attribute.name for attribute in evaluation.attributes]
      ['backpack', 'female', 'male']
      >>> evaluation.images
      15

    Args:
      workspace: Workspace whose tasks' test splits are the test data.
      model_dir: Composed SavedModel, such as WORKSPACE/serving/graftnet/1; the newest that is
        served by default.
      tasks: Names of the tasks to look at; None for all.
      split: "test", or "validation" for the part that each branch of the model keeps of what its
        thresholds were chosen on; a branch trained before parts were kept has no data there.
      by: Column of the tasks' lists, such as `camera`; every attribute is measured for each of
        its values too.
      batch: Images per request.
      provenance: The command, recorded where the test split is opened.

    Raises:
      GraftNetError: the model is none of ours or gives what is no probability, an asked task does
        not exist, a task lacks the class that the model reports, there is no test data, not
        one image could be scored, no list has the column `by` or it has too many values, a
        probability is none, or the record of openings is damaged.
    """
    model_dir = model_dir or workspace.path(*GRAFTNET_DIR, newest_served(workspace))
    model = LocalPredictor(model_dir)
    looked_at = workspace.task_names() if tasks is None else tasks
    splits = splits_of(workspace, split, looked_at, model.metadata["tasks"])
    tested = {name: found for name, found in splits.items() if name in model.tasks}
    paths, rows = _different({name: found.paths for name, found in tested.items()})
    if not paths:
        raise GraftNetError(
            f"No {split} image in {workspace.root} for {model_dir}: it has the tasks "
            f"{', '.join(model.tasks)}; looked at {', '.join(looked_at) or 'no task'}. "
            + split.remedy
        )
    values = {}
    if by:
        values = values_of(workspace, split, tested, by)
        for own in values.values():
            check_values(own, by)
    probabilities = {
        name: parse_probabilities(
            found.probabilities, found.examples.images, f"tasks/{name}/{split.listed}.csv"
        )
        for name, found in tested.items()
    }
    asked = {a: r for a, r in model.attributes.items() if tasks is None or r["task"] in tasks}
    measured = {a: r for a, r in asked.items() if len(rows.get(r["task"], ()))}
    _check_classes(measured, splits, workspace.root)
    scored = score_files(model, paths, batch=batch)
    if len(scored.unreadable) == len(paths):
        raise GraftNetError(
            f"None of the {len(paths)} {split} images could be scored; "
            f"the first is {paths[0]}: {scored.unreadable[paths[0]]}"
        )
    attributes = tuple(
        _measure(
            name,
            report,
            tested[report["task"]],
            scored.scores[name][rows[report["task"]]],
            values.get(report["task"]),
            probabilities[report["task"]],
        )
        for name, report in measured.items()
    )
    opened_before: dict[str, int] = {}
    near_duplicates: dict[str, frozenset[str]] = {}
    if split == Split.TEST:
        near_duplicates = {name: workspace.near_duplicates(name) for name in tested}
        opened_before = record_opening(
            workspace,
            {name: found.hashes[f"tasks/{name}/test.csv"] for name, found in tested.items()},
            model_version=model.metadata["model_version"],
            command=provenance.command,
        )
    return Evaluation(
        model=model_dir,
        metadata=model.metadata,
        split=split,
        images=len(paths),
        attributes=attributes,
        unreadable=scored.unreadable,
        without_examples=tuple(name for name in asked if name not in measured),
        without_branch=tuple(name for name in looked_at if name not in model.tasks),
        near_duplicates=near_duplicates,
        opened_before=opened_before,
        by=by,
        without_column=tuple(name for name in tested if by and name not in values),
    )


def _different(
    paths: Mapping[str, Sequence[str]],
) -> tuple[list[str], dict[str, np.ndarray]]:
    """(M different files of some tasks, the int64 [N] rows among them of each task's examples)."""
    first: dict[str, int] = {}
    rows = {
        name: np.fromiter((first.setdefault(it, len(first)) for it in own), np.int64, len(own))
        for name, own in paths.items()
    }
    return list(first), rows


def _check_classes(
    attributes: dict[str, dict[str, Any]], splits: dict[str, TaskSplit], root: str
) -> None:
    for attribute, report in attributes.items():
        classes = splits[report["task"]].task.classes
        if report["class"] not in classes:
            raise GraftNetError(
                f"The model reports {attribute} for class {report['class']} of task "
                f"{report['task']}, which has the classes {list(classes)} in {root}: "
                "evaluate on the workspace that the model was trained in."
            )


def _measure(
    attribute: str,
    report: dict[str, Any],
    split: TaskSplit,
    scores: np.ndarray,
    values: Sequence[str] | None,
    probabilities: np.ndarray | None,
) -> AttributeEvaluation:
    labels = split.examples.labels == split.task.classes.index(report["class"])
    metrics.check_probabilities(scores, f"the scores of {attribute}")
    groups, threshold = split.examples.groups, report["threshold"]
    sliced: tuple[Slice, ...] = ()
    if values is not None:
        sliced = by_value(values, labels, scores, groups, threshold)
    archive = None
    if probabilities is not None:
        archive = archive_estimates(labels, scores, groups, probabilities, threshold)
    return AttributeEvaluation(
        name=attribute,
        task=report["task"],
        paths=split.paths,
        labels=labels,
        scores=scores,
        row=metrics.at_threshold(labels, scores, threshold),
        auc=metrics.auc(labels, scores),
        auc_interval=auc_interval(labels, scores),
        ece=metrics.expected_calibration_error(labels, scores),
        slices=sliced,
        archive=archive,
    )
