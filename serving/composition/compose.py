"""Composing: from a tree to a published multi-head SavedModel."""

import dataclasses
import os
import tempfile
import time
from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from graftnet_tf.models.saved_model import FULL_PRECISION
from graftnet_tf.registry.publish_lock import publish_lock
from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.registry.tree import Tree, newest_tree, publish_tree, read_tree
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.manifest import BuildInfo, Provenance
from graftnet_tf.workspace.workspace import Workspace
from serving.composition.composed_model import ComposedModel
from serving.composition.cost_card import machine, milliseconds
from serving.composition.description import describe
from serving.composition.parts import (
    LoadedBranch,
    LoadedTrunk,
    check_attributes,
    check_grafts,
    load_branch,
    load_trunk,
)
from serving.composition.precision_cost import precision_cost
from serving.composition.prune_outputs import add_output_identities
from serving.schema import warmup_requests


def compose(
    workspace: Workspace,
    tree_version: str | None = None,
    *,
    trunk: str | None = None,
    tasks: Sequence[str] = (),
    precision: str | None = None,
    into: tuple[str, ...] = GRAFTNET_DIR,
    timed: bool = False,
    provenance: Provenance = Provenance(),
) -> str:
    """Builds the SavedModel of a tree and publishes it, under the publishing lock.

    Without a tree's version, the newest branches become a tree first, see `newest_tree`. The
    trunk's and the branches' SavedModels are all it needs, not the code that made them.

    Examples:
      >>> from graftnet_tf import Workspace
      >>> from serving import compose
      >>> compose(Workspace("workspace"))
      '1'

    Args:
      workspace: Workspace with the tree, its trunk and its branches.
      tree_version: Version of a published tree.
      trunk: Version of a new tree's trunk, or "newest"; by default the served one.
      tasks: Names of the tasks in a new tree; all that have a branch by default.
      precision: Precision that a new tree computes in; by default as what is served.
      into: Folder of the workspace that holds the versions; what is in the default one is
        served.
      timed: Whether the model says how many milliseconds it takes on this machine.
      provenance: The command behind this.

    Returns:
      The version of the composed model: a plain number, as TF Serving wants it. Its manifest
      names the tree.

    Raises:
      GraftNetError: a part is missing or damaged, a branch was made for another trunk, an
        attribute's name is unfit or used twice, or more than its version is said of a tree
        that exists.
    """
    if tree_version and (trunk or tasks or precision):
        raise GraftNetError(
            f"Tree {tree_version} exists and is composed as it is; trunk, tasks and precision "
            "are chosen for a new tree, without a version."
        )
    with publish_lock(workspace):
        if not tree_version:
            branches = dict.fromkeys(tasks) if tasks else None
            tree = newest_tree(workspace, trunk=trunk, branches=branches, precision=precision)
            tree_version = publish_tree(workspace, tree)
        return _compose(workspace, tree_version, into, timed, provenance)


def _compose(
    workspace: Workspace,
    tree_version: str,
    into: tuple[str, ...],
    timed: bool,
    provenance: Provenance,
) -> str:
    started = time.monotonic()
    tree = read_tree(workspace, tree_version)
    trunk, branches = _load_parts(workspace, tree, tree.precision)
    check_grafts(trunk, branches)
    check_attributes(branches)
    parts = [
        ("trunks", trunk.version, manifest.NAME),
        *(("branches", part.task.name, part.version, manifest.NAME) for part in branches),
        ("trees", f"{tree_version}.json"),
    ]

    inputs = {os.path.join(*part): atomic_files.sha256(workspace.path(*part)) for part in parts}

    def write(path: str, version: str) -> dict[str, Any]:
        metadata = describe(version, tree_version, tree, trunk, branches)
        model = ComposedModel(trunk, branches, metadata)
        if timed:
            took = milliseconds(model.score_images, model.input_shape)
            cost = {**metadata.cost, "milliseconds": took, "machine": machine()}
            metadata = dataclasses.replace(metadata, cost=cost)
            model = ComposedModel(trunk, branches, metadata)
        _save(model, path)
        content = {
            "tree": tree_version,
            "precision": tree.precision,
            "attributes": metadata.attributes,
            "cost": metadata.cost,
        }
        if tree.precision == FULL_PRECISION:
            return content
        with tempfile.TemporaryDirectory() as reference:
            _save(ComposedModel(*_load_parts(workspace, tree, FULL_PRECISION), metadata), reference)
            return {
                **content,
                "precision_cost": precision_cost(workspace, path, reference, provenance),
            }

    return manifest.publish(
        workspace.path(*into),
        write,
        kind="composed model",
        build_info=BuildInfo(inputs, seed=0, started=started, provenance=provenance),
        name=str,
    )


def _load_parts(
    workspace: Workspace, tree: Tree, precision: str
) -> tuple[LoadedTrunk, list[LoadedBranch]]:
    branches = [
        load_branch(workspace, task, chosen.version, precision)
        for task, chosen in tree.branches.items()
    ]
    return load_trunk(workspace, tree.trunk, precision), branches


def _save(model: ComposedModel, directory: str) -> None:
    tf.saved_model.save(model, directory, signatures=model.signatures())
    add_output_identities(directory)
    warmup_requests.write_requests(directory, GRAFTNET_DIR[-1], model.sample_inputs())
