"""A file system registered with TensorFlow that fails as often as a test asks for."""

import ctypes
import functools
import pathlib
import shutil
import subprocess
import tempfile

import pytest
import tensorflow as tf

_SOURCE = pathlib.Path(__file__).with_name("plugin.cc")


class UnsteadyFiles:
    """Local files as `unsteady://PATH`, read only."""

    def __init__(self, library: str):
        self._library = ctypes.CDLL(library)

    @staticmethod
    def path(local: pathlib.Path) -> str:
        """The name under which a local file is reached here."""
        return f"unsteady://{local}"

    def fail(self, count: int) -> None:
        """Has the next `count` openings of a file fail as unavailable."""
        self._library.unsteady_fail(count)

    @property
    def opened(self) -> int:
        """How many openings were tried so far."""
        return self._library.unsteady_opened()


@functools.cache
def unsteady_files() -> UnsteadyFiles:
    """The file system, compiled and registered once in a process.

    Without a C++ compiler the test that asks for it is skipped.
    """
    compiler = shutil.which("g++") or shutil.which("c++")
    if compiler is None:
        pytest.skip("needs a C++ compiler")
    library = f"{tempfile.mkdtemp()}/unsteady_files.so"
    flags = [*tf.sysconfig.get_compile_flags(), *tf.sysconfig.get_link_flags()]
    command = [compiler, "-shared", "-fPIC", "-O1", str(_SOURCE), "-o", library, *flags]
    subprocess.run(command, check=True)
    tf.experimental.register_filesystem_plugin(library)
    return UnsteadyFiles(library)
