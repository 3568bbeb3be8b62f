"""Whether this machine computes in bfloat16 with instructions of its own."""

import re

import tensorflow as tf

from graftnet_tf.models.saved_model import FULL_PRECISION

_AMPERE = (8, 0)  # the first compute capability with bfloat16
_CPU_FLAGS = re.compile(r"^flags\s*:.*\b(?:avx512_bf16|amx_bf16)\b", re.MULTILINE)


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
    return "bfloat16" if native else FULL_PRECISION


def _compute_capability(gpu: tf.config.PhysicalDevice) -> tuple[int, int]:
    return tf.config.experimental.get_device_details(gpu).get("compute_capability", (0, 0))


def _text(path: str) -> str:
    try:
        with open(path) as file:  # a kernel's file says that it has 0 bytes: gfile reads none
            return file.read()
    except OSError:
        return ""
