"""People with all their labels and vectors: what an archive would be if it were labelled."""

import dataclasses

import numpy as np

from graftnet_tf.active_learning.archive_cache import ArchiveCache
from graftnet_tf.data.near_duplicates import near_duplicate_codes
from graftnet_tf.importers.joined_groups import joined
from graftnet_tf.io.image_sources import location
from graftnet_tf.trunk.trunk import Trunk
from graftnet_tf.workspace.tasks import SPLITS
from graftnet_tf.workspace.workspace import Workspace


@dataclasses.dataclass(frozen=True)
class Annotated:
    """N images that every one of L binary tasks labels.

    Attributes:
      names: The tasks.
      images: N paths as the tasks' lists have them.
      labels: bool [N, L].
      vectors: float32 [N, D] of the archive's index.
      groups: int64 [N], equal for what must stay on one side of a split: groups of the lists,
        joined where images look alike.
    """

    names: tuple[str, ...]
    images: list[str]
    labels: np.ndarray
    vectors: np.ndarray
    groups: np.ndarray

    def sides(self, test_fraction: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """int64 rows of the archive and of what is measured on, drawn by group."""
        random = np.random.default_rng(seed)
        tested = random.permutation(self.groups.max() + 1) < test_fraction * self.groups.max()
        return np.flatnonzero(~tested[self.groups]), np.flatnonzero(tested[self.groups])


def annotated(workspace: Workspace, names: list[str]) -> Annotated:
    """All images of some tasks, which have the same; vectors by the newest trunk."""
    labels: dict[str, list[bool]] = {}
    groups: dict[str, str] = {}
    for name in names:
        for split in SPLITS:
            for example in workspace.examples(name, split):
                labels.setdefault(example.image, []).append(bool(example.label))
                groups[example.image] = example.group
    paths = {location(workspace.image_path(image)): image for image in labels}
    cache = ArchiveCache(workspace, Trunk.open(workspace, workspace.newest("trunks")))
    index = cache.index(list(paths))
    images = [paths[source] for source in index.sources]
    codes = near_duplicate_codes(index.shapes, index.colours)
    alike = [[images[row] for row in np.flatnonzero(codes == code)] for code in np.unique(codes)]
    together = joined({image: groups[image] for image in images}, alike)
    numbers = {group: number for number, group in enumerate(sorted(set(together.values())))}
    return Annotated(
        tuple(names),
        images,
        np.array([labels[image] for image in images]),
        index.vectors,
        np.array([numbers[together[image]] for image in images]),
    )
