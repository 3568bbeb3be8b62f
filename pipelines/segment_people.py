"""Cuts the people out of snapshots: one crop each, background and other people removed.

segment_people --images=SNAPSHOTS --output=DIR [--weights=FILE.npz] [--json]

Writes DIR/crops/, DIR/people.jsonl (box, score, mask as COCO run lengths, source of each
crop), DIR/people.csv and DIR/skipped.csv. The same command again does what is missing: images
that are new, or replaced under their name, or were skipped. An image is known by its place and
its content; one at a URL by the URL alone. One job at a time may write to DIR.
"""

import dataclasses
import functools

from absl import flags

from pipelines import shell
from pipelines.flags import person_detection
from pipelines.flags.json_output import tell
from pipelines.flags.part_runner import runner
from yolact_tf.inference.people_finder import load_people_finder
from yolact_tf.person_crops.job import Summary, segment_people

IMAGES = flags.DEFINE_multi_string(
    "images",
    None,
    "A folder with its subfolders, an image, a pattern, a list ending in .txt with a path or "
    "URL per line (each also gs://), or an http(s) URL; may be repeated.",
    required=True,
)
OUTPUT = flags.DEFINE_string("output", None, "Folder for crops and tables.", required=True)
BATCH_SIZE = flags.DEFINE_integer(
    "batch_size", 4, "Snapshots in the network at a time.", lower_bound=1
)
SAVE_EVERY = flags.DEFINE_integer(
    "save_every", 100, "Snapshots after which the work is saved for good.", lower_bound=1
)
TIMEOUT = flags.DEFINE_float(
    "timeout", 20.0, "Seconds that a web server may stay silent.", lower_bound=0.1
)


def main() -> None:
    """Segments, and prints what there is now."""
    load_finder = functools.partial(
        load_people_finder,
        person_detection.weights_path(),
        person_detection.selection(),
        person_detection.style(),
    )
    summary = segment_people(
        IMAGES.value,
        OUTPUT.value,
        load_finder(),
        batch_size=BATCH_SIZE.value,
        save_every=SAVE_EVERY.value,
        timeout=TIMEOUT.value,
        runner=runner(),
        load_finder=load_finder,
    )
    tell(_shown(summary), dataclasses.asdict(summary))


def _shown(summary: Summary) -> str:
    lines = [
        f"{summary.people} people in {summary.images} images, "
        f"{summary.images_without_people} of them without people",
        f"{summary.processed_now} snapshots in this run, {summary.images_per_second:.2f} a second",
        f"tables and crops: {OUTPUT.value}",
    ]
    if summary.skipped:
        lines.insert(1, f"{summary.skipped} skipped: see skipped.csv for the reasons")
    return "\n".join(lines)


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
