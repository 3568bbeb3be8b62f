"""Time and memory of mining on made-up features, by default 100,000 negatives of 2048 channels.

    python -m tests.benchmarks.mining_scale --negatives=100000 --positives=5000

The features are non-negative and of low rank, as averaged activations are. Prints one JSON object:
seconds of each part, and the process's peak memory before and after; with --turns also how many
times as fast it is as the plain way: scikit-learn's k-means over all negatives, the earth mover's
distances of as many samples, and neighbours among all images.
"""

import resource
import time
from collections.abc import Callable

import numpy as np
import ot
from absl import flags
from sklearn.cluster import KMeans
from sklearn.neighbors import NearestNeighbors

from graftnet_tf.mining.config import MiningConfig
from graftnet_tf.mining.ranking import RankedCluster, rank
from graftnet_tf.mining.suspects import Suspect, find_suspects
from graftnet_tf.mining.thinning import thin
from pipelines import shell
from tests.benchmarks.turns import seconds_of_turns, times_as_fast

NEGATIVES = flags.DEFINE_integer("negatives", 100_000, "Negatives.", lower_bound=1)
POSITIVES = flags.DEFINE_integer("positives", 5_000, "Positives.", lower_bound=1)
TURNS = flags.DEFINE_integer("turns", 0, "Beside the plain way, of each.", lower_bound=0)
CHANNELS = flags.DEFINE_integer("channels", 2048, "Channels of the features.", lower_bound=1)

_LOOKS, _RANK, _PART = 200, 50, 4096  # kinds of images, their spread, rows made at a time


def main() -> None:
    vectors = _made_up(NEGATIVES.value + POSITIVES.value, CHANNELS.value, shell.SEED.value)
    is_positive = np.arange(len(vectors)) < POSITIVES.value
    negatives, positives = np.flatnonzero(~is_positive), np.flatnonzero(is_positive)
    config = MiningConfig(seed=shell.SEED.value)

    def mine() -> list[RankedCluster]:
        return rank(vectors, negatives, {"attribute": positives}, config)

    def look() -> list[Suspect]:
        return find_suspects(vectors, is_positive, negatives, config)

    before = _peak()
    started = time.monotonic()
    ranked = mine()
    kept = thin(ranked, config)
    mined = time.monotonic()
    after_ranking = _peak()
    suspects = look()
    ended, after_suspects = time.monotonic(), _peak()
    calls: dict[str, Callable[[], object]] = {
        "mined": mine,
        "suspects": look,
        "plainly mined": lambda: _plainly_ranked(vectors[negatives], vectors[positives], config),
        "plain suspects": lambda: _neighbours(vectors, negatives, config.neighbours),
    }
    seconds = seconds_of_turns(calls, TURNS.value) if TURNS.value else {}
    shell.print_json(
        {
            "ratios": {
                f"{part} beside scikit-learn and POT": times_as_fast(seconds[ours], seconds[plain])
                for part, ours, plain in (
                    ("clusters and distances", "mined", "plainly mined"),
                    ("suspects", "suspects", "plain suspects"),
                )
                if seconds
            },
            "features_gb": vectors.nbytes / 1e9,
            "clusters": len(ranked),
            "kept": int(sum(map(len, kept))),
            "suspects": len(suspects),
            "seconds_clusters_and_distances": round(mined - started, 1),
            "seconds_suspects": round(ended - mined, 1),
            "peak_gb_with_the_features": before,
            "peak_gb_clusters_and_distances": after_ranking,
            "peak_gb_suspects": after_suspects,
        }
    )


def _plainly_ranked(
    negatives: np.ndarray, positives: np.ndarray, config: MiningConfig
) -> list[float]:
    """Distances of clusters as one would find them without this library."""
    labels = KMeans(config.clusters, random_state=config.seed).fit_predict(negatives)
    sampled = _drawn(positives, config.positive_points, config.seed)
    return sorted(
        ot.emd2([], [], ot.dist(members, sampled, metric="euclidean"))
        for number in range(config.clusters)
        for members in [_drawn(negatives[labels == number], config.cluster_points, config.seed)]
    )


def _drawn(vectors: np.ndarray, count: int, seed: int) -> np.ndarray:
    """float64 [n, D], at most `count` of the vectors."""
    chosen = np.random.default_rng(seed).permutation(len(vectors))[:count]
    return vectors[chosen].astype(np.float64)


def _neighbours(vectors: np.ndarray, negatives: np.ndarray, count: int) -> np.ndarray:
    search = NearestNeighbors(n_neighbors=count + 1, algorithm="brute").fit(vectors)
    return search.kneighbors(vectors[negatives], return_distance=False)


def _made_up(count: int, channels: int, seed: int) -> np.ndarray:
    """float32 [count, channels]."""
    random = np.random.default_rng(seed)
    looks = random.normal(0, 1, (_LOOKS, _RANK)).astype(np.float32)
    mixing = random.normal(0, 0.1, (_RANK, channels)).astype(np.float32)
    vectors = np.empty((count, channels), np.float32)
    for start in range(0, count, _PART):
        part = vectors[start : start + _PART]
        places = looks[random.integers(_LOOKS, size=len(part))]
        places += random.normal(0, 0.5, places.shape).astype(np.float32)
        noise = random.normal(0, 0.1, part.shape).astype(np.float32)
        np.maximum(places @ mixing + noise, 0, out=part)
    return vectors


def _peak() -> float:
    """The largest memory that the process has held so far, in GB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9, 2)


if __name__ == "__main__":
    shell.run(main)
