"""Forgetting an image: taking it out of all that is kept, and marking what learnt from it."""

import dataclasses
import os
import shutil
from collections.abc import Iterable, Sequence

import tensorflow as tf

from graftnet_tf.data.fingerprints import data_hash
from graftnet_tf.features import feature_cache
from graftnet_tf.forgetting.evidence import Evidence
from graftnet_tf.forgetting.hashed_lists import HashedList, hashed_lists
from graftnet_tf.forgetting.image_use import ImageUse, find_use
from graftnet_tf.forgetting.kept_files import image_hashes, remove_table
from graftnet_tf.forgetting.list_rows import drop_near_duplicates, drop_rows
from graftnet_tf.forgetting.mentions import mentions
from graftnet_tf.io import atomic_files, file_locks
from graftnet_tf.workspace.cache_directory import default_cache_directory
from graftnet_tf.workspace.forgotten_images import FOLDER, read_forgotten, write_forgotten
from graftnet_tf.workspace.image_paths import image_path
from graftnet_tf.workspace.list_index import LISTS
from graftnet_tf.workspace.workspace import Workspace


@dataclasses.dataclass(frozen=True)
class Forgotten:
    """What was done, and what is left to a person.

    Attributes:
      use: Where the image was used.
      files: Paths, from the workspace, of the copies that were removed.
      features: Number of files of the feature cache that were removed: all, since they do not tell
        whose features they hold.
      outside: Paths of files of the image outside of the workspace, which stay.
      mentions: Paths, from the workspace, of published versions and reports that name it and stay.
    """

    use: ImageUse
    files: list[str]
    features: int
    outside: list[str]
    mentions: list[str]


def forget(workspace: Workspace, asked: str, *, cache_directory: str | None = None) -> Forgotten:
    """Removes an image from tasks, caches and the workspace's files, and keeps its hash alone.

    The hash is recorded first, with what is known by then of versions that do not say what they
    learnt from; imports pass over it from then on, and `forgotten_since` tells which versions have
    to be replaced. No published version is changed. A killed run is finished by the next one; one
    that was finished finds nothing left to do.

    Args:
      workspace: Workspace to forget it; no training, import or offline job should run in it.
      asked: Its SHA-256 in hex, or the beginning of that.
      cache_directory: Local directory of the feature cache; by default
        `default_cache_directory`.

    Raises:
      GraftNetError: as for `image_use`; or an offline job runs that has a table to remove.
    """
    folder = workspace.path(FOLDER)
    tf.io.gfile.makedirs(folder)
    with file_locks.held(os.path.join(folder, f"{atomic_files.INCOMING}lock")):
        lists, files = hashed_lists(workspace), image_hashes(workspace)
        evidence = Evidence(workspace, lists)
        use = find_use(workspace, asked, lists, evidence, files)
        _record(workspace, use, lists, evidence)
        _drop_rows(workspace, use, lists)
        for name in use.tables:
            remove_table(workspace, name)
        features = feature_cache.clear(cache_directory or default_cache_directory(workspace.root))
        shutil.rmtree(
            os.path.join(default_cache_directory(workspace.root), LISTS), ignore_errors=True
        )
        own = [name for name, sha256 in files.items() if sha256 == use.sha256]
        for name in own:
            atomic_files.remove(workspace.path(name))
    images = {listing.image for listing in use.listed}
    return Forgotten(
        use,
        own,
        features,
        _there(image_path(workspace.root, image) for image in images),
        mentions(workspace, {use.sha256, *images, *own}),
    )


def _record(
    workspace: Workspace, use: ImageUse, lists: Sequence[HashedList], evidence: Evidence
) -> None:
    """Puts the image among the forgotten; what was found before comes first."""
    if use.unsaid:
        for one in lists:
            if one.split == "train" and one.rows_of(use.sha256):
                evidence.keep(data_hash(one.listed, one.contents))
    known = read_forgotten(workspace.root, use.sha256)
    write_forgotten(workspace.root, use.sha256, {**use.unsaid, **known})


def _drop_rows(workspace: Workspace, use: ImageUse, lists: Sequence[HashedList]) -> None:
    images = {listing.image for listing in use.listed}
    for one in lists:
        name = one.listed.task.name
        drop_near_duplicates(workspace, name, images)
        if rows := one.rows_of(use.sha256):
            drop_rows(workspace.path("tasks", name, f"{one.split}.csv"), rows)


def _there(paths: Iterable[str]) -> list[str]:
    """Those of some files that are still there."""
    return sorted(path for path in paths if tf.io.gfile.exists(path))
