"""A workspace of drawn images, and tiny trainings on it with the networks they had in memory."""

import dataclasses
import os
import shutil
from typing import Any
from unittest import mock

import numpy as np
import tensorflow as tf
from PIL import Image, ImageDraw

from graftnet_tf.branch import branch as branches
from graftnet_tf.branch.branch import Branch
from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.train import train_branch
from graftnet_tf.data.augmentation import Augmentation
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.models import weights
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.training.loop import Optimization
from graftnet_tf.trunk import trunk as trunks
from graftnet_tf.trunk.pretraining import TrunkConfig, train_trunk
from graftnet_tf.workspace.tasks import Example, Task, write_task
from graftnet_tf.workspace.workspace import Workspace

GENDER = Task("gender", ("other", "male", "female"), {"male": "male", "female": "female"})
UNREADABLE = "images/broken.jpg"
COUNT = 12
QUICK = Optimization(learning_rate=1e-3, ema=0.5)
TRUNK = TrunkConfig(
    height=80,
    width=75,
    steps=4,
    batch=4,
    train_from=1,
    last_block=2,
    probe_heads=True,
    optimization=QUICK,
    batch_statistics=True,
    norm_batches=2,
    checkpoint_every=2,
    seed=3,
)
CUT_SHORT = BranchConfig(
    graft_after=0,
    last_block=1,
    steps=4,
    batch=4,
    optimization=QUICK,
    views=1,
    validation=0.3,
    checkpoint_every=2,
    seed=3,
)
BRANCHES = {
    "hat": CUT_SHORT,
    "gender": dataclasses.replace(
        CUT_SHORT,
        graft_after=1,
        last_block=2,
        pooling="bilinear",
        reduction=8,
        augmentation=Augmentation.none(),
        views=0,
    ),
    "bag": dataclasses.replace(CUT_SHORT, pooling="isqrt_cov", steps=0),
}


@dataclasses.dataclass
class Trained:
    """A workspace, and the networks as they were in memory when they were published.

    Attributes:
      workspace: has trunk 0001 and, for each of `BRANCHES`, branch 0001.
      initial: path of the weights that the trunk started from.
      blocks: of the trunk.
      branches: by task.
    """

    workspace: Workspace
    initial: str
    blocks: Blocks
    branches: dict[str, Branch]

    def scores(self, task: str, images: np.ndarray) -> np.ndarray:
        """Class scores of the network in memory for uint8 [N, H, W, 3]."""
        branch = self.branches[task]
        inputs = Preprocessing(TRUNK.height, TRUNK.width)(tf.constant(images))
        features = self.blocks.taps(inputs)[f"block{branch.graft_after}"]
        return branch.scores(features).numpy()

    def copy(self, root: str) -> Workspace:
        """The workspace as it was before any branch was trained."""
        for name in ("images", "tasks", "trunks"):
            shutil.copytree(self.workspace.path(name), os.path.join(root, name))
        return Workspace(root)


def draw_workspace(root: str) -> Workspace:
    """Tasks hat, bag and gender over the same twelve people, and a broken image of a hat."""
    os.makedirs(os.path.join(root, "images"))
    people = [f"images/person{number:02d}.png" for number in range(COUNT)]
    examples: dict[str, list[Example]] = {"hat": [], "bag": [], "gender": []}
    for number, name in enumerate(people):
        gender, hat, bag = number % 3, number % 2, number // 2 % 2
        image = Image.new("RGB", (60, 90), (90, 80, 70 + 5 * number))
        draw = ImageDraw.Draw(image)
        draw.rectangle(
            (20, 30, 40, 85), fill=[(200, 200, 40), (30, 30, 200), (220, 40, 150)][gender]
        )
        draw.ellipse((22, 12, 38, 30), fill=(230, 190, 160))
        if hat:
            draw.rectangle((18, 6, 42, 14), fill=(250, 20, 20))
        if bag:
            draw.rectangle((42, 50, 54, 68), fill=(20, 120, 20))
        image.save(os.path.join(root, name))
        for label_of, label in (("hat", hat), ("bag", bag), ("gender", gender)):
            examples[label_of].append(Example(name, label, name))
    with open(os.path.join(root, UNREADABLE), "wb") as file:
        file.write(b"\xff\xd8\xff no more of this image")
    examples["hat"].append(Example(UNREADABLE, 1, UNREADABLE))
    for task in (Task.binary("hat"), Task.binary("bag"), GENDER):
        write_task(os.path.join(root, "tasks", task.name), task, {"train": examples[task.name]})
    return Workspace(root)


def train_tiny_trunk(workspace: Workspace, initial: str, **changes: Any) -> Blocks:
    """Trains `TRUNK` with some fields changed; returns its blocks in memory."""
    config = dataclasses.replace(TRUNK, initial_weights=initial, **changes)
    with mock.patch.object(trunks, "publish", wraps=trunks.publish) as publish:
        train_trunk(workspace, config)
    return publish.call_args.args[1]


def train_tiny_branch(workspace: Workspace, task: str, **changes: Any) -> Branch:
    """Trains a task's branch, as in `BRANCHES` or `CUT_SHORT`, with some fields changed.

    Returns:
      The branch as it was in memory.
    """
    config = dataclasses.replace(BRANCHES.get(task, CUT_SHORT), **changes)
    with mock.patch.object(branches, "publish", wraps=branches.publish) as publish:
        train_branch(workspace, task, config, cache_directory=workspace.path("cache"))
    return publish.call_args.args[1]


def train_everything(root: str) -> Trained:
    workspace = draw_workspace(root)
    initial = os.path.join(root, "initial.npz")
    tf.keras.utils.set_random_seed(0)
    weights.save(Blocks(0, TRUNK.last_block), initial)
    blocks = train_tiny_trunk(workspace, initial)
    return Trained(
        workspace,
        initial,
        blocks,
        {task: train_tiny_branch(workspace, task) for task in BRANCHES},
    )
