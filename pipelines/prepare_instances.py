"""Prepares person annotations in COCO's format, with a part held out.

prepare_instances --format=ccp|coco|scenes --source=… --output=DIR
"""

import os

from absl import flags

from graftnet_tf.lift_scenes.dataset.dataset import write_scenes
from pipelines import shell
from yolact_tf.data import ccp_to_coco
from yolact_tf.data.split import hold_out

FORMAT = flags.DEFINE_enum(
    "format",
    None,
    ["ccp", "coco", "scenes"],
    "ccp: pixel labels of Clothing Co-Parsing; coco: an instances JSON; scenes: drawn lifts.",
    required=True,
)
SOURCE = flags.DEFINE_string("source", None, "Folder of CCP, or a COCO instances JSON.")
OUTPUT = flags.DEFINE_string(
    "output", None, "Directory for train.json and held_out.json.", required=True
)
TEST_FRACTION = flags.DEFINE_float(
    "test_fraction",
    0.15,
    "Share of the images to keep aside for test, in held_out.json.",
    lower_bound=0.0,
    upper_bound=1.0,
)
SNAPSHOTS = flags.DEFINE_integer("snapshots", 240, "Snapshots to draw.", lower_bound=1)


def main() -> None:
    """Writes OUTPUT/train.json and OUTPUT/held_out.json; scenes also get OUTPUT/snapshots."""
    source = SOURCE.value or ""
    if (FORMAT.value == "scenes") == bool(source):
        raise flags.Error("--source is needed with --format=ccp and coco, and only with them.")
    train, held_out = (os.path.join(OUTPUT.value, f"{part}.json") for part in ("train", "held_out"))
    split = train, held_out, TEST_FRACTION.value, shell.SEED.value
    if FORMAT.value == "ccp":
        counts = ccp_to_coco.write_instances(source, *split)
    elif FORMAT.value == "coco":
        counts = hold_out(source, *split)
    else:
        write_scenes(OUTPUT.value, SNAPSHOTS.value, shell.SEED.value)
        counts = hold_out(os.path.join(OUTPUT.value, "instances.json"), *split)
    for path, count in zip((train, held_out), counts, strict=True):
        print(f"{path}: {count} images")


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
