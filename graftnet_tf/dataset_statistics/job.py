"""Statistics of a workspace's tasks or of an archive, and their files.

OUTPUT/looks/            size and look of each image, by workers where a runner is named
OUTPUT/dead_letters.jsonl, manifest.json, settings.json   see `archive_tables.job`
OUTPUT/statistics.json   counts of images, of each task's lists, of what leaks
OUTPUT/statistics.txt    the same as a table
OUTPUT/duplicates.csv    images that are the same or look alike
OUTPUT/leaks.csv         test images that are learnt from; of tasks alone
"""

import dataclasses
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from graftnet_tf.archive_tables.job import absolute, archive_sources
from graftnet_tf.dataset_statistics.counts import ImageCounts, count_images
from graftnet_tf.dataset_statistics.leaks import Leak, LeakingImage, SplitImages, find_leaks
from graftnet_tf.dataset_statistics.looks import tabulate_looks
from graftnet_tf.dataset_statistics.seen_images import SeenImages, read_seen_images
from graftnet_tf.dataset_statistics.table import to_table
from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from graftnet_tf.io.csv_files import write_csv
from graftnet_tf.io.image_sources import location
from graftnet_tf.io.part_runs import Runner
from graftnet_tf.workspace.task_split import TaskSplit
from graftnet_tf.workspace.tasks import SPLITS
from graftnet_tf.workspace.workspace import Workspace

LEAKS, DUPLICATES = "leaks.csv", "duplicates.csv"


@dataclasses.dataclass(frozen=True)
class ListCounts(ImageCounts):
    """A list of a task.

    Attributes:
      classes: Examples of each class.
      groups: Different groups.
      changed: Images whose file is not the one that the list has the hash of.
    """

    classes: dict[str, int]
    groups: int
    changed: int


@dataclasses.dataclass(frozen=True)
class Statistics:
    """What there is.

    Attributes:
      images: All different images.
      tasks: Counts of each list, by task and split; none of an archive.
      leaks: Pairs of lists of which one leaks into the other.
    """

    images: ImageCounts
    tasks: dict[str, dict[str, ListCounts]] = dataclasses.field(default_factory=dict)
    leaks: list[Leak] = dataclasses.field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def task_statistics(
    workspace: Workspace,
    output: str,
    names: Sequence[str] = (),
    *,
    part_size: int = 1000,
    timeout: float = 20.0,
    runner: Runner = Runner(),
) -> Statistics:
    """Looks at the images of tasks, and writes what there is to tell.

    Args:
      workspace: Workspace with the tasks.
      output: Folder, local or `gs://`; one job at a time may write to it.
      names: Names of the tasks; by default all.
      part_size: Images of a table of looks.
      timeout: Seconds that a web server may stay silent.
      runner: Who looks at the images.

    Raises:
      GraftNetError: there is no task or no image at all, a list is damaged, `output` is of another
        release or being written to, or its parts do not get done.
    """
    names = names or workspace.task_names()
    splits = {(name, split): workspace.split(name, split) for name in names for split in SPLITS}
    if not any(len(split.paths) for split in splits.values()):
        raise GraftNetError(f"{workspace.root} has no task with an image: nothing to look at.")
    locations = {key: _locations(split) for key, split in splits.items()}
    sources = sorted(set().union(*locations.values()))
    seen = _look(sources, output, part_size, timeout, runner)
    lists = {
        key: SplitImages(key[0], splits[key].examples, _rows(seen, some))
        for key, some in locations.items()
    }
    train, test = ([lists[name, split] for name in names] for split in SPLITS)
    leaks: list[Leak] = []

    def leaking() -> Iterator[LeakingImage]:
        for leak, images in find_leaks(seen, train, test):
            leaks.append(leak)
            yield from images

    columns = [field.name for field in dataclasses.fields(LeakingImage)]
    write_csv(os.path.join(output, LEAKS), columns, map(dataclasses.astuple, leaking()))
    statistics = Statistics(
        count_images(seen, _rows(seen, sources)),
        {
            name: {split: _count(splits[name, split], lists[name, split], seen) for split in SPLITS}
            for name in names
        },
        leaks,
    )
    _write(statistics, seen, output)
    return statistics


def archive_statistics(
    names: Iterable[str],
    output: str,
    *,
    part_size: int = 1000,
    timeout: float = 20.0,
    runner: Runner = Runner(),
) -> Statistics:
    """Looks at the images of an archive, and writes what there is to tell.

    Args:
      names: Images; see `image_sources.list_sources`.
      output, part_size, timeout, runner: Output, part size, timeout and runner, as for
        `task_statistics`.

    Raises:
      GraftNetError: a name matches nothing, there is no image at all, or as for `task_statistics`.
    """
    sources = archive_sources(names, absolute(output))
    seen = _look(sources, output, part_size, timeout, runner)
    statistics = Statistics(count_images(seen, _rows(seen, sources)))
    _write(statistics, seen, output)
    return statistics


def _locations(split: TaskSplit) -> list[str]:
    return [location(path) for path in split.paths]


def _look(
    sources: Sequence[str], output: str, part_size: int, timeout: float, runner: Runner
) -> SeenImages:
    tabulate_looks(sources, output, part_size=part_size, timeout=timeout, runner=runner)
    return read_seen_images(output)


def _rows(seen: SeenImages, sources: Sequence[str]) -> np.ndarray:
    return np.array([seen.row_of.get(source, -1) for source in sources], np.int64)


def _count(split: TaskSplit, images: SplitImages, seen: SeenImages) -> ListCounts:
    examples = split.examples
    comparable = np.flatnonzero((images.rows >= 0) & examples.known)
    differ = examples.contents[comparable] != seen.digests[images.rows[comparable]]
    return ListCounts(
        **vars(count_images(seen, images.rows)),
        classes=split.task.counts(examples.labels),
        groups=len(np.unique(examples.groups)),
        changed=int(differ.any(axis=1).sum()),
    )


def _write(statistics: Statistics, seen: SeenImages, output: str) -> None:
    columns = ("look", "sha256", "image")
    write_csv(os.path.join(output, DUPLICATES), columns, _duplicates(seen))
    atomic_files.write_json(os.path.join(output, "statistics.json"), statistics.to_dict())
    table = to_table(statistics.to_dict())
    atomic_files.write_text(os.path.join(output, "statistics.txt"), table + "\n")


def _duplicates(seen: SeenImages) -> Iterator[tuple[int, str, str]]:
    """(number of the look, sha256, location) of images that are not alone in their look."""
    order = np.argsort(seen.looks, kind="stable")
    several = np.bincount(seen.looks)[seen.looks[order]] > 1 if len(order) else order
    for row in order[several].tolist():
        yield int(seen.looks[row]), seen.digests[row].tobytes().hex(), seen.sources[row]
