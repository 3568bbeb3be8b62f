"""The networks that are measured: a backbone as a trunk, and branches on it to its end."""

import dataclasses
import multiprocessing
import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from graftnet_tf.branch import branch as branches
from graftnet_tf.branch.branch import Branch
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.io import atomic_files
from graftnet_tf.io.saved_functions import save_functions
from graftnet_tf.models.backbones import INCEPTION_V3
from graftnet_tf.models.backbones.backbone import Backbone
from graftnet_tf.models.batch_norm_folding import FoldedBlocks
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.models.flops import BlockCosts
from graftnet_tf.models.saved_model import PRECISIONS, saved_model_name
from graftnet_tf.pooling.gap import gap
from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.registry.tree import newest_tree, publish_tree
from graftnet_tf.registry.validation_part import ValidationPart
from graftnet_tf.trunk import trunk as trunks
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.example_table import ExampleTable
from graftnet_tf.workspace.manifest import BuildInfo, Provenance
from graftnet_tf.workspace.tasks import Task
from graftnet_tf.workspace.workspace import Workspace, four_digits
from serving.composition.compose import compose

SIDE = 299
SEPARATE = "separate"
_IMAGES = tf.TensorSpec([None, None, None, 3], tf.uint8, "images")


@dataclasses.dataclass(frozen=True)
class Shape:
    """What a tree is made of.

    Attributes:
      backbone: Of the trunk.
      height, width: Input in pixels.
      graft_after: The block that branches begin after.
    """

    backbone: Backbone = INCEPTION_V3
    height: int = SIDE
    width: int = SIDE
    graft_after: int = INCEPTION_V3.graft_after

    @property
    def preprocessing(self) -> Preprocessing:
        return Preprocessing(self.height, self.width)

    def multiply_adds(self, branches: int) -> int:
        """Of one image through the trunk and all branches."""
        costs = BlockCosts.of(self.height, self.width, self.backbone)
        branch = costs.forward(self.graft_after + 1, self.backbone.last)
        return costs.forward(0, self.graft_after) + branches * branch


class Networks:
    """A workspace with a trunk of random weights, branches, and models composed of them.

    Attributes:
      trunk: in memory, all blocks.
      branches: in memory, by task.
    """

    def __init__(self, root: str, shape: Shape = Shape()):
        self.branches: dict[str, Branch] = {}
        self._shape = shape
        tf.io.gfile.makedirs(root)
        self._workspace = Workspace(root)
        self.trunk = _drawn(Blocks(backbone=shape.backbone), seed=0)
        self._trunk_version = trunks.publish(
            self._workspace.path("trunks"),
            self.trunk,
            shape.preprocessing,
            content={},
            learnt={},
            build_info=_making(),
        )

    def add_branch(self) -> None:
        """Publishes a branch to the last block, with weights of its own."""
        name = f"attribute_{len(self.branches):02d}"
        run = Blocks(self._shape.graft_after + 1, backbone=self._shape.backbone)
        blocks = _drawn(run, seed=1 + len(self.branches))
        branch = self.branches[name] = Branch(blocks, Task.binary(name), "gap")
        content = self._content(name)
        parent = self._workspace.path("branches", name)
        task = Task.binary(name)
        nothing = ValidationPart(task, ExampleTable.of([]), np.zeros((0, 2), np.float32))
        branches.publish(
            parent,
            branch,
            task,
            validation=nothing,
            content=content,
            learnt={},
            build_info=_making(),
        )

    def copy_branch(self, number: int) -> None:
        """Publishes the files of the first branch once more, as another attribute's."""
        name, (first, branch) = f"copy_{number:02d}", next(iter(self.branches.items()))
        source = self._workspace.version_dir(
            "branches", first, self._workspace.newest("branches", first)
        )

        def write(directory: str, _: str) -> dict[str, Any]:
            for precision in PRECISIONS:
                model = saved_model_name(precision)
                shutil.copytree(os.path.join(source, model), os.path.join(directory, model))
            return {
                "task": Task.binary(name).to_dict(),
                "backbone": branch.blocks.backbone.name,
                "graft_after": branch.graft_after,
                "last_block": branch.blocks.last,
                **self._content(name),
            }

        parent = self._workspace.path("branches", name)
        manifest.publish(parent, write, kind="branch", build_info=_making(), name=four_digits)

    def _content(self, name: str) -> dict[str, Any]:
        fingerprints = trunks.Trunk.open(self._workspace, self._trunk_version).fingerprints
        return {
            "trunk_version": self._trunk_version,
            "trunk_fingerprint": fingerprints[str(self._shape.graft_after)],
            "pooling": "gap",
            "thresholds": {name: 0.5},
            "metrics": {},
        }

    def compose(self, precision: str) -> str:
        """Directory of a SavedModel composed of all branches."""
        tree = newest_tree(self._workspace, precision=precision)
        version = compose(
            self._workspace, publish_tree(self._workspace, tree), provenance=Provenance()
        )
        return self._workspace.path(*GRAFTNET_DIR, version)

    def save_unfolded(self, directory: str) -> None:
        """The composed network as Keras computes it, batch norms and all."""

        @tf.function(input_signature=[_IMAGES])
        def scores(images):
            blocks = self.trunk.taps(self._shape.preprocessing(images))
            return {
                task: branch.scores(blocks[f"block{branch.graft_after}"])[:, 1]
                for task, branch in self.branches.items()
            }

        save_functions(directory, {"serving_default": scores})

    def save_frozen(self, path: str) -> None:
        """The composed network, folded, as a GraphDef without variables, below 2 GB.

        Its placeholder `inputs` is float32 [N, height, width, 3], already preprocessed; its
        outputs are named `score…`.
        """
        inputs_shape = [None, self._shape.height, self._shape.width, 3]
        trunk = FoldedBlocks(self.trunk)
        folded = {task: FoldedBlocks(branch.blocks) for task, branch in self.branches.items()}

        @tf.function(input_signature=[tf.TensorSpec(inputs_shape, name="inputs")])
        def scores(inputs):
            blocks = trunk.taps(inputs)
            maps = {
                task: folded[task](blocks[f"block{branch.graft_after}"])
                for task, branch in self.branches.items()
            }
            return [
                tf.identity(branch.head(maps[task])[:, 1], name=f"score_{task}")
                for task, branch in self.branches.items()
            ]

        frozen = convert_variables_to_constants_v2(scores.get_concrete_function())
        atomic_files.write_bytes(path, frozen.graph.as_graph_def().SerializeToString())


def in_own_process(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function returns, its memory given back."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def save_separate(directory: str) -> None:
    """A whole InceptionV3 for one attribute, its batch norms folded."""
    run = FoldedBlocks(_drawn(Blocks(), seed=0))
    classifier = tf.keras.layers.Dense(2, activation="softmax")
    classifier.build((None, INCEPTION_V3.channels[-1]))

    @tf.function(input_signature=[_IMAGES])
    def scores(images):
        return {"score": classifier(gap(run(Shape().preprocessing(images))))[:, 1]}

    save_functions(directory, {"serving_default": scores})


def save_all(folder: str, branches: int) -> tuple[dict[str, str], str]:
    """Saves everything that is measured.

    Returns:
      Directories of the composed models and the unfolded one, and the path of the frozen graph.
    """
    made = Networks(os.path.join(folder, "workspace"))
    for _ in range(branches):
        made.add_branch()
    directories = {name: made.compose(name) for name in PRECISIONS}
    directories["unfolded"] = os.path.join(folder, "unfolded")
    made.save_unfolded(directories["unfolded"])
    save_separate(os.path.join(folder, SEPARATE))
    frozen = os.path.join(folder, "frozen.pb")
    made.save_frozen(frozen)
    return directories, frozen


def _drawn(blocks: Blocks, seed: int) -> Blocks:
    """`blocks` with random kernels that keep the size of values (He et al. 2015)."""
    random = np.random.default_rng(seed)
    for number in blocks.numbers():
        for layer in blocks[number].layers:
            match layer:
                case tf.keras.layers.DepthwiseConv2D():
                    kernel, inputs = layer.depthwise_kernel, 2
                case tf.keras.layers.Conv2D():
                    kernel, inputs = layer.kernel, 3
                case _:
                    continue
            deviation = np.sqrt(2 / np.prod(kernel.shape[:inputs]))
            kernel.assign(random.standard_normal(kernel.shape, np.float32) * deviation)
    return blocks


def _making() -> BuildInfo:
    return BuildInfo({}, seed=0, started=time.monotonic(), provenance=Provenance())
