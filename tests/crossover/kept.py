"""Makes one of everything that a user keeps, and notes what it answers where it was made.

    python -m tests.crossover.kept FOLDER

`workspace/` has a trunk, three branches and their composed model, `begun/` the same tasks and a
trunk's and a branch's training that were killed after a checkpoint, `segmentation/` a training of
YOLACT that was; `yolact.npz` a network, `models.config` the composed model's entry; `answers.npz`
what the networks give for `IMAGES`.
"""

import contextlib
import dataclasses
import itertools
import os
import shutil
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from google.protobuf import text_format
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from graftnet_tf.features.graft_features import CachedFeatures
from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.trunk.dynamic_graph import DynamicTrunk
from graftnet_tf.workspace.workspace import Workspace
from serving import compose
from serving.model_server.models.servable import Servable
from serving.model_server.requests.limits import Limits
from serving.rollout import config_file
from tests.killed_runs import Killed, counted_steps
from tests.trained_workspace import train_everything, train_tiny_branch, train_tiny_trunk
from tests.yolact_tf import tiny
from yolact_tf import build_yolact
from yolact_tf.checkpoints import weights_file
from yolact_tf.data.ground_truth import GroundTruth
from yolact_tf.models.yolact import Yolact
from yolact_tf.training.train_step import TrainStep
from yolact_tf.training.trainer import TrainConfig, train

IMAGES = np.random.default_rng(0).integers(0, 256, (6, 90, 60, 3), dtype=np.uint8)
TASK = "hat"  # of the branch's training that was begun
STEPS = 4
KILLED_AT = 3  # the checkpoint before it was made after two steps


def composed_scores(workspace: Workspace, version: str) -> dict[str, np.ndarray]:
    """float32 [N] by attribute, of a composed model for `IMAGES`."""
    servable = Servable(workspace.path(*GRAFTNET_DIR, version), int(version))
    given = {"images": tf.make_tensor_proto(IMAGES)}
    return servable.predict("serving_default", given, limits=Limits()).outputs


def network_outputs(network: Yolact) -> dict[str, np.ndarray]:
    """Raw outputs of a segmentation network, by name."""
    side = network.config.size
    noise = np.random.default_rng(1).normal(size=(2, side, side, 3)).astype(np.float32)
    return {name: value.numpy() for name, value in network(noise).items()}


def segmentation_network(seed: int) -> Yolact:
    tf.keras.utils.set_random_seed(seed)
    return build_yolact("tiny", num_classes=2)


def segmentation_training(directory: str, seed: int = 1) -> Any:
    """Trains the network on noise with a white square in it, or goes on with it."""

    def batches(start: int) -> Iterator[tuple[np.ndarray, GroundTruth]]:
        for step in itertools.count(start):
            images = np.random.default_rng(step).uniform(0, 100, (2, 64, 64, 3)).astype(np.float32)
            masks = np.zeros((2, 1, 64, 64), np.uint8)
            masks[:, :, 12:44, 12:44] = 1
            images[:, 12:44, 12:44] = 255
            boxes = np.float32([[[0.1875, 0.1875, 0.6875, 0.6875]]] * 2)
            yield images, GroundTruth(boxes, np.int32([[0]] * 2), masks)

    config = dataclasses.replace(TrainConfig(STEPS), checkpoint_every=2)
    return train(segmentation_network(seed), batches, directory, ("person",), config)


def _make(folder: str) -> None:
    workspace_folder, begun_folder = (os.path.join(folder, name) for name in ("workspace", "begun"))
    trained = train_everything(workspace_folder)
    version = compose(trained.workspace)
    answers = {
        f"score/{name}": it for name, it in composed_scores(trained.workspace, version).items()
    }

    begun = trained.copy(begun_folder)
    shutil.copy(trained.initial, begun.path("initial.npz"))
    for owner, method, run in (
        (CachedFeatures, "augmented", lambda: train_tiny_branch(begun, TASK)),
        (DynamicTrunk, "train", lambda: train_tiny_trunk(begun, begun.path("initial.npz"))),
    ):
        with counted_steps(owner, method, [], kill=KILLED_AT), contextlib.suppress(Killed):
            run()
    with pytest.MonkeyPatch.context() as patch:
        tiny.register(patch)
        network = segmentation_network(seed=5)
        weights_file.save(network, os.path.join(folder, "yolact.npz"), ("person",))
        answers |= {f"yolact/{name}": it for name, it in network_outputs(network).items()}
        with (
            counted_steps(TrainStep, "__call__", [], kill=KILLED_AT),
            contextlib.suppress(Killed),
        ):
            segmentation_training(os.path.join(folder, "segmentation"))
    base_path = trained.workspace.path(*GRAFTNET_DIR)
    text = f'model_config_list {{ config {{ name: "graftnet" base_path: "{base_path}" }} }}'
    config_file.write(
        os.path.join(folder, "models.config"), text_format.Parse(text, ModelServerConfig())
    )
    np.savez(os.path.join(folder, "answers.npz"), **answers)


if __name__ == "__main__":
    _make(sys.argv[1])
