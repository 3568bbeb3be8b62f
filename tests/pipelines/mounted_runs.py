"""Runs binaries in forks, with directories read-only or full in a mount namespace of their own."""

import contextlib
import ctypes
import functools
import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tests.pipelines.forked_runs import printed_json, run_in_fork

_CLONE_NEWNS = 0x20000


class MountedRun(NamedTuple):
    """A run, and what it left.

    Attributes:
      status: exit status.
      stdout: all of it.
      stderr: all of it.
      left: files added to or changed in the directory that is read-only or full.
    """

    status: int
    stdout: str
    stderr: str
    left: list[str]

    @property
    def error(self) -> str:
        """The last line of stderr."""
        return self.stderr.strip().splitlines()[-1]


def refusal() -> str:
    """Why file systems cannot be mounted here; empty if they can."""
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", "mount --make-rprivate / && mount -t tmpfs none /mnt"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr.strip() or "failed" if done.returncode else ""


def run_mounted(
    directory: str, free: int | None, command_lines: Sequence[Sequence[str]]
) -> list[MountedRun]:
    """Runs binaries one after another, each on the directory as it is.

    Args:
      directory: what it holds can be read.
      free: bytes that can be written to it before its disk is full; None for read-only.
      command_lines: name of a binary and its arguments. Those that find people take a network
        that finds the same two in every image, whatever weight file they name.
    """
    script = "from tests.pipelines.mounted_runs import main; main()"
    told = printed_json("-c", script, directory, json.dumps(free), json.dumps(command_lines))
    return [MountedRun(*fields) for fields in told]


def main() -> None:
    directory, free, command_lines = sys.argv[1], *map(json.loads, sys.argv[2:])
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.unshare(_CLONE_NEWNS) == 0, os.strerror(ctypes.get_errno())
    _mount("--make-rprivate", "/")
    for package in (
        "graftnet_tf.evaluation.evaluate",
        "serving.composition.compose",
        "yolact_tf.person_crops.job",
    ):
        importlib.import_module(package)  # once for all forks
    results = []
    for binary, *arguments in command_lines:
        with _mounted(directory, free):
            before = _files(directory)
            result = run_in_fork(functools.partial(_main_cli, binary), binary, arguments)
            left = sorted(name for name, _ in _files(directory) - before)
        results.append((*result, left))
    print(json.dumps(results))


def _main_cli(binary: str) -> None:
    from tests.yolact_tf.fake_network import FakeNetwork, Figure
    from yolact_tf.checkpoints import weights_file

    real = weights_file.load

    def load(path):
        if os.path.basename(path) != "fake.npz":
            return real(path)
        return FakeNetwork([Figure((0, 0, 4, 8), 0.9), Figure((4, 0, 8, 8), 0.6)]), ("person",)

    weights_file.load = load
    importlib.import_module(f"pipelines.{binary}").main_cli()


@contextlib.contextmanager
def _mounted(directory: str, free: int | None) -> Iterator[None]:
    if free is None:
        _mount("--bind", directory, directory)
        _mount("-o", "remount,bind,ro", directory)
        try:
            yield
        finally:
            subprocess.run(["umount", "-l", directory], check=True)
        return
    with tempfile.TemporaryDirectory() as disk:
        _mount("-t", "tmpfs", "-o", f"size={free + (1 << 20)}", "none", disk)
        upper, work = (os.path.join(disk, name) for name in ("upper", "work"))
        os.mkdir(upper)
        os.mkdir(work)
        options = f"lowerdir={directory},upperdir={upper},workdir={work}"
        _mount("-t", "overlay", "-o", options, "none", directory)
        with contextlib.suppress(OSError), open(os.path.join(disk, "ballast"), "wb") as ballast:
            left = os.statvfs(disk)
            ballast.write(bytes(max(0, left.f_bavail * left.f_frsize - free)))
        try:
            yield
        finally:
            subprocess.run(["umount", "-l", directory], check=True)
            subprocess.run(["umount", "-l", disk], check=True)


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def _files(directory: str) -> set[tuple[str, int]]:
    return {
        (os.path.relpath(path, directory), os.path.getsize(path))
        for folder, _, names in os.walk(directory)
        for path in (os.path.join(folder, name) for name in names)
    }
