"""Virtual environments of clients that others wrote, from the requirements kept here."""

import os
import pathlib
import subprocess
import venv

import pytest

_HERE = pathlib.Path(__file__).parent
_UNREACHABLE = ("Retrying (", "Could not fetch URL")


class Environment:
    """A virtual environment with one client in it."""

    def __init__(self, client: str, directory: pathlib.Path):
        """Makes the environment of `client`.txt in `directory`; skips where PyPI is not reached."""
        self._client = client
        self._bin = directory / "bin"
        venv.create(directory, with_pip=True)
        required = ["--require-hashes", "-r", str(_HERE / f"{client}.txt")]
        pip = [str(self._bin / "pip"), "install", "--quiet", *required]
        ended = subprocess.run(pip, capture_output=True, text=True, timeout=600, env=_clean())
        if ended.returncode:
            if any(sign in ended.stderr for sign in _UNREACHABLE):
                pytest.skip(f"PyPI cannot be reached for {client}")
            pytest.fail(f"{client} cannot be installed: {ended.stderr}")

    def calls(self, asked: str) -> str:
        """Runs the script of this client's calls on its standard input."""
        return self.run("python", str(_HERE / f"calls_of_{self._client}.py"), asked=asked)

    def run(self, program: str, *arguments: str, asked: str = "") -> str:
        """The standard output of one of its programs, which is to succeed."""
        ended = subprocess.run(
            [str(self._bin / program), *arguments],
            input=asked,
            capture_output=True,
            text=True,
            timeout=600,
            env=_clean(),
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout


def _clean() -> dict[str, str]:
    """The environment without what would lead to this project's modules."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
