"""The job: from snapshots to crops, any number of them, resumable."""

import dataclasses
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tqdm import tqdm

from graftnet_tf.io.image_sources import list_sources
from graftnet_tf.io.part_runs import LOCAL, Runner
from yolact_tf.errors import YolactError
from yolact_tf.inference.people_finder import PeopleFinder
from yolact_tf.person_crops.cutting import Cutting
from yolact_tf.person_crops.journal import Journal, Totals, open_journal
from yolact_tf.person_crops.parts import segment_parts


@dataclasses.dataclass(frozen=True)
class Summary(Totals):
    """What the output folder holds, and the speed of this run: usable and skipped snapshots."""

    processed_now: int
    images_per_second: float


def segment_people(
    names: Iterable[str],
    output: str,
    finder: PeopleFinder,
    *,
    batch_size: int = 4,
    save_every: int = 100,
    timeout: float = 20.0,
    runner: Runner = Runner(),
    load_finder: Callable[[], PeopleFinder] | None = None,
) -> Summary:
    """Cuts the people out of snapshots.

    Makes OUTPUT/crops/XX/NAME-NNN.png, one for each person, named by a hash of its source and
    content, and the tables of `journal`. A run into the same folder does what is missing:
    snapshots that are new, whose content is another, that were skipped, or that were under way
    when a run was killed. A file of the same size and times is not read again, a URL not
    fetched again; what is gone or unreadable since keeps its crops.

    Args:
      names: Snapshots; see `image_sources.list_sources`.
      output: Folder, local or `gs://`; one job at a time may write to it.
      finder: Finds the people and cuts them out.
      batch_size: Snapshots that the network sees at once.
      save_every: Snapshots after which the work is saved for good.
      timeout: Seconds that a web server may stay silent.
      runner: Who does it. Workers of Apache Beam leave what this process would.
      load_finder: Makes `finder` anew in a worker, and can be pickled; for this process alone it is
        not needed.

    Raises:
      YolactError: a name matches nothing, there is no image at all, `output` cannot be continued,
        see `journal.open_journal`, or workers are asked for without `load_finder`.
      GraftNetError: the workers do not get it done.
    """
    if runner.name != LOCAL and load_finder is None:
        raise YolactError(f"The runner {runner.name} needs load_finder, for each of its workers.")
    names = list(names)
    total = sum(1 for _ in list_sources(names, output, error=YolactError))
    if not total:
        raise YolactError(f"No image in {', '.join(names) or 'no sources'}: nothing to do.")
    with open_journal(output, _settings(finder)) as journal:
        started = time.monotonic()
        claimed = filter(journal.claim, list_sources(names, output, error=YolactError))
        cutting = Cutting(output, batch_size, timeout)
        if runner.name == LOCAL or load_finder is None:
            processed = _segment_here(claimed, total, cutting, finder, journal, save_every)
        else:
            processed = segment_parts(claimed, cutting, load_finder, journal, save_every, runner)
        speed = processed / (time.monotonic() - started)
        totals = journal.write_tables()
    return Summary(
        **dataclasses.asdict(totals), processed_now=processed, images_per_second=round(speed, 2)
    )


def _segment_here(
    sources: Iterator[str],
    total: int,
    cutting: Cutting,
    finder: PeopleFinder,
    journal: Journal,
    save_every: int,
) -> int:
    """Does what is missing in this process; returns how many snapshots were looked at."""
    processed = 0
    rows: list[dict[str, Any]] = []
    with tqdm(total=total, desc="Segmenting", unit="image") as bar:
        for batch in cutting.batches(sources, finder, journal):
            rows += batch.rows
            processed += batch.processed
            bar.update(len(batch.rows))
            if len(rows) >= save_every:
                journal.publish(rows)
                rows = []
        if rows:
            journal.publish(rows)
        bar.update(total - bar.n)
    return processed


def _settings(finder: PeopleFinder) -> dict[str, Any]:
    segmenter = finder.segmenter
    return {
        **dataclasses.asdict(segmenter.selection),
        **dataclasses.asdict(finder.style),
        "network": segmenter.model.config.name,
        "weights": segmenter.fingerprint(),
    }
