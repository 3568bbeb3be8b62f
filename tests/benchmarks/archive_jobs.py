"""What an offline job costs, here and by workers of Apache Beam, killed or not.

The figures are in docs/offline_jobs.md.

TF_NUM_INTRAOP_THREADS=1 python -m tests.benchmarks.archive_jobs [IMAGES]

Draws IMAGES (20,000) JPEGs of 80×80 pixels by seed 0, three of them poisoned, and scores them in
20 parts. Prints a row for each way to do it, and whether all files are the bytes of this process.
"""

import dataclasses
import functools
import io
import json
import os
import pathlib
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator

import numpy as np
import tensorflow as tf
from PIL import Image

from graftnet_tf.archive_tables.job import TableJob
from graftnet_tf.archive_tables.tabulator import Tabulator
from graftnet_tf.io.part_runs import FN_API_RUNNER, Runner
from serving.archive_scoring.scorer import load_scorer
from tests.beam_workers import worker_processes
from tests.conftest import METADATA
from tests.fragile_model import Fragile

SIDE, PARTS, POISONED = 80, 20, 3
KILLS = (4, 12)


class SmallModel(tf.Module):
    """Four convolutions of random weights by seed 0, and a score for each attribute."""

    def __init__(self) -> None:
        super().__init__()
        random = np.random.default_rng(0)
        shapes = [(3, 3, 3, 16), (3, 3, 16, 32), (3, 3, 32, 64), (3, 3, 64, 4)]
        self.kernels = [tf.Variable(random.normal(0, 0.1, one), dtype=tf.float32) for one in shapes]

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="image_bytes")])
    def predict_jpeg(self, image_bytes):
        decoded = tf.strings.substr(image_bytes, 0, 3) == b"\xff\xd8\xff"
        tf.debugging.Assert(tf.reduce_any(decoded), ["No image can be decoded."])
        images = tf.map_fn(
            lambda item: tf.cond(
                item[1],
                lambda: tf.ensure_shape(tf.io.decode_jpeg(item[0], channels=3), [SIDE, SIDE, 3]),
                lambda: tf.zeros([SIDE, SIDE, 3], tf.uint8),
            ),
            (image_bytes, decoded),
            fn_output_signature=tf.TensorSpec([SIDE, SIDE, 3], tf.uint8),
        )
        features = tf.cast(images, tf.float32) / 255
        for kernel in self.kernels:
            features = tf.nn.relu(tf.nn.conv2d(features, kernel, 2, "SAME"))
        scores = tf.sigmoid(tf.reduce_mean(features, axis=[1, 2]))
        found = {name: scores[:, place] for place, name in enumerate(METADATA["attributes"])}
        return {**found, "decoded": decoded}

    @tf.function(input_signature=[])
    def metadata(self):
        return {"metadata": tf.constant(json.dumps(METADATA))}


def draw_archive(folder: pathlib.Path, count: int) -> list[str]:
    """Draws the images; returns their locations, sorted."""
    random = np.random.default_rng(0)
    for number in range(count):
        tile = random.integers(0, 256, (8, 8, 3), np.uint8)
        data = io.BytesIO()
        Image.fromarray(tile).resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(data, "JPEG")
        (folder / f"{number:06d}.jpg").write_bytes(data.getvalue())
    for number in random.choice(count, POISONED, replace=False):
        (folder / f"{number:06d}.jpg").write_bytes(b"poisoned")
    return sorted(map(str, folder.iterdir()))


def contents(output: pathlib.Path) -> dict[str, bytes]:
    """All files, but for the lock."""
    return {
        str(path.relative_to(output)): path.read_bytes()
        for path in output.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def kill_workers(output: pathlib.Path, over: threading.Event) -> Iterator[int]:
    """Kills all workers each time that so many parts are done; yields how many there were."""
    for done in KILLS:
        while not over.wait(0.2):
            workers = worker_processes(os.getpid())
            if workers and len(list((output / "scores").glob("part-*"))) >= done:
                for worker in workers:
                    os.kill(worker, signal.SIGKILL)
                yield len(workers)
                break


@dataclasses.dataclass(frozen=True)
class Bench:
    """An archive, a model and a folder for outputs."""

    sources: list[str]
    model: str
    folder: pathlib.Path

    def run(self, name: str, runner: Runner, *, kill: bool = False, deadly: bool = False) -> None:
        """Scores, and prints the row."""
        output, over = self.folder / name.replace(" ", "_"), threading.Event()
        load: functools.partial[Tabulator] = functools.partial(load_scorer, self.model)
        if deadly:
            poison = pathlib.Path(self.sources[len(self.sources) // 2]).read_bytes()
            load = functools.partial(Fragile, self.model, frozenset([poison]), True)
        part_size = len(self.sources) // PARTS
        job = TableJob(str(output), "scores", {}, load, part_size=part_size)
        killed: list[int] = []
        killer = threading.Thread(target=lambda: killed.extend(kill_workers(output, over)))
        if kill:
            killer.start()
        started = time.monotonic()
        summary = job.run(self.sources, runner)
        seconds = time.monotonic() - started
        over.set()
        local, own = contents(self.folder / "this_process"), contents(output)
        differing = sorted(path for path in local.keys() | own if local.get(path) != own.get(path))
        print(
            f"{name}: {summary.images_per_second:g} images/s, {seconds:.0f} s, "
            f"{summary.rows} rows, {summary.dead_letters} dead letters, "
            f"workers killed {sum(killed)}, {len(own)} files, differing {differing or 'none'}",
            flush=True,
        )


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        (folder / "archive").mkdir()
        model = SmallModel()
        signatures = {"predict_jpeg": model.predict_jpeg, "metadata": model.metadata}
        tf.saved_model.save(model, str(folder / "model"), signatures=signatures)
        bench = Bench(draw_archive(folder / "archive", count), str(folder / "model"), folder)
        bench.run("this process", Runner())
        bench.run("1 worker", Runner(FN_API_RUNNER, 1))
        bench.run("2 workers", Runner(FN_API_RUNNER, 2))
        bench.run("2 workers killed", Runner(FN_API_RUNNER, 2), kill=True)
        bench.run("2 workers and a deadly image", Runner(FN_API_RUNNER, 2), deadly=True)


if __name__ == "__main__":
    main()
