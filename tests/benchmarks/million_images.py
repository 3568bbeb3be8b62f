"""How long a batch is chosen from a million images, and in what memory; docs/collecting.md.

python -m tests.benchmarks.million_images [IMAGES] [PYTHON_WITH_FAISS]

Vectors of 128 numbers around 1,000 centres and random looks, by seed 0; 1,000 images are labelled.
"""

import hashlib
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from graftnet_tf.active_learning.archive_index import LENGTH, ArchiveIndex
from graftnet_tf.active_learning.candidates import Candidates
from graftnet_tf.active_learning.choice import choose
from graftnet_tf.active_learning.mixture import Mixture
from graftnet_tf.active_learning.strategies import STRATEGIES
from graftnet_tf.active_learning.unlabelled import LabelledImages, unlabelled
from graftnet_tf.data.near_duplicates import COLOURS
from tests.benchmarks.peer_process import PeerProcess

_CENTRES, _LABELLED, _SEEDS, _COUNT = 1000, 1000, 10, 200
_FAISS = Path(__file__).parent / "faiss_process.py"


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    random = np.random.default_rng(0)
    centres = random.normal(size=(_CENTRES, LENGTH)).astype(np.float32)
    vectors = centres[random.integers(_CENTRES, size=count)]
    vectors += random.normal(size=vectors.shape).astype(np.float32)
    shapes = np.frombuffer(random.bytes(8 * count), np.uint64)
    colours = np.zeros((count, COLOURS), np.float16)
    hashes = [hashlib.sha256(str(row).encode()).hexdigest() for row in range(count)]
    index = ArchiveIndex(
        [f"gs://archive/{row:09d}.jpg" for row in range(count)],
        hashes,
        shapes,
        colours,
        np.arange(count, dtype=np.int32),
        vectors,
        np.eye(LENGTH, dtype=np.float32),
        np.zeros(LENGTH, np.float32),
    )
    labelled = LabelledImages(hashes[:_LABELLED], shapes[:_LABELLED], colours[:_LABELLED])
    with timed("left out: labelled images and what looks like them"):
        left = unlabelled(index, labelled, ())
    candidates = Candidates(
        vectors[left],
        random.uniform(size=len(left)).astype(np.float32),
        prevalence=0.05,
        seeds=vectors[:_SEEDS],
    )
    for name in STRATEGIES:
        with timed(f"chosen: {_COUNT} by {name}"):
            choose(candidates, Mixture.parse(name), _COUNT)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"{count} images, {peak} MB at most")
    if len(sys.argv) > 2:
        _beside_faiss(sys.argv[2], candidates)


@contextmanager
def timed(what: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    print(f"{what}: {time.monotonic() - started:.1f} s", flush=True)


def _beside_faiss(python: str, candidates: Candidates) -> None:
    """The distances to the examples, which is all that an index of neighbours could speed up."""
    assert candidates.seeds is not None
    with timed("weights of seeds: scikit-learn, every distance"):
        STRATEGIES["seeds"](candidates, np.zeros(len(candidates), int))
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/vectors.npy", candidates.vectors)
        np.save(f"{folder}/seeds.npy", candidates.seeds)
        for kind in ("Flat", "IVF1024,Flat"):
            peer = PeerProcess(python, _FAISS, folder, kind)
            built, searched = peer.ask("build"), peer.ask("search")
            print(f"FAISS {kind}: {built:.1f} s to build, {searched:.2f} s to search")
            peer.close()


if __name__ == "__main__":
    main()
