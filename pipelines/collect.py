"""Chooses which images of an archive to label next.

graftnet-collect --workspace=DIR --task=umbrella --archive=people/ --count=200 --output=batch-1/

Writes batch-1/batch.csv, a row for each image with the strategy that chose it and how likely that
was; fill its column `class`, then: graftnet-prepare-tasks --format=csv --source=batch-1/batch.csv.

graftnet-collect --output=batch-1/ --export=label_studio --push=http://localhost:8080

exports a batch that is there, or goes on with that, to be labelled elsewhere.
"""

import collections
import os
import time

from absl import flags

from graftnet_tf.active_learning.batch import Batch, read_batch
from graftnet_tf.active_learning.batch_folders import FOLDERS, write_folders
from graftnet_tf.active_learning.mixture import Mixture
from graftnet_tf.active_learning.strategies import STRATEGIES
from graftnet_tf.label_studio.access_token import VARIABLE, token_of_environment
from graftnet_tf.label_studio.push import push
from graftnet_tf.label_studio.tasks import TASKS_FILE, write_tasks
from pipelines import shell
from pipelines.flags import trunk_version
from pipelines.flags.json_output import tell
from pipelines.flags.library_check import accepted_by
from pipelines.flags.part_runner import runner
from serving.collecting.collect import Request, collect
from serving.collecting.default_mixture import WITH_HEAD, WITHOUT_HEAD

TASK = flags.DEFINE_list("task", [], "The one task to label for; it need not exist.")
ARCHIVE = flags.DEFINE_multi_string(
    "archive",
    [],
    "A folder with its subfolders, an image, a pattern, a list ending in .txt with a path or "
    "URL per line (each also gs://), or an http(s) URL; may be repeated. Without it, the batch in "
    "--output is exported.",
)
COUNT = flags.DEFINE_integer("count", 200, "Images to choose.", lower_bound=1)
STRATEGY = flags.DEFINE_string(
    "strategy",
    None,
    f"One of {', '.join(STRATEGIES)}, or several with shares: uncertain:.8,random:.2; by default "
    f"{WITH_HEAD} for a task that is served, {WITHOUT_HEAD} for another.",
)
OUTPUT = flags.DEFINE_string("output", None, "Folder of the batch.", required=True)
EXPORT = flags.DEFINE_enum(
    "export",
    "csv",
    ["csv", "folders", "label_studio"],
    "What to label it with: its table alone; folders to move its images into; or Label Studio, "
    "which imports tasks.json with labelling_config.xml.",
)
PUSH = flags.DEFINE_string(
    "push",
    None,
    "label_studio: its address, where a project is created, with the token that is in "
    f"{VARIABLE}; run again, it goes on.",
)
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


@flags.multi_flags_validator(["push", "export"], message="--push goes with --export=label_studio.")
def _pushed_to_label_studio(values: dict) -> bool:
    return not values["push"] or values["export"] == "label_studio"


@flags.multi_flags_validator(
    ["archive", "export"],
    message="--archive is missing: name what to choose from, or export the batch of --output.",
)
def _something_to_do(values: dict) -> bool:
    return bool(values["archive"]) or values["export"] != "csv"


def main() -> None:
    """Chooses and exports, or exports what was chosen; prints what was done."""
    if PUSH.value:
        token_of_environment(PUSH.value)  # before anything is chosen
    batch, lines = _chosen() if ARCHIVE.value else (read_batch(OUTPUT.value), [])
    lines += _exported(batch)
    counts = collections.Counter(image.strategy for image in batch.images)
    tell("\n".join(lines), {"chosen": dict(counts), **batch.facts})


def _chosen() -> tuple[Batch, list[str]]:
    """A new batch, and what is said of it."""
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
    return batch, lines


def _exported(batch: Batch) -> list[str]:
    """Exports a batch; what is said of that."""
    if EXPORT.value == "folders":
        count = write_folders(OUTPUT.value, batch)
        return [f"folders: {os.path.join(OUTPUT.value, FOLDERS)}, {count} images to be moved"]
    if EXPORT.value == "csv":
        return []
    tasks = write_tasks(OUTPUT.value, batch)
    lines = [f"tasks: {len(tasks)}, in {os.path.join(OUTPUT.value, TASKS_FILE)}"]
    if PUSH.value:
        pushed = push(OUTPUT.value, batch, tasks, PUSH.value)
        lines.append(
            f"project: {pushed.project.address}, {pushed.new} tasks added, {pushed.there} there"
        )
    return lines


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
