"""Tiny trunks and branches, published as training publishes real ones."""

import hashlib
import os

import numpy as np
import tensorflow as tf

from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.registry.tree import Tree, newest_tree, publish_tree
from graftnet_tf.registry.validation_part import ValidationPart
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.manifest import BuildInfo, Provenance
from graftnet_tf.workspace.tasks import Task
from graftnet_tf.workspace.workspace import Workspace, four_digits
from serving.composition.compose import compose

PREPROCESSING = Preprocessing(height=32, width=16)
LAST_BLOCK = 3
CHANNELS = 8
GENDER = Task("gender", ("other", "male", "female"), {"male": "male", "female": "female"})


def publish_trunk(workspace: Workspace, *, seed: int = 0) -> str:
    """Publishes a trunk of four convolutions and returns its version."""
    random = np.random.default_rng(seed)
    model = tf.Module()
    model.kernels = [
        tf.Variable(random.normal(0, 0.3, (3, 3, inputs, CHANNELS)), dtype=tf.float32)
        for inputs in (3, *[CHANNELS] * LAST_BLOCK)
    ]

    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.uint8, "images")])
    def preprocess(images):
        return {"inputs": PREPROCESSING(images)}

    @tf.function(input_signature=[tf.TensorSpec([None, 32, 16, 3], tf.float32, "inputs")])
    def taps(inputs):
        blocks = {}
        for block, kernel in enumerate(model.kernels):
            padding = "SAME" if block else "VALID"
            inputs = tf.nn.relu(tf.nn.conv2d(inputs, kernel, 1 + block % 2, padding))
            blocks[f"block{block}"] = inputs
        return blocks

    digest = hashlib.sha256()
    fingerprints = {}
    for block, kernel in enumerate(model.kernels):
        digest.update(kernel.numpy().tobytes())
        fingerprints[str(block)] = digest.hexdigest()
    content = {
        "last_block": LAST_BLOCK,
        "preprocessing": PREPROCESSING.to_dict(),
        "fingerprints": fingerprints,
    }
    signatures = {"preprocess": preprocess, "taps": taps}
    return _publish(workspace.path("trunks"), "trunk", model, signatures, content)


def publish_branch(
    workspace: Workspace,
    task: Task | str,
    *,
    graft_after: int = 1,
    seed: int = 1,
    validation: ValidationPart | None = None,
) -> str:
    """Publishes a branch on the newest trunk and returns its version.

    Args:
      workspace: has a trunk.
      task: a task, or the name of a binary one.
      graft_after: trunk block it takes.
      seed: of its weights.
      validation: kept with it; nothing is, as in an earlier release, by default.
    """
    task = Task.binary(task) if isinstance(task, str) else task
    trunk_version = workspace.newest("trunks")
    fingerprints = manifest.read(workspace.version_dir("trunks", trunk_version))["fingerprints"]
    random = np.random.default_rng(seed)
    model = tf.Module()
    model.kernel = tf.Variable(random.normal(0, 0.3, (3, 3, CHANNELS, CHANNELS)), dtype=tf.float32)
    model.head = tf.Variable(random.normal(0, 1, (CHANNELS, len(task.classes))), dtype=tf.float32)

    @tf.function(
        input_signature=[tf.TensorSpec([None, None, None, CHANNELS], tf.float32, "features")]
    )
    def scores(features):
        features = tf.nn.relu(tf.nn.conv2d(features, model.kernel, 1, "SAME"))
        return {"scores": tf.nn.softmax(tf.reduce_mean(features, [1, 2]) @ model.head)}

    content = {
        "task": task.to_dict(),
        "trunk_version": trunk_version,
        "trunk_fingerprint": fingerprints[str(graft_after)],
        "graft_after": graft_after,
        "last_block": graft_after + 1,
        "pooling": "gap",
        "thresholds": dict.fromkeys(task.attributes, 0.5),
        "metrics": {},
    }
    parent = workspace.path("branches", task.name)
    return _publish(parent, "branch", model, {"scores": scores}, content, validation)


def publish_model(
    workspace: Workspace,
    *,
    tasks: list[str] | None = None,
    trunk: str | None = None,
    tree: Tree | None = None,
) -> str:
    """Composes a tree, by default the newest one, and returns the composed model's version."""
    branches = dict.fromkeys(tasks) if tasks else None
    tree = tree or newest_tree(workspace, trunk=trunk, branches=branches)
    return compose(workspace, publish_tree(workspace, tree), provenance=Provenance())


def _publish(parent, kind, model, signatures, content, validation=None):
    def write(path, _):
        tf.saved_model.save(model, os.path.join(path, "saved_model"), signatures=signatures)
        if validation:
            validation.write(path)
        return content

    build_info = BuildInfo({}, seed=0, started=0.0, provenance=Provenance())
    return manifest.publish(parent, write, kind=kind, build_info=build_info, name=four_digits)
