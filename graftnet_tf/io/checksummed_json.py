"""JSON files that hold the hash of their own content, so that damage shows."""

import hashlib
import json
from typing import Any

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files

SEAL = "sha256"


def write(path: str, content: dict[str, Any]) -> None:
    """Writes `content` to `path` atomically, sealed under a last key `sha256`."""
    atomic_files.write_json(path, {**content, SEAL: _digest(content)})


def verify(path: str) -> dict[str, Any]:
    """The content of a file, whose seal holds.

    A file without a seal, as versions published before there were any have, is taken as it is.

    Raises:
      GraftNetError: it is missing, is no JSON, or was changed since it was written.
    """
    content = atomic_files.read_json(path)
    if not isinstance(content, dict) or content.get(SEAL, _digest(content)) != _digest(content):
        raise GraftNetError(f"{path} is damaged: its content differs from its own hash.")
    return content


def _digest(content: Any) -> str:
    """Hex digest of what is read back of `content`, the seal and the order of keys apart."""
    read_back = json.loads(json.dumps(content))
    if isinstance(read_back, dict):
        read_back.pop(SEAL, None)
    return hashlib.sha256(json.dumps(read_back, sort_keys=True).encode()).hexdigest()
