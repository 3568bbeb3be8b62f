"""What this package's code is, as one hash."""

import hashlib
import os
import pathlib

import tensorflow as tf

import graftnet_tf


def code_fingerprint() -> str:
    """Hex SHA-256 over the package's Python files, by name, and TensorFlow's version."""
    root = pathlib.Path(os.path.dirname(graftnet_tf.__file__))
    digest = hashlib.sha256(tf.__version__.encode())
    for path in sorted(root.rglob("*.py")):
        content = path.read_bytes()
        digest.update(f"\n{path.relative_to(root)} {len(content)}\n".encode() + content)
    return digest.hexdigest()
