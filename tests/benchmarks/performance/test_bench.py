import importlib.util
import json
import subprocess
import sys

import pytest

from tests.benchmarks.performance.bench import Bench
from tests.benchmarks.performance.row import Row
from tests.benchmarks.performance.rows import ROWS
from tests.benchmarks.performance.table import table
from tests.benchmarks.performance.workspaces import MAKERS

ROW = Row("speed", "Speed", "speed", "images", (1, 8), (2,), ("--turns=3",), quick=("--turns=1",))


class Runs:
    """Benchmarks that answer at once; keeps their command lines."""

    def __init__(self, **ratios: list[float]):
        self.commands: list[tuple[str, ...]] = []
        self._ratios = ratios

    def __call__(self, *command: str) -> str:
        self.commands.append(command)
        return json.dumps({"ratios": self._ratios})


def test_medians_and_ranges_by_size(tmp_path):
    runs = Runs(a=[1.0, 3.0, 1.5], b=[0.5])
    found = table([Bench(str(tmp_path), run=runs).measure(ROW)])
    assert "| Speed | a | 1 images: 1.50 (1.00–3.00); 8 images: 1.50 (1.00–3.00) |" in found
    assert "|  | b | 1 images: 0.50; 8 images: 0.50 |  |" in found
    assert runs.commands == [("speed", f"--images={n}", "--turns=3") for n in (1, 8)]


def test_a_trial_has_sizes_and_arguments_of_its_own(tmp_path):
    runs = Runs(a=[1.0])
    Bench(str(tmp_path), quick=True, run=runs).measure(ROW)
    assert runs.commands == [("speed", "--images=2", "--turns=3", "--turns=1")]


def test_peers_that_are_there_are_given(tmp_path):
    row = Row("r", "R", "r", "n", (1,), (1,), peers=("--peer_python={python}",), needs=("json",))
    runs = Runs(a=[1.0])
    bench = Bench(str(tmp_path), peer_python=sys.executable, run=runs)
    assert bench.measure(row).missing == []
    assert runs.commands == [("r", "--n=1", f"--peer_python={sys.executable}")]


@pytest.mark.parametrize(
    ("needs", "peers", "said"),
    [
        (("no_such_runtime",), ("--peer_python={python}",), "missing: no_such_runtime"),
        (("json",), ("--peer={yolact}",), "missing: a clone of the official YOLACT"),
    ],
)
def test_missing_peers_are_told_and_the_rest_is_measured(tmp_path, needs, peers, said):
    row = Row("r", "R", "r", "n", (1,), (1,), peers=peers, needs=needs)
    runs = Runs(a=[1.0])
    found = table([Bench(str(tmp_path), peer_python=sys.executable, run=runs).measure(row)])
    assert runs.commands == [("r", "--n=1")]
    assert "| R | a | 1 n: 1.00 |" in found
    assert f"not measured | {said}" in found


def test_a_failure_ends_its_row_and_keeps_what_was_measured(tmp_path):
    def run(module, size, *_):
        if size == "--images=8":
            raise subprocess.CalledProcessError(1, module, stderr="first\nno | memory\n")
        return json.dumps({"ratios": {"a": [2.0]}})

    measured = Bench(str(tmp_path), run=run).measure(ROW)
    assert measured.failed == "--images=8 ended with 1: no | memory"
    assert "1 images: 2.00 |" in table([measured])
    assert "no \\| memory" in table([measured])


def test_a_workspace_is_made_once(tmp_path):
    row = Row("r", "R", "r", "n", (1, 2), (1,), ("--w={workspace}/w",), workspace="noise")
    runs = Runs(a=[1.0])

    def run(module, *arguments):
        if module == "performance.workspaces":
            (tmp_path / "noise").mkdir()
        return runs(module, *arguments)

    Bench(str(tmp_path), run=run).measure(row)
    made = ("performance.workspaces", "--make=noise", f"--folder={tmp_path}/noise")
    assert runs.commands == [made, *(("r", f"--n={n}", f"--w={tmp_path}/noise/w") for n in (1, 2))]


def test_rows_name_benchmarks_that_are_there():
    for row in ROWS:
        assert importlib.util.find_spec(f"tests.benchmarks.{row.module}")
        assert row.workspace in ("", *MAKERS)
    assert len({row.name for row in ROWS}) == len(ROWS)
