"""Checking everything that a workspace has published against the hashes recorded with it."""

import os
from collections.abc import Iterator

import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files, checksummed_json
from graftnet_tf.registry.served_models import GRAFTNET_DIR, PASSENGERS_DIR
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.workspace import Workspace


def published(workspace: Workspace) -> Iterator[tuple[str, ...]]:
    """Path parts, from the workspace's root, of each version published in it."""
    folders = (
        ("trunks",),
        *(("branches", task) for task in _names(workspace, "branches")),
        ("trees",),
        *(("serving", model) for model in _names(workspace, "serving")),
        ("candidates",),
        *(("tasks", task, "mining") for task in _names(workspace, "tasks")),
    )
    for folder in folders:
        suffix = workspace.version_suffix(*folder)
        for name in atomic_files.names_by_number(workspace.path(*folder), suffix=suffix).values():
            yield *folder, name


def damage(workspace: Workspace) -> dict[str, str]:
    """What is wrong, by the path of the published version that it is wrong with.

    Trunks, branches, served models, candidates and mined lists are checked file by file
    against their manifests, manifests and trees against their own hash, and what served
    models record of what they were made of: trunk, branches and tree, or served models.
    """
    found: dict[str, str] = {}
    for parts in published(workspace):
        try:
            _verify(workspace, *parts)
        except GraftNetError as error:
            found[os.path.join(*parts)] = str(error)
    return found


def leftovers(workspace: Workspace) -> list[str]:
    """Paths, from the workspace's root, of what is being written now or was when a job died."""
    return sorted(
        os.path.relpath(os.path.join(folder, name.rstrip("/")), workspace.root)
        for folder, folders, names in tf.io.gfile.walk(workspace.root)
        for name in (*folders, *names)
        if name.startswith(atomic_files.INCOMING) and atomic_files.INCOMING not in folder
    )


def _verify(workspace: Workspace, *parts: str) -> None:
    path = workspace.path(*parts)
    if not tf.io.gfile.isdir(path):
        checksummed_json.verify(path)
        return
    manifest.verify(path)
    if parts[:-1] in (GRAFTNET_DIR, PASSENGERS_DIR):
        _verify_parts(workspace, path)


def _verify_parts(workspace: Workspace, model: str) -> None:
    """Checks that what a served model was made of is there, unchanged."""
    changed = [
        name
        for name, digest in manifest.read(model)["inputs"].items()
        if not tf.io.gfile.exists(workspace.path(name))
        or atomic_files.sha256(workspace.path(name)) != digest
    ]
    if changed:
        raise GraftNetError(
            f"{model} is whole, but it was made of other content than "
            f"{', '.join(changed)} have now, or these are missing."
        )


def _names(workspace: Workspace, *folder: str) -> list[str]:
    """What is in a folder of the workspace, sorted; nothing if it is absent."""
    path = workspace.path(*folder)
    if not tf.io.gfile.isdir(path):
        return []
    return sorted(name.rstrip("/") for name in tf.io.gfile.listdir(path))
