"""Extracts the trunk's features of an archive of images, few or millions, into Parquet.

graftnet-extract-features --workspace=DIR --images=ARCHIVE --output=DIR

Writes DIR/features/ with a row for each image: its location, hash, and the vector that minings
compare images by; DIR/dead_letters.jsonl with what has none and why; and, last, DIR/manifest.json.
The same command again does what is missing. One job at a time may write to DIR.
"""

from absl import flags

from graftnet_tf.archive_features.job import extract_features
from pipelines import shell
from pipelines.flags import archive, trunk_version
from pipelines.flags.gone_images import DROP_GONE
from pipelines.flags.part_runner import runner

OUTPUT = flags.DEFINE_string("output", None, "Folder for tables of features.", required=True)
BLOCK = flags.DEFINE_integer(
    "block",
    None,
    "Block of the trunk whose output is averaged; by default its last, which minings look at.",
    lower_bound=0,
    upper_bound=10,
)
BATCH_SIZE = flags.DEFINE_integer(
    "batch_size", 32, "Images that the trunk sees at once.", lower_bound=1
)


def main() -> None:
    """Extracts, and prints what there is now."""
    summary = extract_features(
        shell.open_workspace(),
        archive.images(),
        OUTPUT.value,
        trunk_version=trunk_version.TRUNK.value,
        block=BLOCK.value,
        batch_size=BATCH_SIZE.value,
        part_size=archive.PART_SIZE.value,
        timeout=archive.TIMEOUT.value,
        drop_gone=DROP_GONE.value,
        runner=runner(),
    )
    archive.tell_summary(summary, OUTPUT.value, missed="without features")


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
