"""The flags of jobs that go through an archive's images and write tables of them."""

import dataclasses

from absl import flags

from graftnet_tf.archive_tables.job import Summary
from pipelines.flags.json_output import tell

IMAGES = flags.DEFINE_multi_string(
    "images",
    [],
    "A folder with its subfolders, an image, a pattern, a list ending in .txt with a path or "
    "URL per line (each also gs://), or an http(s) URL; may be repeated.",
)
PART_SIZE = flags.DEFINE_integer("part_size", 1000, "Images of a table.", lower_bound=1)
TIMEOUT = flags.DEFINE_float(
    "timeout", 20.0, "Seconds that a web server may stay silent.", lower_bound=0.1
)


def images() -> list[str]:
    """What --images names.

    Raises:
      flags.Error: the flag was not given.
    """
    if not IMAGES.value:
        raise flags.Error("--images is missing: name a folder, an image, a pattern or a list.")
    return IMAGES.value


def tell_summary(summary: Summary, output: str, *, missed: str) -> None:
    """Says what there is now; see `json_output.tell`.

    Args:
      summary: What the job did.
      output: Folder of the results.
      missed: What did not become of images without a row, such as "not scored".
    """
    lines = [
        f"{summary.rows} rows of {summary.images} images in {summary.parts} tables",
        f"{summary.images_now} images in this run, {summary.images_per_second:.2f} a second",
        f"tables: {output}",
    ]
    if summary.dead_letters:
        lines.insert(1, f"{summary.dead_letters} {missed}: see dead_letters.jsonl")
    tell("\n".join(lines), dataclasses.asdict(summary))
