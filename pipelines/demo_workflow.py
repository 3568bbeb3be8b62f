"""The demo: five labels, then a sixth that leaves the other heads as they were."""

import dataclasses
import os
import time
from collections.abc import Iterator, Sequence

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.train import train_branch
from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation.evaluate import Evaluation, evaluate
from graftnet_tf.evaluation.report.directory import write_report
from graftnet_tf.io import atomic_files
from graftnet_tf.lift_scenes.dataset.cutting import Cutter, Tally, cut_snapshots
from graftnet_tf.lift_scenes.dataset.sub_datasets import write_tasks
from graftnet_tf.lift_scenes.scene.records import snapshot_record
from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.trunk.pretraining import TrunkConfig, train_trunk
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.tasks import Task
from graftnet_tf.workspace.workspace import Workspace
from pipelines.shipped_people import publish_shipped
from serving.advertising.demo.browser import browser_path
from serving.client import AttributeClient, ImageResult
from serving.composition.compose import compose
from serving.composition.compose_passengers import compose_passengers
from serving.model_server.server import ModelServer

SNAPSHOTS_SHOWN = 6
_POLL_SECONDS = 0.5
_SWITCH_SECONDS = 60


@dataclasses.dataclass(frozen=True)
class Scale:
    """How much the demo draws and trains.

    Attributes:
      snapshots: drawn per task, with up to three passengers each.
      trunk: how the trunk is pretrained.
      branch: how each branch is fine-tuned.
    """

    snapshots: int
    trunk: TrunkConfig
    branch: BranchConfig


@dataclasses.dataclass(frozen=True)
class Passenger:
    """One passenger of the snapshots shown: path of the crop, and its true attributes."""

    path: str
    attributes: frozenset[str]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How the demo ended.

    Attributes:
      evaluation: of the last composed model on the test data.
      report: path of the HTML report.
      screens: path of the page that shows a lift and its screen; None without a browser.
      versions: served before and after the late label.
      late: the label that came late.
      identical: whether every other head's answers stayed bit-identical.
      seconds: wall time of each chapter, by its title.
    """

    evaluation: Evaluation
    report: str
    screens: str | None
    versions: tuple[int, int]
    late: str
    identical: bool
    seconds: dict[str, float]


class DemoWorkflow:
    """Runs the main job in a workspace, chapter by chapter, and tells of it on stdout."""

    def __init__(
        self,
        workspace: Workspace,
        scale: Scale,
        cutter: Cutter,
        seed: int,
        provenance: Provenance,
    ):
        self._workspace, self._scale, self._cutter = workspace, scale, cutter
        self._seed, self._provenance = seed, provenance
        self._seconds: dict[str, float] = {}
        self._chapter = ("", time.monotonic())

    def run(self, first: Sequence[Task], late: Task) -> Outcome:
        """Grows a model from the `first` tasks, serves it, and adds the `late` one.

        Raises:
          GraftNetError: the server did not move to the new version.
        """
        self._begin(f"Snapshots, segmented into crops: {', '.join(task.name for task in first)}")
        self._draw(first)
        passengers = list(cut_passengers(self._workspace, self._cutter, self._seed))

        self._begin("Pretraining the trunk, one batch of one task a step")
        train_trunk(self._workspace, self._scale.trunk, provenance=self._provenance)

        self._begin(f"Fine-tuning {len(first)} branches")
        for task in first:
            self._train(task)

        self._begin("Composing and serving version 1")
        self._compose()
        base_path = self._workspace.path(*GRAFTNET_DIR)
        with (
            ModelServer(base_path, poll_seconds=_POLL_SECONDS) as server,
            AttributeClient(server.address) as client,
        ):
            before = asked_alone(client, passengers)
            print(answers(before, passengers))
            after = self._add(late, client, passengers)
        self._begin("Evaluating on the test splits")
        newest = self._workspace.path(*GRAFTNET_DIR, str(after[0].model_version))
        evaluation = evaluate(self._workspace, newest, provenance=self._provenance)
        report = write_report(evaluation, self._workspace.path("reports", "demo"))
        screens = self._show_screens()
        self._begin("The end")
        return Outcome(
            evaluation,
            report,
            screens,
            (before[0].model_version or 0, after[0].model_version or 0),
            late.name,
            identical(before, after),
            self._seconds,
        )

    def _add(
        self, task: Task, client: AttributeClient, passengers: Sequence[Passenger]
    ) -> list[ImageResult]:
        self._begin(f"A new label arrives: {task.name}. Only its branch is trained")
        self._draw([task])
        self._train(task)
        self._begin("Composing version 2; the server moves to it by itself")
        version = self._compose()
        deadline = time.monotonic() + _SWITCH_SECONDS
        while client.metadata().model_version != version:
            if time.monotonic() > deadline:
                raise GraftNetError(f"The server did not move to version {version} in time.")
            time.sleep(_POLL_SECONDS)
        results = asked_alone(client, passengers)
        print(answers(results, passengers))
        return results

    def _show_screens(self) -> str | None:
        """People enter a drawn lift, and its screen changes; returns the page that shows it."""
        self._begin("Advertising: people enter a lift, its screen changes")
        browser = browser_path()
        if browser is None:
            print(
                "There is no Chromium to show it in: install one, or see graftnet-advertise --demo."
            )
            return None
        # Not above: it needs the extra `advertising`.
        from serving.advertising.demo import chapter

        trunk = self._scale.trunk
        publish_shipped(self._workspace, (trunk.height, trunk.width), self._provenance)
        compose_passengers(self._workspace, provenance=self._provenance)
        moments = chapter.show_screens(self._workspace, browser, self._seed)
        for moment in moments:
            print(f"{moment.scene.title:<20}{moment.people} found   {moment.decided or '-'}")
        return chapter.write_report(self._workspace.path("reports", "screens"), moments)

    def _draw(self, tasks: Sequence[Task]) -> None:
        print(
            write_tasks(
                self._workspace,
                tasks,
                snapshots=self._scale.snapshots,
                seed=self._seed,
                cutter=self._cutter,
            )
        )

    def _train(self, task: Task) -> None:
        train_branch(
            self._workspace,
            task.name,
            self._scale.branch,
            provenance=self._provenance,
        )

    def _compose(self) -> str:
        return compose(self._workspace, provenance=self._provenance)

    def _begin(self, title: str) -> None:
        previous, started = self._chapter
        now = time.monotonic()
        if previous:
            self._seconds[previous] = now - started
        self._chapter = (title, now)
        print(f"\n== {title}", flush=True)


def cut_passengers(workspace: Workspace, cutter: Cutter, seed: int) -> Iterator[Passenger]:
    """Draws the snapshots shown and cuts out their passengers, below WORKSPACE/snapshots."""
    snapshots = [snapshot_record(seed, index) for index in range(SNAPSHOTS_SHOWN)]
    for index, crops in enumerate(cut_snapshots(snapshots, cutter, Tally())):
        path = workspace.path("snapshots", f"{index:02d}")
        atomic_files.write_bytes(f"{path}.jpg", snapshots[index].jpeg)
        for number, crop in enumerate(crops):
            atomic_files.write_bytes(f"{path}-{number}.jpg", crop.jpeg)
            yield Passenger(f"{path}-{number}.jpg", crop.attributes)


def answers(results: Sequence[ImageResult], passengers: Sequence[Passenger]) -> str:
    """What the served model says of each passenger, beside what was drawn."""
    lines = [f"{'passenger':<12}{'says (score)':<60}drawn"]
    for result, passenger in zip(results, passengers, strict=True):
        said = ", ".join(
            f"{name} {result.scores[name]:.2f}" for name, yes in result.decisions.items() if yes
        )
        drawn = ", ".join(sorted(passenger.attributes & set(result.scores)))
        lines.append(f"{os.path.basename(result.image):<12}{said or '-':<60}{drawn or '-'}")
    return "\n".join(lines)


def asked_alone(client: AttributeClient, passengers: Sequence[Passenger]) -> list[ImageResult]:
    """Each passenger in a request of their own, the next once it is answered.

    What a server batches together it computes together, and without oneDNN an image's scores
    differ in their last bits with the size of its batch: docs/promises.md.
    """
    return [client.predict([passenger.path])[0] for passenger in passengers]


def identical(before: Sequence[ImageResult], after: Sequence[ImageResult]) -> bool:
    """Whether every score in `before` is in `after` too, bit for bit."""
    return all(
        old.scores[name] == new.scores[name]
        for old, new in zip(before, after, strict=True)
        for name in old.scores
    )
