"""Manifests: what a published version was made from, by which command, and its hashes."""

import contextlib
import dataclasses
import datetime
import importlib.metadata
import os
import platform
import time
from collections.abc import Callable
from typing import Any

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files, checksummed_json

NAME = "manifest.json"
_OF_EVERY_KIND = (
    "kind",
    "version",
    "inputs",
    "command",
    "flags",
    "seed",
    "published",
    "seconds",
    "python",
    "packages",
    "files",
    checksummed_json.SEAL,
)
PACKAGES = (
    "tensorflow",
    "tf-keras",
    "tensorflow-addons",
    "numpy",
    "scikit-learn",
    "pot",
    "pillow",
)


@dataclasses.dataclass(frozen=True)
class Provenance:
    """The command behind a published version, as the binary that ran it states it."""

    command: str = "library call"
    flags: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class BuildInfo:
    """How a version came to be.

    Attributes:
      inputs: Sha256 of what went in, by name.
      seed: Random seed.
      started: `time.monotonic()` when the making began.
      provenance: The command and its flags.
    """

    inputs: dict[str, str]
    seed: int
    started: float
    provenance: Provenance


def publish(
    parent: str,
    write: Callable[[str, str], dict[str, Any]],
    *,
    kind: str,
    build_info: BuildInfo,
    name: Callable[[int], str],
) -> str:
    """Publishes a directory with its manifest under the next free version.

    Args:
      parent: Directory that holds the versions.
      write: Function called with (directory to make and fill, version name); returns the fields of
        this kind for the manifest, `metrics` among them.
      kind: "trunk", "branch", "composed model".
      making: How the version came to be.
      name: Version name of a number.

    Returns:
      The version name; see `atomic_files.publish_next`.
    """

    def write_all(directory: str, version: str) -> None:
        content = write(directory, version)
        checksummed_json.write(
            os.path.join(directory, NAME),
            {
                "kind": kind,
                "version": version,
                **content,
                "inputs": build_info.inputs,
                "command": build_info.provenance.command,
                "flags": build_info.provenance.flags,
                "seed": build_info.seed,
                "published": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
                "seconds": round(time.monotonic() - build_info.started, 1),
                "python": platform.python_version(),
                "packages": _installed_versions(),
                "files": atomic_files.tree_sha256(directory),
            },
        )

    return atomic_files.publish_next(parent, write_all, name=name)


def read(directory: str) -> dict[str, Any]:
    """The manifest of a published version.

    Raises:
      GraftNetError: there is none, or it is damaged.
    """
    return atomic_files.read_json(os.path.join(directory, NAME))


def fields_of_kind(content: dict[str, Any]) -> dict[str, Any]:
    """The fields of a manifest that its kind alone has: what `publish` was given to record."""
    return {name: it for name, it in content.items() if name not in _OF_EVERY_KIND}


def verify(directory: str) -> None:
    """Checks a published version: the manifest by its own hash, every other file by the manifest.

    Raises:
      GraftNetError: naming the files that are damaged or missing.
    """
    recorded = checksummed_json.verify(os.path.join(directory, NAME))["files"]
    found = atomic_files.tree_sha256(directory)
    damaged = [name for name, digest in recorded.items() if found.get(name) != digest]
    if damaged:
        raise GraftNetError(
            f"{directory} is damaged: {', '.join(damaged)} differ from the manifest. "
            "Publish this version's content again under a new version."
        )


def _installed_versions() -> dict[str, str]:
    """Those of `PACKAGES` that are installed: tf-keras and addons are of one stack each."""
    found = {}
    for name in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found
