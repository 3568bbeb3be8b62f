"""A script under another interpreter that answers each line on its stdin with a number."""

import subprocess
from pathlib import Path


class PeerProcess:
    """Started once; each question is one run, which the script times itself."""

    def __init__(self, python: str, script: Path, *arguments: object):
        """Starts it.

        Args:
          python: Interpreter that has what the script needs.
          script: File.
          *arguments: Its command line.
        """
        self._name = script.name
        self._process = subprocess.Popen(
            [python, str(script), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, line: object = "") -> float:
        """What it answers.

        Raises:
          RuntimeError: it ended.
        """
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self._name} ended with {self._process.wait()}.")
        return float(answer)

    def close(self) -> None:
        """Ends it."""
        self._process.kill()
        self._process.wait()
