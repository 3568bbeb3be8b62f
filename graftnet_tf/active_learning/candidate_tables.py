"""Vector and look of each image of an archive, in one pass, in tables that workers make."""

import functools
from collections.abc import Iterable, Mapping, Sequence

import numpy.typing as npt

from graftnet_tf.archive_features.extractor import FeatureExtractor, load_extractor
from graftnet_tf.archive_tables.job import Summary, TableJob, absolute, archive_sources
from graftnet_tf.archive_tables.tabulator import ImageRows
from graftnet_tf.dataset_statistics import looks
from graftnet_tf.io.part_runs import Runner
from graftnet_tf.trunk.trunk import Trunk
from graftnet_tf.workspace.workspace import Workspace

TABLES = "candidates"


class CandidateTabulator:
    """Gives each image a row: columns of `FeatureExtractor` and of `LookTabulator`."""

    def __init__(self, extractor: FeatureExtractor):
        self._extractor = extractor
        self.columns: Mapping[str, npt.DTypeLike] = {
            **extractor.columns,
            **looks.LookTabulator.columns,
        }

    def tabulate(self, images: Sequence[bytes]) -> ImageRows:
        """Vector, size and look of each image that can be decoded."""
        return ImageRows.of_each(
            images,
            lambda pixels: (self._extractor.fit(pixels), looks.sized_look(pixels)),
            lambda taken: {
                **self._extractor.columns_of([fitted for fitted, _ in taken]),
                **looks.look_columns([look for _, look in taken]),
            },
        )


def tabulate_candidates(
    trunk: Trunk,
    workspace: Workspace,
    names: Iterable[str],
    output: str,
    *,
    runner: Runner = Runner(),
) -> Summary:
    """Writes the tables to OUTPUT/candidates; a further run does what is new or was replaced.

    Args:
      trunk: Whose last block is averaged over its places, as minings compare images (paper 3.4).
      workspace: Workspace of the trunk.
      names: Images; see `image_sources.list_sources`.
      output: Folder; one job at a time may write to it.
      runner: Who does the parts.

    Raises:
      GraftNetError: as for `extract_features`.
    """
    output = absolute(output)
    load = functools.partial(_load, absolute(workspace.root), trunk.version, trunk.last_block)
    job = TableJob(
        output,
        TABLES,
        {"trunk": trunk.fingerprints[str(trunk.last_block)], **looks.SETTINGS},
        load,
        drop_gone=True,
        description="Looking at the archive",
    )
    tabulator = CandidateTabulator(FeatureExtractor(trunk, trunk.last_block))
    return job.run(archive_sources(names, output), runner, tabulator)


def _load(root: str, version: str, block: int) -> CandidateTabulator:
    return CandidateTabulator(load_extractor(root, version, block))
