"""Mines a task's negatives: keeps those near to the positives and thins the others.

mine_negatives --workspace=DIR --task=hat; then train_branch --task=hat --mining=newest
"""

import os
import sys
from typing import Any

from absl import flags

from graftnet_tf.mining.config import CLUSTER_SIDES, MiningConfig
from graftnet_tf.mining.mine import REPORT, mine_all
from graftnet_tf.mining.points import SUMMARIES
from graftnet_tf.mining.report import PAGE
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.workspace import MINING, Workspace
from pipelines import shell
from pipelines.flags import feature_cache, trunk_version

_DEFAULT = MiningConfig()

TASK = flags.DEFINE_list("task", None, "Task to mine; several are mined one after another.")
CLUSTERS = flags.DEFINE_integer(
    "clusters", _DEFAULT.clusters, "Clusters of the negatives, by k-means.", lower_bound=1
)
NEAREST_SHARE = flags.DEFINE_float(
    "nearest_share",
    _DEFAULT.nearest_share,
    "Share of the clusters, nearest to the positives, that are kept whole.",
    lower_bound=0.0,
    upper_bound=1.0,
)
NEAREST_CLUSTERS = flags.DEFINE_integer(
    "nearest_clusters",
    _DEFAULT.nearest_clusters,
    "Number of the clusters that are kept whole, in place of --nearest_share.",
    lower_bound=0,
)
KEEP_RATE = flags.DEFINE_float(
    "keep_rate",
    _DEFAULT.keep_rate,
    "Share of every other cluster that is kept; at least one image.",
    lower_bound=1e-6,
    upper_bound=1.0,
)
CLUSTER_SIDE = flags.DEFINE_enum(
    "cluster_side",
    _DEFAULT.cluster_side,
    CLUSTER_SIDES,
    "What of a cluster is compared with the positives: samples of it, or as published its "
    "centroid alone.",
)
CLUSTER_POINTS = flags.DEFINE_integer(
    "cluster_points", _DEFAULT.cluster_points, "Samples of a cluster at most.", lower_bound=1
)
POSITIVE_SIDE = flags.DEFINE_enum(
    "positive_side",
    _DEFAULT.positive_side,
    sorted(SUMMARIES),
    "How the positives are summarised: weighted k-means atoms, or a uniform sample.",
)
POSITIVE_POINTS = flags.DEFINE_integer(
    "positive_points",
    _DEFAULT.positive_points,
    "Atoms or samples of the positives at most.",
    lower_bound=1,
)
GAMMA = flags.DEFINE_float(
    "gamma",
    _DEFAULT.gamma,
    "Of the similarity exp(-gamma * distance), which grades clusters and does not reorder them.",
    lower_bound=0.0,
)
NEIGHBOURS = flags.DEFINE_integer(
    "neighbours",
    _DEFAULT.neighbours,
    "Nearest images by which suspect negatives are found.",
    lower_bound=1,
)
SUSPECTS = flags.DEFINE_integer(
    "suspects",
    _DEFAULT.suspects,
    "Suspect labels listed at most, of negatives and of positives each.",
    lower_bound=0,
)
EMD_ITERATIONS = flags.DEFINE_integer(
    "emd_iterations",
    _DEFAULT.emd_iterations,
    "Iterations of the earth mover's distance at most; it is an error to need more.",
    lower_bound=1,
)
JSON = flags.DEFINE_bool("json", False, "Print one JSON object as the last line.")


def main() -> None:
    if not TASK.value:
        raise flags.Error("--task is missing: name the task to mine.")
    workspace = shell.open_workspace()
    config = MiningConfig(
        clusters=CLUSTERS.value,
        cluster_side=CLUSTER_SIDE.value,
        cluster_points=CLUSTER_POINTS.value,
        positive_side=POSITIVE_SIDE.value,
        positive_points=POSITIVE_POINTS.value,
        gamma=GAMMA.value,
        nearest_share=NEAREST_SHARE.value,
        nearest_clusters=NEAREST_CLUSTERS.value,
        keep_rate=KEEP_RATE.value,
        neighbours=NEIGHBOURS.value,
        suspects=SUSPECTS.value,
        emd_iterations=EMD_ITERATIONS.value,
        seed=shell.SEED.value,
    )
    mined = {}
    for name, version in mine_all(
        workspace,
        TASK.value,
        config,
        trunk_version=trunk_version.TRUNK.value,
        cache_directory=feature_cache.CACHE_DIR.value,
        cache_limit=feature_cache.cache_limit(),
        provenance=shell.provenance(),
    ):
        mined[name] = _result(workspace, name, version)
        print(_line(name, mined[name]), file=sys.stderr if JSON.value else sys.stdout, flush=True)
    if JSON.value:
        shell.print_json({"tasks": mined})


def _result(workspace: Workspace, name: str, version: str) -> dict[str, Any]:
    directory = workspace.version_dir("tasks", name, MINING, version)
    record = manifest.read(directory)
    lists = ("clusters", "suspects", "suspect_positives")
    told = ("trunk_version", "feature_size", "counts", *lists, "seconds")
    return {
        "version": version,
        "report": os.path.join(directory, REPORT, PAGE),
        **{key: record[key] for key in told},
        "unreadable": len(record["unreadable"]),
    }


def _line(name: str, result: dict[str, Any]) -> str:
    before, after = (sum(result["counts"][when].values()) for when in ("before", "after"))
    return (
        f"mining {name} {result['version']}: {after} of {before} examples stay, "
        f"{len(result['suspects'])} negatives and {len(result['suspect_positives'])} positives "
        f"to look at: {result['report']}"
    )


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
