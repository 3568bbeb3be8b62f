"""`python -m tests.benchmarks.evidence`: trains contenders, or compares them."""

import importlib
import os
import time
from typing import Any

from absl import flags

from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.io import atomic_files
from graftnet_tf.models import weights
from pipelines import shell
from tests.benchmarks.evidence import contenders, growing
from tests.benchmarks.evidence.ablation import ablate
from tests.benchmarks.evidence.comparison import report
from tests.benchmarks.evidence.division import (
    DISJOINT,
    SHARED,
    divide,
    judged_photos,
    validation_photos,
)
from tests.benchmarks.evidence.photos import Photos, read_photos
from tests.benchmarks.evidence.presentation import roc_png, tables
from tests.benchmarks.evidence.results import Results
from tests.benchmarks.evidence.search import search
from tests.benchmarks.evidence.setting import Setting
from tests.benchmarks.evidence.slices import by_slice, values_of

CONTENDERS = (
    "dynamic_trunk",
    "public_trunk",
    "joint",
    "full_networks",
    "adapters",
    "public_probe",
)
TRUNKS = ("public_trunk", "dynamic_trunk")  # of the paper's Figures 4 and 5
TASK = flags.DEFINE_list("task", None, "Binary tasks of the workspace.", required=True)
REGIME = flags.DEFINE_enum("regime", DISJOINT, [SHARED, DISJOINT], "Labels of training photos.")
CONTENDER = flags.DEFINE_list("contender", list(CONTENDERS), "Who takes part.")
SEEDS = flags.DEFINE_list("seeds", ["0", "1", "2"], "Of the trainings; the first is searched on.")
INITIAL_WEIGHTS = flags.DEFINE_string("initial_weights", None, "Public weights.", required=True)
HEIGHT = flags.DEFINE_integer("height", 192, "Input height in pixels.")
WIDTH = flags.DEFINE_integer("width", 96, "Input width in pixels.")
RESULTS = flags.DEFINE_string("results", None, "Folder for scores and figures.", required=True)
FEATURES = flags.DEFINE_string("features", "", "SavedModel, .onnx or .xml of the outside ones.")
PEER_PYTHON = flags.DEFINE_string("peer_python", "python3", "Interpreter that runs --features.")
SLICE = flags.DEFINE_list("slice", [], "For report: tasks whose positives are slices of photos.")
SCRATCH = flags.DEFINE_string("scratch", None, "Local folder to train in.")


def main(*words: str) -> None:
    preprocessing = Preprocessing(
        HEIGHT.value, WIDTH.value, *weights.value_range(INITIAL_WEIGHTS.value)
    )
    photos = read_photos(shell.open_workspace(), tuple(TASK.value), preprocessing)
    seeds = [int(seed) for seed in SEEDS.value]
    results = Results(RESULTS.value, seeds)
    match words:
        case ["run"]:
            for name in CONTENDER.value:
                for seed in seeds:
                    if not results.has(name, seed):
                        _run(results, name, _setting(name, seed, photos, preprocessing))
        case ["grow"]:
            for seed in seeds:
                _grow(results, _setting("grow", seed, photos, preprocessing))
        case ["ablate"]:
            for seed in seeds:
                setting = _setting("ablate", seed, photos, preprocessing)
                for line in ablate(setting):
                    shell.print_json({"seed": seed, **line})
        case ["report"]:
            shell.print_json(_report(photos, results))
        case _:
            given = " ".join(words) or "nothing"
            raise flags.Error(f"Expected run, grow, ablate or report; {given} given.")


def _report(photos: Photos, results: Results) -> dict[str, Any]:
    """The report; it, its tables, and the curves of both trunks are put beside the results."""
    found = report(photos, results, CONTENDER.value)
    test, first = judged_photos(photos), CONTENDER.value[0]
    if SLICE.value:
        values = values_of(shell.open_workspace(), SLICE.value, test.paths.tolist())
        scores = results.scores(first, results.seeds_of(first)[0])
        found["slices"] = by_slice(scores, test, validation_photos(photos), values)
    trunks = [name for name in TRUNKS if results.seeds_of(name)]
    written = {
        "report.json": atomic_files.to_json(found).encode(),
        "tables.md": tables(found).encode(),
        "roc.png": roc_png(test, results, trunks),
    }
    for name, content in written.items():
        atomic_files.write_bytes(os.path.join(results.directory, name), content)
    return found


def _setting(name: str, seed: int, photos: Photos, preprocessing: Preprocessing) -> Setting:
    return Setting(
        divide(photos, REGIME.value, seed),
        preprocessing,
        INITIAL_WEIGHTS.value,
        seed,
        os.path.join(SCRATCH.value or RESULTS.value, f"{name}-{seed}"),
        FEATURES.value,
        PEER_PYTHON.value,
    )


def _run(results: Results, name: str, setting: Setting) -> None:
    """Searches with the first seed; trains what was chosen with the others."""
    contender = importlib.import_module(f"{contenders.__name__}.{name}")
    started = time.process_time()

    def train(recipe, length):
        return contender.train(setting, recipe, length)

    if setting.seed == results.seeds[0]:
        found = search(train, contender.RECIPES, contender.LENGTH, setting.division.validation)
        recipe, length, scores, trials = found
    else:
        recipe, length = results.chosen(name)
        scores, trials = train(recipe, length), []
    results.keep(name, setting.seed, scores, recipe, length, trials, time.process_time() - started)


def _grow(results: Results, setting: Setting) -> None:
    """Adds one label where the others are known, in every way; which label turns with the seed."""
    column, seed = setting.seed % len(setting.names), setting.seed
    if not results.has(growing.result(growing.BRANCH), seed):
        recipe, length = results.chosen("dynamic_trunk")
        pair = growing.add_branch(setting, recipe, length, column)
        for name, scores in zip((growing.BEFORE_BRANCH, growing.BRANCH), pair, strict=True):
            results.keep(growing.result(name), seed, scores, recipe, length, [], 0.0)
    if all(results.has(growing.result(way), seed) for way in growing.JOINT_WAYS):
        return
    recipe, length = results.chosen("joint")
    base = growing.make_base(setting, recipe, length, column)
    results.keep(growing.result(growing.BEFORE), seed, base.scores, recipe, length, [], 0.0)
    for way in growing.JOINT_WAYS:
        started = time.process_time()
        found = growing.add_label(setting, base, way)
        seconds = time.process_time() - started
        recipe, length, scores, trials = found
        results.keep(growing.result(way), seed, scores, recipe, length, trials, seconds)


if __name__ == "__main__":
    shell.run(main, words=True)
