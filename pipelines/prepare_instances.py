"""Prepares person annotations in COCO's format, with parts kept aside.

prepare_instances --format=ccp|coco|scenes --source=… --output=DIR
"""

import os

from absl import flags

from graftnet_tf.lift_scenes.dataset.dataset import write_scenes
from pipelines import shell
from yolact_tf.data import ccp_to_coco
from yolact_tf.data.split import Split, split_instances

FORMAT = flags.DEFINE_enum(
    "format",
    None,
    ["ccp", "coco", "scenes"],
    "ccp: pixel labels of Clothing Co-Parsing; coco: an instances JSON; scenes: drawn lifts.",
    required=True,
)
SOURCE = flags.DEFINE_string("source", None, "Folder of CCP, or a COCO instances JSON.")
OUTPUT = flags.DEFINE_string(
    "output", None, "Directory for train.json, held_out.json and validation.json.", required=True
)
TEST_FRACTION = flags.DEFINE_float(
    "test_fraction",
    0.15,
    "Share of the images to keep aside for test, in held_out.json.",
    lower_bound=0.0,
    upper_bound=1.0,
)
VALIDATION_FRACTION = flags.DEFINE_float(
    "validation_fraction",
    0.0,
    "Share of the images to keep aside to choose by, in validation.json; 0 for none.",
    lower_bound=0.0,
    upper_bound=1.0,
)
SNAPSHOTS = flags.DEFINE_integer("snapshots", 240, "Snapshots to draw.", lower_bound=1)


def main() -> None:
    """Writes OUTPUT/train.json, held_out.json and, if asked for, validation.json.

    Scenes also get OUTPUT/snapshots.
    """
    source = SOURCE.value or ""
    if (FORMAT.value == "scenes") == bool(source):
        raise flags.Error("--source is needed with --format=ccp and coco, and only with them.")
    split = Split(TEST_FRACTION.value, shell.SEED.value, VALIDATION_FRACTION.value)
    if FORMAT.value == "ccp":
        counts = ccp_to_coco.write_instances(source, OUTPUT.value, split)
    elif FORMAT.value == "coco":
        counts = split_instances(source, OUTPUT.value, split)
    else:
        write_scenes(OUTPUT.value, SNAPSHOTS.value, shell.SEED.value)
        scenes = os.path.join(OUTPUT.value, "instances.json")
        counts = split_instances(scenes, OUTPUT.value, split)
    for path, count in counts.items():
        print(f"{path}: {count} images")


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
