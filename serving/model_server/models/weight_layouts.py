"""Laying out weights once for a model, and not for every call."""

import os


def keep_weight_layouts() -> None:
    """Lets TensorFlow's oneDNN convolutions keep the layouts that they make of their kernels.

    oneDNN computes with kernels laid out in its own way. TensorFlow keeps such a layout of a
    constant and makes that of a variable anew for each call, unless the environment says that
    variables do not change. That holds for a process that serves and never trains. Layouts
    take about as much memory as the weights. A value that the environment has already stays.

    Call it before the process computes anything.
    """
    os.environ.setdefault("TF_ONEDNN_ASSUME_FROZEN_WEIGHTS", "1")
