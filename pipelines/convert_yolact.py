"""Converts weights of the official PyTorch YOLACT; runs nothing that is in the file.

convert_yolact --source=FILE.pth --config=yolact_resnet50_550 --output=FILE.npz [--half]
"""

import tensorflow as tf
from absl import flags

from pipelines import shell
from yolact_tf.checkpoints.convert_official import convert
from yolact_tf.config import CONFIGS
from yolact_tf.errors import YolactError

SOURCE = flags.DEFINE_string("source", None, "Official checkpoint, .pth.", required=True)
CONFIG = flags.DEFINE_enum(
    "config", None, list(CONFIGS), "Configuration that it was trained with.", required=True
)
OUTPUT = flags.DEFINE_string("output", None, "Weight file to write, .npz.", required=True)
CLASS_NAMES = flags.DEFINE_string(
    "class_names",
    None,
    "Text file with a class name in each line, in the order of training; by default COCO's "
    "names if there are 80 classes, else class0, class1 and so on.",
)
HALF = flags.DEFINE_bool("half", False, "Store float16, in half the space.")


def main() -> None:
    """Converts and says what was written."""
    classes = _lines(CLASS_NAMES.value) if CLASS_NAMES.value else None
    model, names = convert(SOURCE.value, CONFIG.value, OUTPUT.value, classes, HALF.value)
    print(
        f"{OUTPUT.value}: {model.config.name}, {model.count_params():,} weights, "
        f"{len(names)} classes ({', '.join(names[:3])}{' …' if names[3:] else ''})"
    )


def _lines(path: str) -> list[str]:
    try:
        with tf.io.gfile.GFile(path) as file:
            return [line.strip() for line in file if line.strip()]
    except (tf.errors.OpError, UnicodeDecodeError) as error:
        raise YolactError(f"The class names in {path} cannot be read ({error}).") from None


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
