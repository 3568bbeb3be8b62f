"""A composed model measured on a workspace's test data, attribute by attribute."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation import metrics
from graftnet_tf.evaluation.batch_scoring import score_files
from graftnet_tf.evaluation.delong import auc_interval
from graftnet_tf.evaluation.local_predictor import LocalPredictor
from graftnet_tf.registry.served_models import GRAFTNET_DIR, newest_served
from graftnet_tf.workspace.task_split import TaskSplit
from graftnet_tf.workspace.workspace import Workspace


@dataclasses.dataclass(frozen=True)
class AttributeEvaluation:
    """One attribute on its task's test examples.

    Attributes:
      name, task: Name and task of the attribute.
      paths: Image file of each of N examples.
      labels: bool [N], whether the example is of the attribute's class.
      scores: float32 [N] in 0…1; NaN for an image that could not be scored.
      row: The figures at the threshold in the model's metadata.
      auc: Area under the ROC curve, None when a class is missing.
      auc_interval: Its 95 % interval, DeLong's; None with fewer than two positives or negatives.
    """

    name: str
    task: str
    paths: Sequence[str]
    labels: np.ndarray
    scores: np.ndarray
    row: metrics.ThresholdMetrics
    auc: float | None
    auc_interval: tuple[float, float] | None

    def figures(self) -> dict[str, Any]:
        """Task, AUC with its interval and the threshold row, by column name."""
        low, high = self.auc_interval or (None, None)
        return {
            "task": self.task,
            "auc": self.auc,
            "auc_low": low,
            "auc_high": high,
            **dataclasses.asdict(self.row),
        }


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """What a composed model reached, and what it could not be measured on.

    Attributes:
      model: Directory of the composed SavedModel.
      metadata: The JSON document of its `metadata` signature.
      images: Number of different test images.
      attributes: Those with test examples, in the model's order.
      unreadable: Reason for each image that could not be scored, by path.
      without_test_data: Attributes of the model that have no test example.
      without_branch: Tasks of the workspace that the model does not have.
      near_duplicates: Number of test images that look like training images, by task measured.
    """

    model: str
    metadata: dict[str, Any]
    images: int
    attributes: tuple[AttributeEvaluation, ...]
    unreadable: dict[str, str]
    without_test_data: tuple[str, ...]
    without_branch: tuple[str, ...]
    near_duplicates: dict[str, int]

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
    def cautions(self) -> list[str]:
        """What to say of attributes with few test examples, and of tests that were learnt from."""
        rows = ((a.name, a.row.positives, a.row.negatives) for a in self.attributes)
        few = [caution for row in rows if (caution := metrics.caution(*row))]
        return few + [
            f"{task}: {count} test images look like training images (near_duplicates.csv of the "
            "task); where they show the same, figures promise too much."
            for task, count in self.near_duplicates.items()
            if count
        ]

    def to_dict(self) -> dict[str, Any]:
        """Every figure, ready for JSON; undefined ones are None."""
        return {
            "model": self.model,
            "model_version": self.model_version,
            "images": self.images,
            "mean_auc": self.mean_auc,
            "mA": self.mean_accuracy,
            "attributes": {a.name: a.figures() for a in self.attributes},
            "unreadable": [
                {"image": path, "reason": reason} for path, reason in self.unreadable.items()
            ],
            "cautions": self.cautions,
            "without_test_data": list(self.without_test_data),
            "without_branch": list(self.without_branch),
        }


def evaluate(
    workspace: Workspace,
    model_dir: str | None = None,
    *,
    tasks: Sequence[str] | None = None,
    batch: int = 32,
) -> Evaluation:
    """Scores every test image once and measures each attribute on its own task.

    Thresholds are those in the model's metadata: they were chosen without the test data.

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
      batch: Images per request.

    Raises:
      GraftNetError: the model is none of ours, an asked task does not exist, a task lacks
        the class that the model reports, there is no test data, or not one image could
        be scored.
    """
    model_dir = model_dir or workspace.path(*GRAFTNET_DIR, newest_served(workspace))
    model = LocalPredictor(model_dir)
    looked_at = workspace.task_names() if tasks is None else tasks
    splits = {name: workspace.split(name, "test") for name in looked_at}
    tested = {name: split for name, split in splits.items() if name in model.tasks}
    paths, rows = _different({name: split.paths for name, split in tested.items()})
    if not paths:
        raise GraftNetError(
            f"No test image in {workspace.root} for {model_dir}: it has the tasks "
            f"{', '.join(model.tasks)}; looked at {', '.join(splits) or 'no task'}. "
            "Prepare one of its tasks with a test fraction above 0."
        )
    asked = {a: r for a, r in model.attributes.items() if tasks is None or r["task"] in tasks}
    measured = {a: r for a, r in asked.items() if len(rows.get(r["task"], ()))}
    _check_classes(measured, splits, workspace.root)
    scored = score_files(model, paths, batch=batch)
    if len(scored.unreadable) == len(paths):
        raise GraftNetError(
            f"None of the {len(paths)} test images could be scored; "
            f"the first is {paths[0]}: {scored.unreadable[paths[0]]}"
        )
    return Evaluation(
        model=model_dir,
        metadata=model.metadata,
        images=len(paths),
        attributes=tuple(
            _measure(
                name, report, tested[report["task"]], scored.scores[name][rows[report["task"]]]
            )
            for name, report in measured.items()
        ),
        unreadable=scored.unreadable,
        without_test_data=tuple(name for name in asked if name not in measured),
        without_branch=tuple(name for name in splits if name not in model.tasks),
        near_duplicates={name: workspace.near_duplicates(name) for name in tested},
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
    attribute: str, report: dict[str, Any], split: TaskSplit, scores: np.ndarray
) -> AttributeEvaluation:
    labels = split.examples.labels == split.task.classes.index(report["class"])
    return AttributeEvaluation(
        name=attribute,
        task=report["task"],
        paths=split.paths,
        labels=labels,
        scores=scores,
        row=metrics.at_threshold(labels, scores, report["threshold"]),
        auc=metrics.auc(labels, scores),
        auc_interval=auc_interval(labels, scores),
    )
