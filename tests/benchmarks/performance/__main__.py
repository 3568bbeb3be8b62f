"""`python -m tests.benchmarks.performance`: measures, and writes the table.

Prints the table; OUTPUT gets table.md and ratios.json. Ends with an error where a row failed, after
all others were measured.
"""

import dataclasses
import os
import tempfile
import time

from absl import flags, logging

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from pipelines import shell
from tests.benchmarks.performance.bench import Bench
from tests.benchmarks.performance.rows import ROWS
from tests.benchmarks.performance.table import table

_NAMES = [row.name for row in ROWS]
CHOSEN = flags.DEFINE_multi_enum("row", _NAMES, _NAMES, "What to measure; all by default.")
PEER_PYTHON = flags.DEFINE_string("peer_python", "", "A Python with the peers.")
YOLACT = flags.DEFINE_string("yolact", "", "Clone of https://github.com/dbolya/yolact.")
QUICK = flags.DEFINE_bool("quick", False, "A trial of the benchmarks; its figures say nothing.")
OUTPUT = flags.DEFINE_string("output", None, "Local folder for the table.", required=True)


def main() -> None:
    measured = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(folder, PEER_PYTHON.value, YOLACT.value, QUICK.value)
        for row in ROWS:
            if row.name in CHOSEN.value:
                started = time.monotonic()
                measured.append(bench.measure(row))
                logging.info("%s: %.0f s.", row.name, time.monotonic() - started)
    found = table(measured)
    os.makedirs(OUTPUT.value, exist_ok=True)
    atomic_files.write_text(os.path.join(OUTPUT.value, "table.md"), found)
    told = {one.row.name: dataclasses.asdict(one) for one in measured}
    atomic_files.write_json(os.path.join(OUTPUT.value, "ratios.json"), told)
    print(found, end="")
    if failed := [one.row.name for one in measured if one.failed]:
        raise GraftNetError(f"Not measured to the end: {', '.join(failed)}; see the table.")


if __name__ == "__main__":
    shell.run(main)
