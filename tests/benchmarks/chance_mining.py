"""What mining is compared with: as many negatives by chance, and all of them."""

import dataclasses
import functools

from graftnet_tf.mining.config import MiningConfig
from graftnet_tf.mining.mine import mine_negatives
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.workspace import Workspace


def minings(
    workspace: Workspace, name: str, trunk_version: str, config: MiningConfig
) -> dict[str, str | None]:
    """Mines a task, and publishes as large a mining by chance: one cluster that is thinned.

    Args:
      workspace: Workspace with the task and the trunk.
      name: Name of the task.
      trunk_version: Trunk that mining looks with.
      config: Configuration of the mining; its seed is that of the chance too.

    Returns:
      Version of the mining to train on by arm: "all", "mined", "random".
    """
    publish = functools.partial(mine_negatives, workspace, name, trunk_version=trunk_version)
    mined = publish(config)
    clusters = manifest.read(workspace.version_dir("tasks", name, "mining", mined))["clusters"]
    size, kept = (sum(cluster[key] for cluster in clusters) for key in ("size", "kept"))
    by_chance = dataclasses.replace(
        config, clusters=1, nearest_share=0, keep_rate=(kept - 0.5) / size, suspects=0
    )
    return {"all": None, "mined": mined, "random": publish(by_chance)}
