"""Trunks and branches that tell one colour, published as training publishes real ones.

Task number k of `TASKS` is shown where channel k of an image is bright.
"""

import dataclasses
import functools
import os
import shutil
import tempfile
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.data.content_hashes import content_hashes
from graftnet_tf.data.fingerprints import data_hashes, input_name
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.io import atomic_files
from graftnet_tf.trunk.pretraining import TrunkConfig
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.learnt_images import write_learnt_images
from graftnet_tf.workspace.manifest import BuildInfo, Provenance
from graftnet_tf.workspace.tasks import Example, Task, write_task
from graftnet_tf.workspace.workspace import Workspace, four_digits
from tests.serving.fake_versions import publish_model

TASKS = ("red", "green", "blue")
SIZE = Preprocessing(height=16, width=16)
TRUNK = TrunkConfig(height=80, width=80, steps=100, last_block=1)
BRANCH = BranchConfig(graft_after=0, last_block=1)
COUNT = 8  # images of a split


def draw_tasks(workspace: Workspace, *tasks: str, seed: int = 0, test: int = COUNT) -> None:
    """Writes the tasks over images of random colours; half are bright in each."""
    for task in tasks:
        channel = TASKS.index(task)
        random = np.random.default_rng([seed, channel])
        examples: dict[str, list[Example]] = {}
        for split, count in (("train", COUNT), ("test", test)):
            examples[split] = []
            for number in range(count):
                colour = random.integers(0, 256, 3)
                colour[channel] = 40 + 120 * (number % 2) + random.integers(40)
                name = f"images/{task}-{split}-{number}.png"
                os.makedirs(workspace.path("images"), exist_ok=True)
                image = Image.new("RGB", (16, 16), tuple(int(value) for value in colour))
                image.save(workspace.path(name))
                examples[split].append(Example(name, number % 2, name))
        write_task(workspace.path("tasks", task), Task.binary(task), examples)


def grow(workspace: Workspace, task: str) -> None:
    """Adds an image to a task's train list."""
    name = f"images/{task}-more.png"
    Image.new("RGB", (16, 16), (9, 9, 9)).save(workspace.path(name))
    path = workspace.path("tasks", task, "train.csv")
    row = f"{name},negative,{name},\n"
    atomic_files.write_text(path, atomic_files.read_bytes(path).decode() + row)


def publish_trunk(
    workspace: Workspace,
    config: TrunkConfig = TRUNK,
    *,
    tasks: list[str],
    says: bool = True,
) -> str:
    """A trunk that hands images on; each has a fingerprint of its own.

    Args:
      workspace: has the tasks.
      config: recorded.
      tasks: that it was trained on.
      says: what it learnt from; trunks of earlier releases do not.
    """
    content = {
        "backbone": config.backbone,
        "last_block": 1,
        "preprocessing": SIZE.to_dict(),
        "fingerprints": {str(k): f"{len(workspace.versions('trunks'))}{k}" for k in (0, 1)},
        "tasks": tasks,
        "config": dataclasses.asdict(config),
    }
    inputs = {input_name(task): data for task, data in _data_hashes(workspace, tasks).items()}
    learnt = _learnt(workspace, tasks) if says else None
    return _publish(workspace.path("trunks"), "trunk", _trunk_model(), content, inputs, learnt)


def publish_branch(
    workspace: Workspace,
    task: str,
    config: BranchConfig = BRANCH,
    *,
    trunk_version: str | None = None,
    candidate: bool = False,
    noise: float = 0.0,
    missed: str | None = None,
    says: bool = True,
    mining: str | None = None,
) -> str:
    """A branch that looks at its task's channel.

    Args:
      workspace: has the trunk.
      task: one of `TASKS`.
      config: recorded.
      trunk_version: to graft on; the newest by default.
      candidate: recorded.
      noise: how much it looks at the next channel too, which says nothing.
      missed: why its operating points were not reached; they were by default.
      says: what it learnt from; branches of earlier releases do not.
      mining: sha256 of the list that a mining left, which it was trained on.
    """
    trunk_version = trunk_version or workspace.newest("trunks")
    fingerprints = manifest.read(workspace.version_dir("trunks", trunk_version))["fingerprints"]
    content = {
        "task": workspace.task(task).to_dict(),
        "trunk_version": trunk_version,
        "trunk_fingerprint": fingerprints["0"],
        "graft_after": 0,
        "last_block": 1,
        "pooling": "gap",
        "reduction": 0,
        "thresholds": {task: 0.5},
        "config": dataclasses.asdict(config),
        "metrics": {"validation_auc": {task: 0.75}},
        "candidate": candidate,
        "operating_points": {} if missed else {name: {} for name in config.operating_points},
        "missed_points": dict.fromkeys(config.operating_points, missed) if missed else {},
    }
    inputs = {input_name(task): _data_hashes(workspace, [task])[task]}
    if mining:
        inputs["mining"] = mining
    parent, model = workspace.path("branches", task), _branch_model(TASKS.index(task), noise)
    learnt = _learnt(workspace, [task]) if says else None
    return _publish(parent, "branch", model, content, inputs, learnt)


def serve(workspace: Workspace, trunk_tasks: list[str]) -> None:
    """Publishes a trunk that learnt from some tasks, a branch of red and of green, and a model."""
    publish_trunk(workspace, tasks=trunk_tasks)
    for task in ("red", "green"):
        publish_branch(workspace, task)
    publish_model(workspace)


def _data_hashes(workspace: Workspace, tasks: list[str]) -> dict[str, str]:
    return data_hashes(workspace.split(task, "train") for task in tasks)


def _learnt(workspace: Workspace, tasks: list[str]) -> dict[str, np.ndarray]:
    splits = [workspace.split(task, "train") for task in tasks]
    return dict(zip(tasks, content_hashes(splits), strict=True))


@functools.cache
def _trunk_model() -> str:
    """Directory of the SavedModel that all trunks have."""
    directory = os.path.join(tempfile.mkdtemp(), "saved_model")

    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.uint8, "images")])
    def preprocess(images):
        return {"inputs": SIZE(images)}

    @tf.function(input_signature=[tf.TensorSpec([None, 16, 16, 3], tf.float32, "inputs")])
    def taps(inputs):
        return {"block0": inputs, "block1": inputs}

    signatures = {"preprocess": preprocess, "taps": taps}
    tf.saved_model.save(tf.Module(), directory, signatures=signatures)
    return directory


@functools.cache
def _branch_model(channel: int, noise: float) -> str:
    """Directory of the SavedModel of a branch."""
    directory = os.path.join(tempfile.mkdtemp(), "saved_model")
    weights = np.zeros((3, 1), np.float32)
    weights[channel], weights[(channel + 1) % 3] = 1, noise

    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.float32, "features")])
    def scores(features):
        shown = tf.sigmoid(tf.reduce_mean(features, (1, 2)) @ weights)
        return {"scores": tf.concat([1 - shown, shown], 1)}

    tf.saved_model.save(tf.Module(), directory, signatures={"scores": scores})
    return directory


def _publish(
    parent: str,
    kind: str,
    model: str,
    content: dict[str, Any],
    inputs: dict[str, str],
    learnt: dict[str, np.ndarray] | None,
) -> str:
    def write(path: str, _: str) -> dict[str, Any]:
        shutil.copytree(model, os.path.join(path, "saved_model"))
        if learnt is not None:
            write_learnt_images(path, learnt)
        return content

    build_info = BuildInfo(inputs, seed=0, started=0.0, provenance=Provenance())
    return manifest.publish(parent, write, kind=kind, build_info=build_info, name=four_digits)
