"""Manifests: what a published version was made from, by which command, and its hashes."""

import dataclasses
import importlib.metadata
import os
import platform
from typing import Any

from graftnet_tf import files
from graftnet_tf.errors import GraftNetError

NAME = "manifest.json"
PACKAGES = ("tensorflow", "tensorflow-addons", "numpy", "scikit-learn", "pillow")


@dataclasses.dataclass(frozen=True)
class Provenance:
    """The command behind a published version, as the binary that ran it states it."""

    command: str = "library call"
    flags: dict[str, Any] = dataclasses.field(default_factory=dict)


def write(
    directory: str,
    *,
    kind: str,
    version: str,
    content: dict[str, Any],
    inputs: dict[str, str],
    seed: int,
    seconds: float,
    provenance: Provenance,
) -> None:
    """Writes `directory`/manifest.json over the files already there.

    Args:
      directory: holds the finished files of the version; each is recorded by sha256.
      kind: "trunk", "branch", "composed model".
      version: version name.
      content: fields of this kind, `metrics` among them.
      inputs: sha256 of what went in, by name.
      seed: of everything random in the making.
      seconds: wall time of the making.
      provenance: the command and its flags.
    """
    files.write_json(
        os.path.join(directory, NAME),
        {
            "kind": kind,
            "version": version,
            **content,
            "inputs": inputs,
            "command": provenance.command,
            "flags": provenance.flags,
            "seed": seed,
            "seconds": round(seconds, 1),
            "python": platform.python_version(),
            "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
            "files": files.tree_sha256(directory),
        },
    )


def read(directory: str) -> dict[str, Any]:
    """The manifest of a published version.

    Raises:
      GraftNetError: there is none, or it is damaged.
    """
    return files.read_json(os.path.join(directory, NAME))


def verify(directory: str) -> None:
    """Checks every file of a published version against its recorded hash.

    Raises:
      GraftNetError: naming the files that are damaged or missing.
    """
    recorded = read(directory)["files"]
    found = files.tree_sha256(directory)
    damaged = [name for name, digest in recorded.items() if found.get(name) != digest]
    if damaged:
        raise GraftNetError(
            f"{directory} is damaged: {', '.join(damaged)} differ from the manifest. "
            "Publish this version's content again under a new version."
        )
