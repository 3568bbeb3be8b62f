"""The precision that trainings compute their convolutions in."""

import re

import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.models.saved_model import FULL_PRECISION

AUTO = "auto"
BFLOAT16 = "bfloat16"
TRAINING_PRECISIONS = (AUTO, FULL_PRECISION, BFLOAT16)

_AMPERE = (8, 0)  # the first compute capability with bfloat16
_CPU_FLAGS = re.compile(r"^flags\s*:.*\b(?:avx512_bf16|amx_bf16)\b", re.MULTILINE)


def check_precision(precision: str) -> None:
    """Raises GraftNetError unless a training can be given this precision."""
    if precision not in TRAINING_PRECISIONS:
        raise GraftNetError(
            f"precision {precision!r} given; expected one of {', '.join(TRAINING_PRECISIONS)}."
        )


def settled_precision(precision: str) -> str:
    """A training's precision with "auto" decided: this machine's `native_precision`."""
    return native_precision() if precision == AUTO else precision


def native_precision(cpu_info: str = "/proc/cpuinfo") -> str:
    """ "bfloat16" where all GPUs, or without any the CPU, have it; else "float32".

    Args:
      cpu_info: Linux's description of the CPU; where there is none, float32 is taken.
    """
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        native = all(_compute_capability(gpu) >= _AMPERE for gpu in gpus)
    else:
        native = bool(_CPU_FLAGS.search(_text(cpu_info)))
    return BFLOAT16 if native else FULL_PRECISION


def _compute_capability(gpu: tf.config.PhysicalDevice) -> tuple[int, int]:
    return tf.config.experimental.get_device_details(gpu).get("compute_capability", (0, 0))


def _text(path: str) -> str:
    try:
        with open(path) as file:  # a kernel's file says that it has 0 bytes: gfile reads none
            return file.read()
    except OSError:
        return ""
