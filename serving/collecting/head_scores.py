"""What the served head says of an archive's images."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from graftnet_tf.active_learning.archive_cache import ArchiveCache, tell_unreadable
from graftnet_tf.archive_tables.reading import read_tables
from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation.local_predictor import LocalPredictor
from graftnet_tf.io.part_runs import Runner
from graftnet_tf.registry.served_models import GRAFTNET_DIR, newest_served
from graftnet_tf.workspace.tasks import Task
from graftnet_tf.workspace.workspace import Workspace
from serving.archive_scoring.job import TABLES, score_archive


@dataclasses.dataclass(frozen=True)
class HeadScores:
    """Scores of one attribute.

    Attributes:
      attribute: Its name.
      threshold: Score from which it counts as shown.
      model: Version of the composed model.
      scores: In 0…1, by the image's location.
    """

    attribute: str
    threshold: float
    model: str
    scores: dict[str, float]

    def of(self, sources: Sequence[str]) -> np.ndarray:
        """float32 [n], scores of some images."""
        return np.array([self.scores[source] for source in sources], np.float32)

    @property
    def facts(self) -> dict[str, Any]:
        """All but the scores, ready for JSON."""
        return {"attribute": self.attribute, "threshold": self.threshold, "model": self.model}


def head_scores(
    workspace: Workspace,
    task: Task,
    archive: Sequence[str],
    cache: ArchiveCache,
    attribute: str | None,
    runner: Runner,
) -> HeadScores:
    """Scores an archive with the newest composed model, unless that was done before.

    Args:
      workspace: Workspace of the model.
      task: Whose attribute counts.
      archive: Images; see `image_sources.list_sources`.
      cache: Where scores are kept.
      attribute: Which of the task's attributes; may be None where there is one.
      runner: Who does the job's parts.

    Raises:
      GraftNetError: nothing is served, the model lacks the task, or several attributes could be
        meant.
    """
    version = newest_served(workspace)
    directory = workspace.path(*GRAFTNET_DIR, version)
    served = LocalPredictor(directory).attributes
    own = [name for name, report in served.items() if report["task"] == task.name]
    if not own:
        raise GraftNetError(
            f"Model {version} has no head of task {task.name}, whose scores the strategy looks at: "
            "train a branch and compose, or choose seeds, diverse or random."
        )
    name = attribute or own[0]
    if name not in own or (attribute is None and len(own) > 1):
        raise GraftNetError(
            f"Attribute {attribute or 'none'} given; task {task.name} is served with "
            f"{', '.join(own)}: name one with --attribute."
        )
    folder = cache.folder(archive, f"model-{version}")
    summary = score_archive(archive, directory, folder, drop_gone=True, runner=runner)
    tell_unreadable(summary, folder)
    scores: dict[str, float] = {}
    for table in read_tables(folder, TABLES, ["source", name]):
        scores.update(zip(table["source"].to_pylist(), table[name].to_pylist(), strict=True))
    return HeadScores(name, served[name]["threshold"], version, scores)
