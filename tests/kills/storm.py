"""Kills jobs at random moments with SIGKILL, and checks after each kill what is published.

python -m tests.kills.storm SEED JOB=KILLS…

Each job runs in forks of this process, which has imported TensorFlow and never uses it. Half
of the kills come at any moment of a job, the other half while it is publishing. Prints a JSON
object of `Outcome`s by job.
"""

import dataclasses
import json
import os
import random
import shutil
import sys
import tempfile
import time

from graftnet_tf.io import atomic_files
from graftnet_tf.registry.verification import damage, leftovers, published
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.workspace import Workspace
from tests.kills.forks import Fork
from tests.kills.jobs import JOBS, Job

_POLL_SECONDS = 0.001
_UNCERTAINTY = 1.2  # of how long a job takes: some kills come late


@dataclasses.dataclass
class Outcome:
    """What became of a job that was killed again and again.

    Attributes:
      kills: that hit the running job.
      ended: runs that came to their end before the kill.
      published: versions in the end.
      problems: what went wrong; nothing should.
    """

    kills: int = 0
    ended: int = 0
    published: int = 0
    problems: list[str] = dataclasses.field(default_factory=list)


class Storm:
    """Kills of one job in one workspace."""

    def __init__(self, job: Job, root: str, chance: random.Random):
        self._job, self._chance = job, chance
        self._workspace_root = os.path.join(root, "workspace")
        Fork(lambda: job.prepare(self._workspace_root)).end()
        self._workspace = Workspace(self._workspace_root)
        self._before = self._content()
        reference = Workspace(shutil.copytree(self._workspace_root, os.path.join(root, "whole")))
        self._seconds, self._publishing = self._time(reference)
        self._results = self._found_results(reference)
        self.outcome = Outcome()

    def blow(self, kills: int) -> Outcome:
        """Kills the job that often, checking each time, and then lets it come to its end."""
        while self.outcome.kills < kills and not self.outcome.problems:
            self._run_and_kill()
            self._check()
        try:
            self._run(self._workspace).end()
        except ChildProcessError as error:
            self.outcome.problems.append(f"A last run, not killed: {error}")
        self._check()
        left = [path for path in leftovers(self._workspace) if not path.startswith("cache/")]
        if left:
            self.outcome.problems.append(f"Left after all: {left}")
        self.outcome.published = len(self._before)
        return self.outcome

    def _run(self, workspace: Workspace) -> Fork:
        return Fork(lambda: self._job.run(workspace))

    def _time(self, workspace: Workspace) -> tuple[float, float]:
        """Seconds that a whole run takes, and those from its first trace of publishing on."""
        started = time.monotonic()
        run = self._run(workspace)
        first = self._wait_for_publishing(run, workspace)
        run.end()
        ended = time.monotonic()
        return ended - started, ended - first

    def _run_and_kill(self) -> None:
        run = self._run(self._workspace)
        if self._chance.random() < 0.5:
            time.sleep(self._chance.uniform(0, _UNCERTAINTY * self._seconds))
        else:
            self._wait_for_publishing(run, self._workspace)
            time.sleep(self._chance.uniform(0, _UNCERTAINTY * self._publishing))
        run.kill()
        try:
            if run.end():
                self.outcome.kills += 1
            else:
                self.outcome.ended += 1
        except ChildProcessError as error:
            self.outcome.problems.append(f"A run after {self.outcome.kills} kills: {error}")

    def _wait_for_publishing(self, run: Fork, workspace: Workspace) -> float:
        """Waits until something new is being written, or the run's end; returns the time."""
        old = set(_writing(workspace))
        while run.runs() and not set(_writing(workspace)) - old:
            time.sleep(_POLL_SECONDS)
        return time.monotonic()

    def _check(self) -> None:
        """Notes everything published that is damaged, gone, changed, or of another result."""
        problems = [f"Damaged: {what}" for what in damage(self._workspace).values()]
        content = {} if problems else self._content()
        if not problems:
            problems += [
                f"{path} is gone or was changed"
                for path, digest in self._before.items()
                if content.get(path) != digest
            ]
            others = self._found_results(self._workspace) - self._results
            problems += [f"A result that a run without kills has not: {other}" for other in others]
        self._before = content
        self.outcome.problems += problems

    def _content(self) -> dict[str, str]:
        """Hash of the manifest, or of the whole file, of everything published."""
        found = {}
        for parts in published(self._workspace):
            path = self._workspace.path(*parts)
            inside = os.path.join(path, manifest.NAME)
            found[os.path.join(*parts)] = atomic_files.sha256(
                inside if os.path.isdir(path) else path
            )
        return found

    def _found_results(self, workspace: Workspace) -> set[str]:
        directories = [workspace.path(*parts) for parts in published(workspace)]
        contents = [manifest.read(path) for path in directories if os.path.isdir(path)]
        results = ((content["kind"], self._job.result(content)) for content in contents)
        return {json.dumps([kind, result], sort_keys=True) for kind, result in results if result}


def _writing(workspace: Workspace) -> list[str]:
    return [
        os.path.join(folder, name)
        for folder, folders, names in os.walk(workspace.root)
        for name in (*folders, *names)
        if name.startswith(atomic_files.INCOMING) and not folder.startswith(workspace.path("cache"))
    ]


def main() -> None:
    chance = random.Random(int(sys.argv[1]))
    outcomes = {}
    for argument in sys.argv[2:]:
        name, _, kills = argument.partition("=")
        with tempfile.TemporaryDirectory() as root:
            started = time.monotonic()
            outcome = Storm(JOBS[name], root, chance).blow(int(kills))
            outcomes[name] = dataclasses.asdict(outcome)
            told = f"{name}: {outcome}, {time.monotonic() - started:.0f} s"
            print(told, file=sys.stderr, flush=True)
    print(json.dumps(outcomes))


if __name__ == "__main__":
    main()
