"""Scores an archive of images, few or millions, into Parquet, without a server.

graftnet-score --images=ARCHIVE --model_dir=WORKSPACE/serving/graftnet/1 --output=DIR

The model is a composed one, with a row for each image, or a passengers model, with a row for each
person. Writes DIR/scores/, DIR/dead_letters.jsonl with what could not be scored and why, and, last,
DIR/manifest.json. The same command again does what is missing. One job at a time may write to DIR.
"""

import dataclasses
import sys

from absl import flags

from pipelines import shell
from pipelines.flags.part_runner import runner
from serving.archive_scoring.job import Summary, score_archive

IMAGES = flags.DEFINE_multi_string(
    "images",
    None,
    "A folder with its subfolders, an image, a pattern, a list ending in .txt with a path or "
    "URL per line (each also gs://), or an http(s) URL; may be repeated.",
    required=True,
)
MODEL_DIR = flags.DEFINE_string(
    "model_dir",
    None,
    "Composed or passengers model, such as WORKSPACE/serving/graftnet/1.",
    required=True,
)
OUTPUT = flags.DEFINE_string("output", None, "Folder for tables of scores.", required=True)
BATCH_SIZE = flags.DEFINE_integer(
    "batch_size", 32, "Images that the model sees at once.", lower_bound=1
)
PART_SIZE = flags.DEFINE_integer("part_size", 1000, "Images of a table.", lower_bound=1)
TIMEOUT = flags.DEFINE_float(
    "timeout", 20.0, "Seconds that a web server may stay silent.", lower_bound=0.1
)
DROP_GONE = flags.DEFINE_bool(
    "drop_gone", False, "Remove the scores of images that --images does not name any more."
)
JSON = flags.DEFINE_bool("json", False, "Print one JSON object as the last line.")


def main() -> None:
    """Scores, and prints what there is now."""
    summary = score_archive(
        IMAGES.value,
        MODEL_DIR.value,
        OUTPUT.value,
        batch_size=BATCH_SIZE.value,
        part_size=PART_SIZE.value,
        timeout=TIMEOUT.value,
        drop_gone=DROP_GONE.value,
        runner=runner(),
    )
    print(_shown(summary), file=sys.stderr if JSON.value else sys.stdout)
    if JSON.value:
        shell.print_json(dataclasses.asdict(summary))


def _shown(summary: Summary) -> str:
    lines = [
        f"{summary.rows} rows of {summary.images} images in {summary.parts} tables",
        f"{summary.images_now} images in this run, {summary.images_per_second:.2f} a second",
        f"tables: {OUTPUT.value}",
    ]
    if summary.dead_letters:
        lines.insert(1, f"{summary.dead_letters} not scored: see dead_letters.jsonl")
    return "\n".join(lines)


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
