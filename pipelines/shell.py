"""What every binary shares: flags, exit statuses, one-line errors, JSON results."""

import json
import os
import sys
from collections.abc import Callable

from absl import app, flags, logging

from graftnet_tf.errors import GraftNetError
from graftnet_tf.manifest import Provenance
from graftnet_tf.workspace import Workspace

WORKSPACE = flags.DEFINE_string(
    "workspace", None, "Workspace directory: tasks, trunks, branches, trees, served models."
)
SEED = flags.DEFINE_integer("seed", 0, "Seed of everything random.")


def run(main: Callable[[], None]) -> None:
    """Parses the command line and runs `main`.

    Exits with 0 when `main` returns, 2 on wrong arguments and 1 on anything else; a
    person's mistake gets one line on stderr, a fault of ours its traceback.
    """
    flags_ = flags.FLAGS
    logging.use_absl_handler()
    try:
        rest = flags_(sys.argv)
        if len(rest) > 1:
            raise flags.Error(f"Unknown arguments {rest[1:]}; flags start with --.")
    except flags.Error as error:
        fail(2, error)
    logging.set_verbosity(logging.INFO)
    try:
        app.run(lambda _: main(), argv=sys.argv[:1], flags_parser=lambda argv: argv)
    except (GraftNetError, flags.Error) as error:
        fail(2 if isinstance(error, flags.Error) else 1, error)


def fail(status: int, error: object) -> None:
    message = " ".join(str(error).split())
    print(f"{os.path.basename(sys.argv[0])}: {message}", file=sys.stderr)
    sys.exit(status)


def open_workspace(*, create: bool = False) -> Workspace:
    """The workspace named by --workspace.

    Raises:
      flags.Error: the flag was not given.
    """
    if not WORKSPACE.value:
        raise flags.Error("--workspace is missing: name the workspace directory.")
    return Workspace(WORKSPACE.value, create=create)


def provenance() -> Provenance:
    """The running command, as manifests record it."""
    module = flags.FLAGS.find_module_defining_flag
    own = {
        name: flag.value
        for name, flag in flags.FLAGS.__flags.items()  # absl offers no public listing
        if flag.present and module(name)
    }
    return Provenance(command=" ".join([os.path.basename(sys.argv[0]), *sys.argv[1:]]), flags=own)


def print_json(result: dict) -> None:
    """Prints a result as the last line of stdout."""
    print(json.dumps(result), flush=True)
