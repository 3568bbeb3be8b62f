"""What every binary shares: flags, exit statuses, one-line errors, JSON results."""

import json
import os
import sys
from collections.abc import Callable
from logging import ERROR, LogRecord

import tensorflow as tf
from absl import flags, logging
from tqdm import tqdm

from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.workspace import Workspace
from pipelines import command_line, file_system_errors
from yolact_tf.errors import YolactError

WORKSPACE = flags.DEFINE_string(
    "workspace", None, "Workspace directory: tasks, trunks, branches, trees, served models."
)
SEED = flags.DEFINE_integer(
    "seed", 0, "Seed of everything random.", lower_bound=0, upper_bound=2**31 - 1
)


def run(main: Callable[..., None], *, words: bool = False) -> None:
    """As `command_line.run`, for a binary that uses TensorFlow.

    What a file system refuses is a person's mistake too.
    """
    command_line.run(main, words=words, explain=_one_line, set_up=_set_up)


def _set_up() -> None:
    logging.get_absl_handler().addFilter(_is_worth_reading)
    tf.get_logger().setLevel("ERROR")


def _is_worth_reading(record: LogRecord) -> bool:
    """False for what TensorFlow logs of its own inner life."""
    return record.levelno >= ERROR or f"{os.sep}tensorflow{os.sep}" not in record.pathname


def _one_line(error: BaseException) -> str | None:
    for bar in list(getattr(tqdm, "_instances", ())):
        bar.close()  # or the line would begin behind it
    if isinstance(error, YolactError):
        return str(error)
    if isinstance(error, OSError | tf.errors.OpError):
        return file_system_errors.one_line(error)
    return command_line.one_line(error)


def open_workspace(*, create: bool = False) -> Workspace:
    """The workspace named by --workspace.

    Raises:
      flags.Error: the flag was not given.
    """
    if not WORKSPACE.value:
        raise flags.Error("--workspace is missing: name the workspace directory.")
    return Workspace(WORKSPACE.value, create=create)


def provenance() -> Provenance:
    """The running command and the flags given to it, as manifests record them."""
    given = {
        name: value
        for name, value in flags.FLAGS.flag_values_dict().items()
        if flags.FLAGS[name].present
    }
    return Provenance(" ".join([os.path.basename(sys.argv[0]), *sys.argv[1:]]), given)


def print_json(result: dict) -> None:
    """Prints a result as the last line of stdout."""
    print(json.dumps(result))
    command_line.flush_stdout()
