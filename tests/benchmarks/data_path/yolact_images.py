"""Memory of YOLACT's batches over many images, beside a tenth of them, and what steps wait.

    python -m tests.benchmarks.data_path.yolact_images --scratch=DIR [--images=2000] [--steps=8]

Noise of 640×480 as JPEG, 50 different files behind all names, a rectangle as the one person in
each. First, --batches batches of 4 for --config are made and nothing else, of the few images and
of the many in turn, each time in a process of its own: its peak memory. Then a training of --steps
steps: the share of their time that they waited for their batches. Prints one JSON object.
"""

import contextlib
import itertools
import json
import os
import shutil
import statistics

import numpy as np
from absl import flags
from PIL import Image

from pipelines import shell
from tests.benchmarks.data_path import processes
from yolact_tf.config import config_named
from yolact_tf.data.coco import read_coco
from yolact_tf.data.training_batches import training_batches

SCRATCH = flags.DEFINE_string("scratch", None, "New local directory to work in.", required=True)
IMAGES = flags.DEFINE_integer("images", 2000, "Images of the long list.", lower_bound=10)
BATCHES = flags.DEFINE_integer("batches", 15, "Batches that are made.", lower_bound=1)
STEPS = flags.DEFINE_integer("steps", 8, "Steps of the training.", lower_bound=1)
TURNS = flags.DEFINE_integer("turns", 2, "Processes of each kind.", lower_bound=1)
CONFIG = flags.DEFINE_string("config", "yolact_person_384", "The network.")
ONLY = flags.DEFINE_string("only", None, "Annotations whose batches this process is to make.")

_HEIGHT, _WIDTH = 480, 640
_FILES = 50
_BATCH = 4


def main() -> None:
    folder = os.path.join(SCRATCH.value, "images")
    if ONLY.value:
        _make_batches(ONLY.value, folder)
        return
    os.makedirs(folder)
    counts = {"few": IMAGES.value // 10, "many": IMAGES.value}
    lists = {kind: _list(folder, count) for kind, count in counts.items()}
    peaks: dict[str, list[int]] = {kind: [] for kind in counts}
    for _ in range(TURNS.value):
        for kind, annotations in lists.items():
            ended = processes.run(
                "tests.benchmarks.data_path.yolact_images",
                f"--scratch={SCRATCH.value}",
                f"--only={annotations}",
                f"--batches={BATCHES.value}",
                f"--config={CONFIG.value}",
                f"--seed={shell.SEED.value}",
            )
            peaks[kind].append(round(ended.peak_mib))
    few, many = (statistics.median(peaks[kind]) for kind in ("few", "many"))
    shell.print_json(
        {
            "images": counts,
            "peak_mib": peaks,
            "peak_ratio": round(many / few, 2),
            "waiting": _waiting(lists["many"], folder),
        }
    )


def _make_batches(annotations: str, folder: str) -> None:
    data, config = read_coco(annotations, folder), config_named(CONFIG.value)
    batches = training_batches([(data, 1.0)], config, _BATCH, shell.SEED.value)(0)
    with contextlib.closing(batches):
        for _ in itertools.islice(batches, BATCHES.value):
            pass


def _list(folder: str, count: int) -> str:
    """Annotations of the first images; those that are not there yet are drawn or copied."""
    entries, objects = [], []
    for number in range(count):
        random = np.random.default_rng([shell.SEED.value, number])
        name = f"{number}.jpg"
        path = os.path.join(folder, name)
        if not os.path.exists(path):
            if number < _FILES:
                pixels = random.integers(0, 256, (_HEIGHT, _WIDTH, 3), np.uint8)
                Image.fromarray(pixels).save(path)
            else:
                shutil.copy(os.path.join(folder, f"{number % _FILES}.jpg"), path)
        x, y = random.integers(1, 300, 2).tolist()
        corners = [x, y, x + 120, y, x + 120, y + 170, x, y + 170]
        entries.append({"id": number, "file_name": name, "height": _HEIGHT, "width": _WIDTH})
        objects.append(
            {"id": number, "image_id": number, "category_id": 1, "segmentation": [corners]}
        )
    categories = [{"id": 1, "name": "person"}]
    path = os.path.join(SCRATCH.value, f"{count}.json")
    with open(path, "w") as file:
        json.dump({"images": entries, "annotations": objects, "categories": categories}, file)
    return path


def _waiting(annotations: str, folder: str) -> float:
    output = os.path.join(SCRATCH.value, "training")
    processes.run(
        "pipelines.train_yolact",
        f"--data={annotations},{folder}",
        f"--config={CONFIG.value}",
        f"--output={output}",
        f"--steps={STEPS.value}",
        f"--batch_size={_BATCH}",
        f"--seed={shell.SEED.value}",
    )
    with open(os.path.join(output, "manifest.json")) as file:
        return round(json.load(file)["waiting"], 4)


if __name__ == "__main__":
    shell.run(main)
