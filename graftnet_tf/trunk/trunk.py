"""The published trunk: a SavedModel of block taps, the weights, and fingerprints."""

import dataclasses
import json
import os

import tensorflow as tf

from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from graftnet_tf.io.copied_files import copy_files
from graftnet_tf.io.saved_functions import save_functions
from graftnet_tf.models import weights
from graftnet_tf.models.backbones import INCEPTION_V3, KEPT, backbone_of
from graftnet_tf.models.backbones.backbone import Backbone
from graftnet_tf.models.batch_norm_folding import FoldedBlocks
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.models.flops import BlockCosts
from graftnet_tf.models.saved_model import saved_model_name
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.learnt_images import LearntImages, write_learnt_images
from graftnet_tf.workspace.workspace import Workspace, four_digits

WEIGHTS = "weights.npz"


@dataclasses.dataclass(frozen=True)
class Trunk:
    """A published trunk.

    Attributes:
      version: Its name in the workspace.
      directory: Directory that it is in.
      backbone: The network that it is of.
      last_block: Number of its last block.
      preprocessing: Preprocessing from uint8 images to its input.
      fingerprints: What the output of block k depends on, hashed, under "k".
    """

    version: str
    directory: str
    backbone: Backbone
    last_block: int
    preprocessing: Preprocessing
    fingerprints: dict[str, str]

    @classmethod
    def open(cls, workspace: Workspace, version: str | None = None) -> "Trunk":
        """A version of the workspace's trunk, the newest by default.

        Raises:
          GraftNetError: there is none.
        """
        version = version or workspace.newest("trunks")
        directory = workspace.version_dir("trunks", version)
        content = manifest.read(directory)
        return cls(
            version,
            directory,
            backbone_of(directory, content),
            content["last_block"],
            Preprocessing(**content["preprocessing"]),
            content["fingerprints"],
        )

    @property
    def channels(self) -> int:
        """Channels of its last block's output."""
        return self.backbone.channels[self.last_block]

    def check_reaches(self, block: int) -> None:
        """Raises GraftNetError when the trunk ends before `block`."""
        if block > self.last_block:
            raise GraftNetError(
                f"Block {block} asked for; trunk {self.version} ends at block {self.last_block}."
            )

    def blocks(self, first: int, last: int) -> Blocks:
        """Fresh blocks first…last with this trunk's weights.

        Raises:
          GraftNetError: the trunk ends before `last`.
        """
        self.check_reaches(last)
        blocks = Blocks(first, last, self.backbone)
        weights.load(blocks, os.path.join(self.directory, WEIGHTS))
        return blocks


def export(blocks: Blocks, preprocessing: Preprocessing, directory: str, precision: str) -> None:
    """Writes the SavedModel of blocks that start at 0, computed in a precision.

    Its signatures are `preprocess` (images uint8 [N, H, W, 3] → inputs float32
    [N, height, width, 3]) and `taps` (inputs → block0, block1, … float32 [N, h, w, c]).
    """
    height, width = preprocessing.height, preprocessing.width
    folded = FoldedBlocks(blocks, precision)

    @tf.function(
        input_signature=[tf.TensorSpec([None, None, None, 3], tf.uint8, "images")], autograph=False
    )
    def preprocess(images):
        return {"inputs": preprocessing(images)}

    @tf.function(
        input_signature=[tf.TensorSpec([None, height, width, 3], tf.float32, "inputs")],
        autograph=False,
    )
    def taps(inputs):
        return folded.taps(inputs)

    save_functions(directory, {"preprocess": preprocess, "taps": taps})


def publish(
    parent: str,
    blocks: Blocks,
    preprocessing: Preprocessing,
    *,
    content: dict,
    learnt: LearntImages | None,
    build_info: manifest.BuildInfo,
) -> str:
    """Publishes a trunk below `parent`.

    Args:
      parent: Directory of the trunks.
      blocks: Its blocks.
      preprocessing: Preprocessing from uint8 images to its input.
      content: Further fields for its manifest.
      learnt: What it learnt from; None where that is unknown.
      build_info: How it came to be.

    Returns:
      Its version.
    """

    def write(directory: str, _: str) -> dict:
        told = preprocessing.to_dict()
        if blocks.backbone != INCEPTION_V3:  # which goes without saying: older trunks say nothing
            told["backbone"] = blocks.backbone.name
        if source := blocks.backbone.directory:
            told["files"] = atomic_files.tree_sha256(source)
            copy_files(source, os.path.join(directory, KEPT), told["files"])
        for precision in blocks.backbone.precisions:
            path = os.path.join(directory, saved_model_name(precision))
            export(blocks, preprocessing, path, precision)
        weights.save(blocks, os.path.join(directory, WEIGHTS))
        if learnt is not None:
            write_learnt_images(directory, learnt)
        costs = BlockCosts.of(preprocessing.height, preprocessing.width, blocks.backbone)
        return {
            "backbone": blocks.backbone.name,
            "last_block": blocks.last,
            "preprocessing": preprocessing.to_dict(),
            "costs": costs.up_to(blocks.last),
            "fingerprints": blocks.fingerprints(json.dumps(told, sort_keys=True)),
            **content,
        }

    return manifest.publish(parent, write, kind="trunk", build_info=build_info, name=four_digits)
