"""Rows measured one after another, each in processes of its own."""

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence

from tests.benchmarks.performance.row import Row

Ratios = Mapping[str, Sequence[float]]
_YOLACT = "{yolact}"


@dataclasses.dataclass(frozen=True)
class Measured:
    """What a row came to.

    Attributes:
      row: The row.
      ratios: By size, and there by "ours beside theirs", how many times as fast ours was in turn.
      missing: What is not there of the peers, so that none of them was measured.
      failed: Why not all sizes were measured, "" where they were.
    """

    row: Row
    ratios: Mapping[int, Ratios]
    missing: Sequence[str] = ()
    failed: str = ""


def run_benchmark(module: str, *arguments: str) -> str:
    """The last line that a process of `tests.benchmarks.MODULE` prints.

    Raises:
      subprocess.CalledProcessError: it failed.
    """
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return (done.stdout.strip() or "{}").splitlines()[-1]


@dataclasses.dataclass(frozen=True)
class Bench:
    """How rows are measured.

    Attributes:
      folder: Local directory for workspaces.
      peer_python: Interpreter that has the peers, "" where there is none.
      yolact: Clone of the official YOLACT, "" where there is none.
      quick: Whether this is a trial of the benchmarks, whose figures say nothing.
      run: Function of a module of `tests.benchmarks` and its arguments, which returns the last line
        that it prints.
    """

    folder: str
    peer_python: str = ""
    yolact: str = ""
    quick: bool = False
    run: Callable[..., str] = run_benchmark

    def measure(self, row: Row) -> Measured:
        """Runs a row's benchmark once for every size; where one fails, no larger is tried."""
        missing = self._missing(row)
        arguments = [*row.arguments, *(row.quick if self.quick else ())]
        if not missing:
            arguments += row.peers
        ratios: dict[int, Ratios] = {}
        failed = ""
        for size in row.quick_sizes if self.quick else row.sizes:
            try:
                given = {
                    "workspace": self._workspace(row.workspace),
                    "scratch": os.path.join(self.folder, f"{row.name}-{size}"),
                    "python": self.peer_python,
                    "yolact": self.yolact,
                }
                filled = [argument.format(**given) for argument in arguments]
                printed = self.run(row.module, f"--{row.grows}={size}", *filled)
                ratios[size] = json.loads(printed)["ratios"]
            except subprocess.CalledProcessError as error:
                last = (error.stderr.strip() or "no message").splitlines()[-1]
                failed = f"--{row.grows}={size} ended with {error.returncode}: {last}"
                break
        return Measured(row, ratios, missing, failed)

    def _workspace(self, name: str) -> str:
        """Its folder; made when absent."""
        folder = os.path.join(self.folder, name)
        if name and not os.path.exists(folder):
            self.run("performance.workspaces", f"--make={name}", f"--folder={folder}")
        return folder

    def _missing(self, row: Row) -> list[str]:
        missing = [package for package in row.needs if not self._has(package)]
        if not self.yolact and any(_YOLACT in argument for argument in row.peers):
            missing.append("a clone of the official YOLACT")
        return missing

    def _has(self, package: str) -> bool:
        code = f"import importlib.util; raise SystemExit(not importlib.util.find_spec('{package}'))"
        command = [self.peer_python or sys.executable, "-c", code]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
