"""Scores an archive of images, few or millions, into Parquet, without a server.

graftnet-score --images=ARCHIVE --model_dir=WORKSPACE/serving/graftnet/1 --output=DIR

The model is a composed one, with a row for each image, or a passengers model, with a row for each
person. Writes DIR/scores/, DIR/dead_letters.jsonl with what could not be scored and why, and, last,
DIR/manifest.json. The same command again does what is missing. One job at a time may write to DIR.
"""

from absl import flags

from pipelines import shell
from pipelines.flags import archive
from pipelines.flags.gone_images import DROP_GONE
from pipelines.flags.part_runner import runner
from serving.archive_scoring.job import score_archive

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


def main() -> None:
    """Scores, and prints what there is now."""
    summary = score_archive(
        archive.images(),
        MODEL_DIR.value,
        OUTPUT.value,
        batch_size=BATCH_SIZE.value,
        part_size=archive.PART_SIZE.value,
        timeout=archive.TIMEOUT.value,
        drop_gone=DROP_GONE.value,
        runner=runner(),
    )
    archive.tell_summary(summary, OUTPUT.value, missed="not scored")


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
