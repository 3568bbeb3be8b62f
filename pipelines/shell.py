"""What every binary shares: flags, exit statuses, one-line errors, JSON results."""

import contextlib
import json
import os
import sys
from collections.abc import Callable
from logging import ERROR, LogRecord
from types import ModuleType
from typing import NoReturn

import tensorflow as tf
from absl import app, flags, logging
from tqdm import tqdm

from graftnet_tf.errors import GraftNetError
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.workspace import Workspace
from pipelines import file_system_errors
from yolact_tf.errors import YolactError

WORKSPACE = flags.DEFINE_string(
    "workspace", None, "Workspace directory: tasks, trunks, branches, trees, served models."
)
SEED = flags.DEFINE_integer(
    "seed", 0, "Seed of everything random.", lower_bound=0, upper_bound=2**31 - 1
)


def run(main: Callable[..., None], *, words: bool = False) -> None:
    """Parses the command line and runs `main`, or explains it for --help and --helpfull.

    With `words`, `main` takes what stands on the command line beside flags, each as an
    argument; without, nothing may.

    Exits with 0 when `main` returns, 2 on wrong arguments (any `flags.Error`) and 1 on
    anything else; a person's mistake, and what a file system refuses, gets one line on
    stderr, a fault of ours its traceback.
    """

    def guarded(argv: list[str]) -> None:
        logging.set_verbosity(logging.INFO)
        logging.get_absl_handler().addFilter(_is_worth_reading)
        tf.get_logger().setLevel("ERROR")
        try:
            main(*argv[1:])
            _flush_stdout()
        except flags.Error as error:
            _fail(2, str(error))
        except (GraftNetError, YolactError) as error:
            _fail(1, str(error))
        except (OSError, tf.errors.OpError) as error:
            refused = file_system_errors.one_line(error)
            if refused is None:
                raise
            _fail(1, refused)

    binary = sys.modules[main.__module__]
    app.run(guarded, flags_parser=lambda argv: _parse(argv, binary, words=words))


def _is_worth_reading(record: LogRecord) -> bool:
    """False for what TensorFlow logs of its own inner life."""
    return record.levelno >= ERROR or f"{os.sep}tensorflow{os.sep}" not in record.pathname


def _parse(argv: list[str], binary: ModuleType, *, words: bool) -> list[str]:
    if asked := {"--help", "--helpfull"} & set(argv):
        print(_help(binary, full="--helpfull" in asked))
        sys.exit(0)
    flags.FLAGS.set_gnu_getopt(words)  # flags may follow words
    try:
        rest = flags.FLAGS(argv)
        if rest[1:] and not words:
            raise flags.Error(f"Unknown arguments {rest[1:]}: flags start with --.")
        return rest
    except flags.Error as error:
        _fail(2, str(error))


def _help(binary: ModuleType, *, full: bool) -> str:
    """What a binary does and its own flags, or those of every library too."""
    if full:
        return f"{binary.__doc__}\n{flags.FLAGS.get_help()}"
    own = [flags.FLAGS.module_help(binary)]
    shared = [name for name in flags.FLAGS.flags_by_module_dict() if name.startswith(__package__)]
    own += [flags.FLAGS.module_help(name) for name in shared if name != binary.__name__]
    return "\n\n".join([binary.__doc__ or "", *own])


def _fail(status: int, error: str) -> NoReturn:
    for bar in list(getattr(tqdm, "_instances", ())):
        bar.close()  # or the line would begin behind it
    print(f"{os.path.basename(sys.argv[0])}: {' '.join(error.split())}", file=sys.stderr)
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.exit(status)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python tells it again
    sys.exit(status)


def _flush_stdout() -> None:
    try:
        sys.stdout.flush()
    except OSError as error:
        error.filename = "Standard output"
        raise


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
    _flush_stdout()
