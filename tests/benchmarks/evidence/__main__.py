"""`python -m tests.benchmarks.evidence`: trains contenders, or compares them."""

import importlib
import os
import time

from absl import flags

from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.io import atomic_files
from graftnet_tf.io.npz_archives import write_npz
from graftnet_tf.models import weights
from pipelines import shell
from tests.benchmarks.evidence import contenders
from tests.benchmarks.evidence.comparison import report
from tests.benchmarks.evidence.division import DISJOINT, SHARED, divide
from tests.benchmarks.evidence.photos import Photos, read_photos
from tests.benchmarks.evidence.search import search
from tests.benchmarks.evidence.setting import Setting

CONTENDERS = (
    "dynamic_trunk",
    "public_trunk",
    "joint",
    "full_networks",
    "adapters",
    "public_probe",
)
TASK = flags.DEFINE_list("task", None, "Binary tasks of the workspace.", required=True)
REGIME = flags.DEFINE_enum("regime", DISJOINT, [SHARED, DISJOINT], "Labels of training photos.")
CONTENDER = flags.DEFINE_list("contender", list(CONTENDERS), "Who takes part.")
SEEDS = flags.DEFINE_list("seeds", ["0", "1", "2"], "Of the trainings; the first is searched on.")
INITIAL_WEIGHTS = flags.DEFINE_string("initial_weights", None, "Public weights.", required=True)
HEIGHT = flags.DEFINE_integer("height", 192, "Input height in pixels.")
WIDTH = flags.DEFINE_integer("width", 96, "Input width in pixels.")
RESULTS = flags.DEFINE_string("results", None, "Folder for scores and figures.", required=True)
SCRATCH = flags.DEFINE_string("scratch", None, "Local folder to train in.")


def main(*words: str) -> None:
    preprocessing = Preprocessing(
        HEIGHT.value, WIDTH.value, *weights.value_range(INITIAL_WEIGHTS.value)
    )
    photos = read_photos(shell.open_workspace(), tuple(TASK.value), preprocessing)
    match words:
        case ["run"]:
            for name in CONTENDER.value:
                for seed in map(int, SEEDS.value):
                    _run(name, seed, photos, preprocessing)
        case ["report"]:
            shell.print_json(report(photos, RESULTS.value, CONTENDER.value, SEEDS.value))
        case _:
            raise flags.Error(f"Expected run or report; {' '.join(words) or 'nothing'} given.")


def _run(name: str, seed: int, photos: Photos, preprocessing: Preprocessing) -> None:
    """Trains one contender with one seed and keeps its scores, unless they are there."""
    first = int(SEEDS.value[0])
    kept = os.path.join(RESULTS.value, f"{name}-{seed}.npz")
    told = os.path.join(RESULTS.value, f"{name}-{seed}.json")
    if os.path.exists(told):
        return
    contender = importlib.import_module(f"{contenders.__name__}.{name}")
    setting = Setting(
        divide(photos, REGIME.value, seed),
        preprocessing,
        INITIAL_WEIGHTS.value,
        seed,
        os.path.join(SCRATCH.value or RESULTS.value, f"{name}-{seed}"),
    )

    def train(recipe, length):
        return contender.train(setting, recipe, length)

    started = time.process_time(), time.monotonic()
    if seed == first:
        validation = setting.division.validation
        found = search(train, contender.RECIPES, contender.LENGTH, validation)
        recipe, length, scores, trials = found
    else:
        chosen = atomic_files.read_json(os.path.join(RESULTS.value, f"{name}-{first}.json"))
        recipe, length, trials = chosen["recipe"], chosen["length"], []
        scores = train(recipe, length)
    write_npz(kept, {"validation": scores.validation, "test": scores.test})
    atomic_files.write_json(
        told,
        {
            "recipe": recipe,
            "length": length,
            "trials": trials,
            "cpu_seconds": round(scores.cpu_seconds, 1),
            "cpu_seconds_per_label": round(scores.cpu_seconds_per_label, 1),
            "cpu_seconds_in_all": round(time.process_time() - started[0], 1),
            "seconds_in_all": round(time.monotonic() - started[1], 1),
            "bytes_per_label": scores.bytes_per_label,
            "multiply_adds_per_label": scores.multiply_adds_per_label,
        },
    )


if __name__ == "__main__":
    shell.run(main, words=True)
