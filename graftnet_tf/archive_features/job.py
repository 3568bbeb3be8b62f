"""Extracting features: a table's row is an image, with its vector."""

import functools
from collections.abc import Iterable

from graftnet_tf.archive_features.extractor import FeatureExtractor, load_extractor
from graftnet_tf.archive_tables.job import Summary, TableJob, absolute, archive_sources
from graftnet_tf.io.part_runs import Runner
from graftnet_tf.registry.tree import grafting_trunk
from graftnet_tf.trunk.trunk import Trunk
from graftnet_tf.workspace.workspace import Workspace

TABLES = "features"


def extract_features(
    workspace: Workspace,
    names: Iterable[str],
    output: str,
    *,
    trunk_version: str | None = None,
    block: int | None = None,
    batch_size: int = 32,
    part_size: int = 1000,
    timeout: float = 20.0,
    drop_gone: bool = False,
    runner: Runner = Runner(),
) -> Summary:
    """Writes the vector of each image of an archive to OUTPUT/features; see `archive_tables.job`.

    A row has `source`, `sha256` and `features`, a list of D float32: the block's output averaged
    over its places, which is what minings compare images by (paper 3.4). `read_features` reads it.

    Args:
      workspace: Workspace with the trunk.
      names: Images; see `image_sources.list_sources`.
      output: Folder, local or `gs://`; one job at a time may write to it.
      trunk_version: Whose features, or "newest"; by default as for `mine_negatives`.
      block: Number of the block that is averaged; the trunk's last by default.
      batch_size: Images that the trunk sees at once.
      part_size: Images of a table.
      timeout: Seconds that a web server may stay silent.
      drop_gone: Removes the features of images that `names` does not stand for any more; without
        it, they are refused.
      runner: Who does the parts.

    Raises:
      GraftNetError: a name matches nothing, there is no image at all, there is no such trunk or it
        ends before the block, `output` was made with other settings, has features of other images
        or is being written to, or its parts do not get done.
    """
    output = absolute(output)
    trunk = Trunk.open(workspace, grafting_trunk(workspace, trunk_version))
    block = trunk.last_block if block is None else block
    trunk.check_reaches(block)
    sources = archive_sources(names, output)
    job = TableJob(
        output,
        TABLES,
        {"trunk": trunk.fingerprints[str(block)], "block": block},
        functools.partial(load_extractor, absolute(workspace.root), trunk.version, block),
        batch_size=batch_size,
        part_size=part_size,
        timeout=timeout,
        drop_gone=drop_gone,
        description="Features",
    )
    return job.run(sources, runner, FeatureExtractor(trunk, block))
