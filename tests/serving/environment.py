"""Virtual environments with packages of PyPI."""

import os
import pathlib
import subprocess
import venv

import pytest

_UNREACHABLE = ("Retrying (", "Could not fetch URL")


class Environment:
    """A virtual environment of its own."""

    def __init__(self, directory: pathlib.Path, *requirements: str):
        """Makes the environment in `directory`; skips where PyPI is not reached.

        Args:
          directory: empty.
          requirements: arguments of `pip install`.
        """
        self._bin = directory / "bin"
        venv.create(directory, with_pip=True)
        ended = self.ended("pip", "install", "--quiet", *requirements)
        if ended.returncode:
            if any(sign in ended.stderr for sign in _UNREACHABLE):
                pytest.skip(f"PyPI cannot be reached for {' '.join(requirements)}")
            pytest.fail(f"{' '.join(requirements)} cannot be installed: {ended.stderr}")

    def run(self, program: str, *arguments: str, asked: str = "") -> str:
        """What one of its programs prints, with `asked` on its standard input."""
        ended = self.ended(program, *arguments, asked=asked)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def ended(
        self, program: str, *arguments: str, asked: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """How one of its programs ended."""
        elsewhere = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        return subprocess.run(
            [str(self._bin / program), *arguments],
            input=asked,
            capture_output=True,
            text=True,
            timeout=600,
            env=elsewhere,
            cwd=self._bin,
        )
