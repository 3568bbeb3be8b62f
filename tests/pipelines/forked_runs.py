"""Runs a binary once per command line in forks, so that TensorFlow is imported only once."""

import importlib
import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

ROOT = os.path.join(os.path.dirname(__file__), "../..")


class Run(NamedTuple):
    status: int
    stdout: str
    stderr: str

    @property
    def error(self) -> str:
        """The last line of stderr."""
        return self.stderr.strip().splitlines()[-1]


def run_all(binary: str, command_lines: Sequence[Sequence[str]]) -> list[Run]:
    """Runs `pipelines.BINARY` with each list of arguments, one after another."""
    return run_python("-m", "tests.pipelines.forked_runs", binary, json.dumps(command_lines))


def run_python(*arguments: str) -> list[Run]:
    """What a Python that ends with `main` prints."""
    return [Run(*fields) for fields in printed_json(*arguments)]


def printed_json(*arguments: str) -> list[list[Any]]:
    """The JSON that a Python prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def main() -> None:
    binary, command_lines = sys.argv[1], json.loads(sys.argv[2])
    module = importlib.import_module(f"pipelines.{binary}")
    print(json.dumps([run_in_fork(module.main_cli, binary, some) for some in command_lines]))


def run_in_fork(
    main_cli: Callable[[], None], binary: str, arguments: list[str]
) -> tuple[int, str, str]:
    with tempfile.TemporaryFile("w+") as stdout, tempfile.TemporaryFile("w+") as stderr:
        child = os.fork()
        if child == 0:
            os.dup2(stdout.fileno(), 1)
            os.dup2(stderr.fileno(), 2)
            sys.argv = [binary, *arguments]
            os._exit(exit_status(main_cli))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        stdout.seek(0)
        stderr.seek(0)
        return status, stdout.read(), stderr.read()


def exit_status(main_cli: Callable[[], None]) -> int:
    """What the interpreter would exit with, without the second that its end takes."""
    try:
        main_cli()
    except SystemExit as end:
        return int(end.code or 0)
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    main()
