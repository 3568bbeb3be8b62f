"""Days, gigabytes and milliseconds of the paper's scale: `docs/scale.md` has what it printed.

    python -m tests.benchmarks.scale [--turns=5] [--passes=1]

Measures what is done over and over (a training step of the trunk, features at the graft point, a
training step of a branch) at 299×299 in both precisions, in turns, and reckons from there. What a
reader may see otherwise is a flag: passes over the data, bytes of a crop, the rate of a GPU.
"""

from absl import flags

from graftnet_tf.features.feature_cache import DEFAULT_LIMIT
from graftnet_tf.models.precision import BFLOAT16
from graftnet_tf.models.saved_model import FULL_PRECISION
from pipelines import shell
from tests.benchmarks.scale import rates

TURNS = flags.DEFINE_integer("turns", 5, "Of each measurement; the median counts.", lower_bound=1)
PASSES = flags.DEFINE_integer("passes", 1, "Passes of trainings over their rows.", lower_bound=1)
CROP_BYTES = flags.DEFINE_integer("crop_bytes", 20_000, "Of a crop's file.")
GPU_TFLOPS = flags.DEFINE_float("gpu_tflops", 312, "Stated rate of a GPU in bfloat16.")
GPU_SHARE = flags.DEFINE_float("gpu_share", 0.3, "Share of it that convolutions reach.")

LABELS = (18, 200)
CROPS = (4.1e6, 10e6)  # each in one sub-dataset: a row
VIEWS = 3  # the unchanged image and two augmented ones
FEATURE_BYTES = 2 * 17 * 17 * 768  # float16, of a view after block 7
LIST_BYTES = 150  # of a row in a list and its index
VECTOR_BYTES = 4 * 2048  # of a row, while its task is mined
TRUNK_MB, BRANCH_MB = 87.1, 51.3  # float32, on disk and in memory
DAY = 86_400


def main() -> None:
    product, by_precision = rates.measure((FULL_PRECISION, BFLOAT16), TURNS.value)
    needed = rates.multiply_adds()
    print(f"float32 product: {2 * product / 1e9:.0f} GFLOP/s\n")
    for precision, some in by_precision.items():
        print(
            f"{precision}: trunk {some.trunk:.2f}, features {some.features:.1f}, branch "
            f"{some.branch:.1f} images/s; shares of the product's rate {some.shares}"
        )
    columns = [(labels, crops) for crops in CROPS for labels in LABELS]
    print("\n| | " + " | ".join(f"{n} labels, {c / 1e6:g} M" for n, c in columns) + " |")
    print("| --- " * (len(columns) + 1) + "|")
    for name, cell in _lines(product, by_precision, needed):
        print(f"| {name} | " + " | ".join(_short(cell(n, c)) for n, c in columns) + " |")


def _lines(product: float, by_precision: dict[str, rates.Rates], needed: dict[str, int]) -> list:
    exact, fast, passes = by_precision[FULL_PRECISION], by_precision[BFLOAT16], PASSES.value
    gpu = GPU_TFLOPS.value * 1e12 / 2 * GPU_SHARE.value

    def branch_multiply_adds(views: int) -> int:
        return views * needed["features"] + passes * needed["branch"]

    def kept(labels: int, crops: float) -> float:
        """Share of one label's features that the cache keeps."""
        return min(1.0, DEFAULT_LIMIT * labels / (crops * VIEWS * FEATURE_BYTES))

    def branch_days(labels: int, crops: float) -> float:
        """What is kept is computed once for each view, what is not once for each draw."""
        share = kept(labels, crops)
        computed = share * min(VIEWS, passes) + (1 - share) * passes
        own = crops / labels
        return own * (computed / fast.features + passes / fast.branch) / DAY

    def served(labels: int) -> float:
        """Multiply-adds of an image."""
        return needed["features"] + labels * needed["branch"] / 3

    return [
        ("import, CPU hours", lambda n, c: c * 1.04e-3 / 3600),
        ("crops, GB", lambda n, c: c * CROP_BYTES.value / 1e9),
        ("lists and their indexes, GB", lambda n, c: c * LIST_BYTES / 1e9),
        ("trunk, float32, days", lambda n, c: passes * c / exact.trunk / DAY),
        ("trunk, bfloat16, days", lambda n, c: passes * c / fast.trunk / DAY),
        ("trunk, 10¹⁵ multiply-adds", lambda n, c: passes * c * needed["trunk"] / 1e15),
        ("trunk, GPU hours", lambda n, c: passes * c * needed["trunk"] / gpu / 3600),
        ("one branch, rows", lambda n, c: c / n),
        (
            "one branch, features of all views, GB",
            lambda n, c: c / n * VIEWS * FEATURE_BYTES / 1e9,
        ),
        ("one branch, share that the cache keeps", kept),
        ("one branch, bfloat16, days", branch_days),
        ("all branches, bfloat16, days", lambda n, c: n * branch_days(n, c)),
        (
            "all branches, GPU hours",
            lambda n, c: c * branch_multiply_adds(min(VIEWS, passes)) / gpu / 3600,
        ),
        (
            "mining one task, vectors in memory, GB",
            lambda n, c: c / n * VECTOR_BYTES / 1e9,
        ),
        ("served model, float32, GB", lambda n, c: (TRUNK_MB + n * BRANCH_MB) / 1e3),
        ("serving an image, 10⁹ multiply-adds", lambda n, c: served(n) / 1e9),
        (
            "serving an image, float32, seconds",
            lambda n, c: served(n) / needed["features"] / exact.features,
        ),
        (
            "serving an image, bfloat16, seconds",
            lambda n, c: served(n) / needed["features"] / fast.features,
        ),
    ]


def _short(value: float) -> str:
    """Three significant digits, thousands set apart."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    shell.run(main)
