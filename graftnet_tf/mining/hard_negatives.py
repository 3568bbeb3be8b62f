"""From features and labels to the examples that training keeps."""

import dataclasses

import numpy as np

from graftnet_tf.errors import GraftNetError
from graftnet_tf.mining.config import MiningConfig
from graftnet_tf.mining.ranking import RankedCluster, rank
from graftnet_tf.mining.suspect_positives import SuspectPositive, find_suspect_positives
from graftnet_tf.mining.suspects import Suspect, find_suspects
from graftnet_tf.mining.thinning import thin
from graftnet_tf.workspace.tasks import Task


@dataclasses.dataclass(frozen=True)
class HardNegatives:
    """What mining found among M examples.

    Attributes:
      clusters: Clusters of the negatives, nearest to the positives first.
      kept: Rows (int) of each cluster that stay, ascending.
      mask: bool [M], the examples that stay, all positives among them.
      suspects: Negatives whose label may be wrong, most suspect first.
      suspect_positives: Positives whose label may be wrong, most suspect first; all stay.
    """

    clusters: list[RankedCluster]
    kept: list[np.ndarray]
    mask: np.ndarray
    suspects: list[Suspect]
    suspect_positives: list[SuspectPositive]


def find_hard_negatives(
    vectors: np.ndarray,
    labels: np.ndarray,
    task: Task,
    config: MiningConfig,
    *,
    groups: np.ndarray | None = None,
) -> HardNegatives:
    """Mines the negatives of one task.

    Negatives are the examples of classes that no attribute reports: `negative`, or `other`
    of gender. Examples of a reported class all stay, although they are negatives of the
    task's other attributes: they are somebody's positives.

    Args:
      vectors: float32 [M, D], features of the examples.
      labels: int [M], class indices.
      task: Its classes and attributes.
      config: Configuration of the mining.
      groups: [M], equal for examples of one photo or person, which do not judge each other's
        labels as positives; by default each stands alone.

    Raises:
      GraftNetError: every class is reported, some class has no example, or a distance was
        not found.
    """
    reported = {task.class_index(attribute) for attribute in task.attributes}
    is_positive = np.isin(labels, list(reported))
    if len(reported) == len(task.classes):
        raise GraftNetError(
            f"Task {task.name} reports every one of its classes {list(task.classes)}; only "
            "examples of a class that no attribute reports can be mined."
        )
    negatives = np.flatnonzero(~is_positive)
    positives = {
        attribute: np.flatnonzero(labels == task.class_index(attribute))
        for attribute in task.attributes
    }
    empty = [attribute for attribute, rows in positives.items() if not len(rows)]
    if empty or not len(negatives):
        raise GraftNetError(
            f"Task {task.name} has {len(negatives)} negatives"
            f"{''.join(f' and no example of {attribute}' for attribute in empty)}; mining "
            "compares negatives with positives and needs both."
        )
    clusters = rank(vectors, negatives, positives, config)
    kept = thin(clusters, config)
    mask = is_positive.copy()
    mask[np.concatenate(kept)] = True
    suspects = find_suspects(vectors, is_positive, negatives, config)
    groups = np.arange(len(labels)) if groups is None else groups
    suspect_positives = find_suspect_positives(vectors, labels, groups, sorted(reported), config)
    return HardNegatives(clusters, kept, mask, suspects, suspect_positives)
