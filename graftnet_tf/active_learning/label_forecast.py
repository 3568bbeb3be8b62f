"""What further labels of a task will bring, attribute by attribute."""

import dataclasses
from collections.abc import Sequence

from graftnet_tf.active_learning.learning_curve import Gain, learning_curve
from graftnet_tf.data.content_hashes import content_hashes
from graftnet_tf.data.image_reader import ImageReader
from graftnet_tf.errors import GraftNetError
from graftnet_tf.features import feature_cache
from graftnet_tf.mining.trunk_features import TrunkFeatureReader
from graftnet_tf.registry.tree import grafting_trunk
from graftnet_tf.trunk.trunk import Trunk
from graftnet_tf.workspace.cache_directory import default_cache_directory
from graftnet_tf.workspace.workspace import Workspace


@dataclasses.dataclass(frozen=True)
class Forecast:
    """Of one attribute.

    Attributes:
      labels: Images that the task has in train and that can be read.
      aucs: AUC of a probe by the number of images that it learnt from, means over divisions.
      gains: What so many more labels will bring.
    """

    labels: int
    aucs: dict[int, float]
    gains: dict[int, Gain]


def forecast(
    workspace: Workspace,
    name: str,
    more: Sequence[int],
    *,
    trunk_version: str | None = None,
    cache_directory: str | None = None,
    cache_limit: int = feature_cache.DEFAULT_LIMIT,
    seed: int = 0,
) -> dict[str, Forecast]:
    """Forecasts by attribute, from the task's train split alone.

    Args:
      workspace: Workspace with a trunk.
      name: Name of the task.
      more: Numbers of labels to add.
      trunk_version, cache_directory, cache_limit: As for `mine_negatives`.
      seed: Seed of the divisions into learnt from and held out.

    Raises:
      GraftNetError: there is no such task or trunk, or too few images of a class.
    """
    split = workspace.training_split(name)
    trunk = Trunk.open(workspace, grafting_trunk(workspace, trunk_version))
    directory = cache_directory or default_cache_directory(workspace.root)
    reader = TrunkFeatureReader(trunk, directory, limit=cache_limit)
    (contents,) = content_hashes([split])
    rows, vectors = reader.read(ImageReader([split.paths], contents, trunk.preprocessing))
    examples = split.examples.subset(rows)
    found = {}
    for attribute in split.task.attributes:
        shown = examples.labels == split.task.class_index(attribute)
        try:
            curve = learning_curve(vectors, shown, examples.groups, seed)
        except GraftNetError as error:
            raise GraftNetError(f"Task {name}, attribute {attribute}: {error}") from None
        sizes = curve.sizes.mean(axis=0).round().astype(int).tolist()
        found[attribute] = Forecast(
            len(rows),
            dict(zip(sizes, curve.aucs.mean(axis=0).tolist(), strict=True)),
            {count: curve.gain(len(rows), count) for count in more},
        )
    return found
