"""Snapshots in parts for workers of Apache Beam: each part becomes a file of the journal."""

import dataclasses
import hashlib
import itertools
import json
import math
from collections.abc import Callable, Iterator, Sequence

from graftnet_tf.io import image_fetching
from graftnet_tf.io.image_fetching import UnreadableError
from graftnet_tf.io.part_plan import PartPlan
from graftnet_tf.io.part_runs import Runner, run_parts
from yolact_tf.inference.people_finder import PeopleFinder
from yolact_tf.person_crops.cutting import Cutting
from yolact_tf.person_crops.journal import Journal, content_digest, part_name, publish_part

Known = dict[str, str | None]
"""The snapshots of a part, in order, each with what stands for the content that is noted of it."""


@dataclasses.dataclass(frozen=True)
class PeopleCutting:
    """The work on parts; see `graftnet_tf.io.part_work.PartWork`.

    Attributes:
      cutting: How snapshots are gone through.
      load_finder: Makes what finds the people.
    """

    cutting: Cutting
    load_finder: Callable[[], PeopleFinder]

    @property
    def plan(self) -> PartPlan:
        """Which snapshots each part has."""
        return PartPlan(self.cutting.output)

    def load(self) -> PeopleFinder:
        """What finds the people."""
        return self.load_finder()

    def process(self, model: PeopleFinder, part: str) -> None:
        """Cuts the people out of a part's snapshots, and publishes its file of the journal."""
        known: Known = self.plan.read(part)
        left_out = self.plan.left_out(part)
        batches = self.cutting.batches(known, model, _Noted(known), left_out)
        rows = itertools.chain.from_iterable(one.rows for one in batches)
        publish_part(self.cutting.output, part, rows)

    def try_image(self, model: PeopleFinder, image: str) -> None:
        """Finds the people in a snapshot, for nothing."""
        self.cutting.try_snapshot(image, model)


@dataclasses.dataclass(frozen=True)
class _Noted:
    """What the plan says of a part's snapshots."""

    known: Known

    def is_done(self, source: str, stamp: str | None) -> bool:
        return False

    def has_content(self, source: str, sha256: str) -> bool:
        return self.known[source] == content_digest(sha256)


def segment_parts(
    sources: Iterator[str],
    cutting: Cutting,
    load_finder: Callable[[], PeopleFinder],
    journal: Journal,
    save_every: int,
    runner: Runner,
) -> int:
    """Has workers do what is missing, in the parts and batches that one process would do it in.

    Args:
      sources: Locations of snapshots, each once.
      cutting: How they are gone through.
      load_finder: Makes what finds the people, in a worker.
      journal: The output folder's.
      save_every: Snapshots of a part, as many more as complete its last batch.
      runner: Who does the parts.

    Returns:
      How many snapshots were looked at.

    Raises:
      GraftNetError: the parts do not get done.
    """
    size = math.ceil(save_every / cutting.batch_size) * cutting.batch_size
    missing = (source for source in sources if not _is_done(source, journal))
    plan = PartPlan(cutting.output)
    parts: list[str] = []
    while some := list(itertools.islice(missing, size)):
        known = {source: journal.content(source) for source in some}
        identity = hashlib.sha256(json.dumps(known).encode()).hexdigest()
        parts.append(part_name(journal.next_part() + len(parts), identity))
        plan.write(parts[-1], known)

    def left() -> Sequence[str]:
        done = journal.parts()
        return [part for part in parts if part not in done]

    work = PeopleCutting(cutting, load_finder)
    run_parts(work, left, runner, description="Segmenting")
    plan.remove()
    return journal.processed(parts)


def _is_done(source: str, journal: Journal) -> bool:
    try:
        return journal.is_done(source, image_fetching.stamp(source))
    except UnreadableError:
        return False
