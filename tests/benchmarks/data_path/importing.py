"""Processor time of `prepare_tasks --nocopy` for each further image.

    python -m tests.benchmarks.data_path.importing --scratch=DIR [--files=5000] [--turns=3]

Imports, each in a process of its own, a CSV of --files drawn JPEG crops of 160×80 and one of a
tenth of them. The difference of their processor times, over that of their numbers, is free of what
a process takes to begin. In turns with that, Pillow decodes and hashlib hashes the same files, and
nothing else. Prints one JSON object: milliseconds of each turn, and their median.
"""

import hashlib
import io
import os
import statistics
import time

from absl import flags
from PIL import Image

from graftnet_tf.io import atomic_files
from graftnet_tf.io.csv_tables import to_csv
from pipelines import shell
from tests.benchmarks.data_path import noise_workspace, processes
from tests.benchmarks.turns import times_as_fast

FILES = flags.DEFINE_integer("files", 5000, "Images to import.", lower_bound=100)
TURNS = flags.DEFINE_integer("turns", 3, "Imports of each number of images.", lower_bound=1)
SCRATCH = flags.DEFINE_string("scratch", None, "New local directory to work in.", required=True)


def main() -> None:
    images = list(
        noise_workspace.draw_images(
            os.path.join(SCRATCH.value, "images"), FILES.value, shell.SEED.value
        )
    )
    few, many = images[: len(images) // 10], images
    turns, pillow = [], []
    for _ in range(TURNS.value):
        less, more = (_cpu_seconds(some) for some in (few, many))
        turns.append(1000 * (more - less) / (len(many) - len(few)))
        pillow.append(1000 * _decoding(many) / len(many))
    shell.print_json(
        {
            "files": [len(few), len(many)],
            "cpu_ms_of_an_image": [round(turn, 3) for turn in turns],
            "median": round(statistics.median(turns), 3),
            "cpu_ms_of_pillow": [round(turn, 3) for turn in pillow],
            "ratios": {"an image beside Pillow and hashlib": times_as_fast(turns, pillow)},
        }
    )


def _decoding(images: list[str]) -> float:
    """CPU-seconds of decoding and hashing files."""
    started = time.process_time()
    for path in images:
        with open(path, "rb") as file:
            data = file.read()
        hashlib.sha256(data).hexdigest()
        with Image.open(io.BytesIO(data)) as image:
            image.convert("RGB")
    return time.process_time() - started


def _cpu_seconds(images: list[str]) -> float:
    source = os.path.join(SCRATCH.value, f"noise_{len(images)}.csv")
    rows = ((path, ("negative", "positive")[n % 2]) for n, path in enumerate(images))
    atomic_files.write_text(source, to_csv(("image", "class"), rows))
    return processes.run(
        "pipelines.prepare_tasks",
        f"--workspace={os.path.join(SCRATCH.value, 'workspace')}",
        "--format=csv",
        f"--source={source}",
        "--nocopy",
        "--overwrite",
        f"--task=noise_{len(images)}",
        "--positive=positive",
        f"--seed={shell.SEED.value}",
    ).cpu_seconds


if __name__ == "__main__":
    shell.run(main)
