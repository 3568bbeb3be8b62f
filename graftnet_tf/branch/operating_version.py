"""A branch at another operating point: a version of the same weights with other thresholds."""

import dataclasses
import os
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from absl import logging

from graftnet_tf.evaluation.operating_point import OperatingPoint, ReachedPoint, choose_threshold
from graftnet_tf.io import atomic_files
from graftnet_tf.io.copied_files import copy_files
from graftnet_tf.registry.branch_versions import describe
from graftnet_tf.registry.tree import served_tree
from graftnet_tf.registry.validation_part import VALIDATION, read_validation_part
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.manifest import BuildInfo, Provenance
from graftnet_tf.workspace.selection_probabilities import parse_probabilities
from graftnet_tf.workspace.workspace import Workspace, four_digits


@dataclasses.dataclass(frozen=True)
class OperatingVersion:
    """A version that was published for its thresholds.

    Attributes:
      task: Task of the branch.
      parent: Version whose weights it has.
      version: Its own version.
      points: What was reached on the validation part, by attribute.
      without_probability: Examples of that part of which no probability is known, where it is of
        others; none of them is weighted then, unless asked for.
    """

    task: str
    parent: str
    version: str
    points: dict[str, ReachedPoint]
    without_probability: int

    def to_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        points = {attribute: point.to_dict() for attribute, point in self.points.items()}
        return {
            "task": self.task,
            "threshold_of": self.parent,
            "version": self.version,
            "operating_points": points,
            "without_probability": self.without_probability,
        }


def publish_operating_point(
    workspace: Workspace,
    task: str,
    wanted: OperatingPoint,
    *,
    version: str | None = None,
    attributes: Sequence[str] = (),
    provenance: Provenance = Provenance(),
) -> OperatingVersion:
    """Publishes a version of a branch with thresholds chosen for an operating point.

    Nothing is trained: its files are copies of its parent's, so that it gives the same scores bit
    for bit, and it is listed, promoted and rolled back like any other version. Thresholds are
    chosen on the validation part kept with the parent, never on the test split. Its manifest
    says `threshold_of` and, by attribute, `operating_points`; other attributes keep theirs. What
    was wanted is in its `config` too, so that a refresh chooses anew by it.

    Args:
      workspace: Workspace with the branch.
      task: Its task.
      wanted: What the thresholds are to keep to.
      version: Version to take the weights of; by default the served one, else the newest.
      attributes: Attributes of the task to choose a threshold for; by default all.
      provenance: Recorded in the manifest.

    Raises:
      GraftNetError: there is no such branch or attribute, the branch keeps no validation part or
        is damaged, or no threshold keeps to `wanted`, see `choose_threshold`.
    """
    started = time.monotonic()
    content = describe(workspace, task, version)
    parent = content["version"]
    directory = workspace.version_dir("branches", task, parent)
    manifest.verify(directory)
    part = read_validation_part(workspace, task, parent)
    part.task.check_reports(attributes)
    probabilities = parse_probabilities(
        part.probabilities, part.examples.images, os.path.join(directory, VALIDATION)
    )
    points = {
        attribute: choose_threshold(
            wanted,
            part.examples.labels == part.task.class_index(attribute),
            part.scores[:, part.task.class_index(attribute)],
            part.examples.groups,
            attribute=attribute,
            probabilities=probabilities,
        )
        for attribute in attributes or part.task.attributes
    }
    reached = {attribute: point.to_dict() for attribute, point in points.items()}
    asked = dict.fromkeys(points, dataclasses.asdict(wanted))
    thresholds = {attribute: point.row.threshold for attribute, point in points.items()}
    served = served_tree(workspace)
    candidate = served is not None and task in served[1].branches

    def write(aside: str, _: str) -> dict[str, Any]:
        copy_files(directory, aside, content["files"])
        fields = manifest.fields_of_kind(content)
        config, missed = fields.get("config", {}), fields.get("missed_points", {})
        return {
            **fields,
            "config": {
                **config,
                "operating_points": {**config.get("operating_points", {}), **asked},
            },
            "thresholds": {**content["thresholds"], **thresholds},
            "candidate": candidate,
            "threshold_of": parent,
            "operating_points": {**content.get("operating_points", {}), **reached},
            "missed_points": {name: missed[name] for name in missed if name not in points},
        }

    name = os.path.join("branches", task, parent, manifest.NAME)
    inputs = {**content["inputs"], name: atomic_files.sha256(workspace.path(name))}
    published = manifest.publish(
        workspace.path("branches", task),
        write,
        kind="branch",
        build_info=BuildInfo(inputs, content["seed"], started, provenance),
        name=four_digits,
    )
    logging.info("Published branch %s of %s, with the weights of %s.", published, task, parent)
    lacking = 0 if probabilities is None else int(np.isnan(probabilities).sum())
    return OperatingVersion(task, parent, published, points, lacking)
