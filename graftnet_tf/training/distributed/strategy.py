"""On which devices a training runs: `tf.distribute` strategies by name."""

import signal

import tensorflow as tf

from graftnet_tf.errors import GraftNetError

AUTO_STRATEGY, NONE, MIRRORED, MULTIWORKER = STRATEGIES = (
    "auto",
    "none",
    "mirrored",
    "multiworker",
)


def make_strategy(name: str = AUTO_STRATEGY) -> tf.distribute.Strategy:
    """The strategy of a name.

    Args:
      name: "none" for one device; "mirrored" for all GPUs of this process, or all its logical CPU
        devices where it has no GPU; "multiworker" for those of all processes of the cluster that
        `TF_CONFIG` describes, which no TensorFlow op may have run before; "auto" is "mirrored"
        where there are several GPUs and "none" elsewhere.

    Raises:
      GraftNetError: unknown name.
    """
    if name == AUTO_STRATEGY:
        name = MIRRORED if len(tf.config.list_physical_devices("GPU")) > 1 else NONE
    match name:
        case "none":
            return tf.distribute.get_strategy()
        case "mirrored":
            devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
            return tf.distribute.MirroredStrategy([device.name for device in devices])
        case "multiworker":
            strategy = tf.distribute.MultiWorkerMirroredStrategy()
            # TensorFlow has put a handler of its own there, which lets nothing end.
            signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGTERM) or signal.SIG_DFL)
            return strategy
    raise GraftNetError(f"Unknown strategy {name!r}; there are {', '.join(STRATEGIES)}.")
