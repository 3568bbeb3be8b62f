"""Chooses which images of an archive to label next.

graftnet-collect --workspace=DIR --task=umbrella --archive=people/ --count=200 --output=batch-1/

Writes batch-1/batch.csv, a row for each image with the strategy that chose it and how likely that
was; fill its column `class`, then: graftnet-prepare-tasks --format=csv --source=batch-1/batch.csv.
"""

import collections
import time

from absl import flags

from graftnet_tf.active_learning.mixture import Mixture
from graftnet_tf.active_learning.strategies import STRATEGIES
from pipelines import shell
from pipelines.flags import trunk_version
from pipelines.flags.json_output import tell
from pipelines.flags.library_check import accepted_by
from pipelines.flags.part_runner import runner
from serving.collecting.collect import Request, collect
from serving.collecting.default_mixture import WITH_HEAD, WITHOUT_HEAD

TASK = flags.DEFINE_list(
    "task", None, "The one task to label for; it need not exist.", required=True
)
ARCHIVE = flags.DEFINE_multi_string(
    "archive",
    None,
    "A folder with its subfolders, an image, a pattern, a list ending in .txt with a path or "
    "URL per line (each also gs://), or an http(s) URL; may be repeated.",
    required=True,
)
COUNT = flags.DEFINE_integer("count", 200, "Images to choose.", lower_bound=1)
STRATEGY = flags.DEFINE_string(
    "strategy",
    None,
    f"One of {', '.join(STRATEGIES)}, or several with shares: uncertain:.8,random:.2; by default "
    f"{WITH_HEAD} for a task that is served, {WITHOUT_HEAD} for another.",
)
OUTPUT = flags.DEFINE_string("output", None, "New folder for the batch.", required=True)
ATTRIBUTE = flags.DEFINE_string(
    "attribute", None, "Whose score counts, of a task that reports several attributes."
)
EXAMPLE = flags.DEFINE_multi_string(
    "example", [], "For seeds: images, or a folder of some, of what is looked for; may be repeated."
)
APART_FROM = flags.DEFINE_multi_string(
    "apart_from",
    [],
    "Folder of another batch, whose images are not asked for again; may be repeated.",
)


def _mixture(text: str | None) -> Mixture | None:
    return Mixture.parse(text) if text else None


flags.register_validator("strategy", accepted_by(_mixture))


def main() -> None:
    """Chooses, and prints what was chosen."""
    started = time.monotonic()
    if len(TASK.value) != 1:
        raise flags.Error(f"--task={','.join(TASK.value)} given; expected one task for a batch.")
    request = Request(
        TASK.value[0],
        COUNT.value,
        _mixture(STRATEGY.value),
        ATTRIBUTE.value,
        EXAMPLE.value,
        APART_FROM.value,
        shell.SEED.value,
    )
    batch = collect(
        shell.open_workspace(),
        request,
        ARCHIVE.value,
        OUTPUT.value,
        trunk_version=trunk_version.TRUNK.value,
        runner=runner(),
    )
    counts = collections.Counter(image.strategy for image in batch.images)
    chosen = ", ".join(f"{count} {name}" for name, count in counts.items())
    lines = [
        f"{len(batch.images)} of {batch.facts['candidates']} candidates, in an archive of "
        f"{batch.facts['archive_images']} images: {chosen}",
        f"batch: {OUTPUT.value}, after {time.monotonic() - started:.1f} s",
    ]
    if not Mixture(batch.facts["strategy"]).reaches_all:
        lines.insert(1, "No share is random: rates of the archive cannot be told from this batch.")
    tell("\n".join(lines), {"chosen": dict(counts), **batch.facts})


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
