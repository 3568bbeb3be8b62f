"""A binary's command line: flags, help, exit statuses, one-line errors.

Imports nothing heavy: TensorFlow writes into its user's home as it is imported, which a binary
that keeps nothing on the disk cannot have.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from logging import WARNING, getLogger
from types import ModuleType
from typing import NoReturn

from absl import app, flags, logging

from graftnet_tf.errors import GraftNetError

_INTERRUPTED = 128 + signal.SIGINT  # what a shell says of a process that Ctrl-C ended


def one_line(error: BaseException) -> str | None:
    """What a person did in one line; None for any other error, which is a fault of ours."""
    if isinstance(error, KeyboardInterrupt):
        return "Interrupted."
    if isinstance(error, BrokenPipeError):
        return "Standard output was closed before all was written to it."
    return str(error) if isinstance(error, GraftNetError) else None


def run(
    main: Callable[..., None],
    *,
    words: bool = False,
    explain: Callable[[BaseException], str | None] = one_line,
    set_up: Callable[[], None] = lambda: None,
) -> None:
    """Parses the command line and runs `main`, or explains it for --help and --helpfull.

    Exits with 0 when `main` returns, 2 on wrong arguments (any `flags.Error`) and 1 on
    anything else, or 130 on Ctrl-C; what a person did gets one line on stderr, a fault of ours its
    traceback.

    Args:
      main: What the binary does.
      words: Whether `main` takes what stands on the command line beside flags, each as an
        argument; otherwise nothing may stand there.
      explain: An error in one line, or None for a fault of ours.
      set_up: What is done once flags are parsed.
    """

    def guarded(argv: list[str]) -> None:
        logging.set_verbosity(logging.INFO)
        for talkative in ("alembic", "httpx"):
            getLogger(talkative).setLevel(WARNING)
        set_up()
        try:
            main(*argv[1:])
            flush_stdout()
        except flags.Error as error:
            fail(2, str(error))
        except (Exception, KeyboardInterrupt) as error:
            said = explain(error)
            if said is None:
                raise
            fail(_INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1, said)

    binary = sys.modules[main.__module__]
    app.run(guarded, flags_parser=lambda argv: _parse(argv, binary, words=words))


def flush_stdout() -> None:
    """Writes out what was printed; an error names standard output."""
    try:
        sys.stdout.flush()
    except OSError as error:
        error.filename = "Standard output"
        raise


def fail(status: int, error: str) -> NoReturn:
    """Exits with one line on stderr."""
    print(f"{os.path.basename(sys.argv[0])}: {' '.join(error.split())}", file=sys.stderr)
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.exit(status)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python tells it again
    sys.exit(status)


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
        fail(2, str(error))


def _help(binary: ModuleType, *, full: bool) -> str:
    """What a binary does and its own flags, or those of every library too."""
    if full:
        return f"{binary.__doc__}\n{flags.FLAGS.get_help()}"
    own = [flags.FLAGS.module_help(binary)]
    shared = [name for name in flags.FLAGS.flags_by_module_dict() if name.startswith(__package__)]
    own += [flags.FLAGS.module_help(name) for name in shared if name != binary.__name__]
    return "\n\n".join([binary.__doc__ or "", *own])
