"""Grafting: a published branch on a published trunk, from their SavedModels alone."""

import os

import tensorflow as tf

from graftnet_tf import branch, manifest, trunk
from graftnet_tf.errors import GraftNetError


class GraftedBranch:
    """The network that a branch makes when it is attached to a trunk."""

    def __init__(self, trunk_directory: str, branch_directory: str):
        """Loads two published versions.

        Raises:
          GraftNetError: the branch was made for another trunk; names both.
        """
        stem, top = manifest.read(trunk_directory), manifest.read(branch_directory)
        check_match(stem, top)
        self._trunk = tf.saved_model.load(os.path.join(trunk_directory, trunk.SAVED_MODEL))
        self._branch = tf.saved_model.load(os.path.join(branch_directory, branch.SAVED_MODEL))
        self._tap = f"block{top['graft_after']}"

    def __call__(self, images: tf.Tensor) -> tf.Tensor:
        """uint8 [N, H, W, 3] to scores, float32 [N, classes]."""
        inputs = self._trunk.signatures["preprocess"](images=images)["inputs"]
        features = self._trunk.signatures["taps"](inputs=inputs)[self._tap]
        return self._branch.signatures["scores"](features=features)["scores"]


def check_match(trunk_manifest: dict, branch_manifest: dict) -> None:
    """Checks that a branch was made for this trunk: fingerprints up to its graft point.

    Raises:
      GraftNetError: it was not, naming both trunks.
    """
    graft_after = branch_manifest["graft_after"]
    expected = branch_manifest["trunk_fingerprint"]
    found = trunk_manifest["fingerprints"].get(str(graft_after), "none")
    if found != expected:
        raise GraftNetError(
            f"Branch {branch_manifest['version']} of {branch_manifest['task']['name']} was made "
            f"for trunk {branch_manifest['trunk_version']} (blocks 0…{graft_after} "
            f"{expected[:12]}…), not for trunk {trunk_manifest['version']} ({found[:12]}…). "
            "Train the branch on this trunk."
        )
