"""What a workspace keeps beside its published versions: image files, tables of offline jobs."""

import os
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq
import tensorflow as tf

from graftnet_tf.archive_tables.dead_letters import from_lines
from graftnet_tf.archive_tables.job import MANIFEST
from graftnet_tf.archive_tables.part_files import DEAD_LETTERS
from graftnet_tf.data.image_loading import UnreadableImageError, process_all
from graftnet_tf.io import atomic_files, output_folder
from graftnet_tf.io.image_sources import SUFFIXES
from graftnet_tf.workspace.workspace import Workspace

_IMAGES = "images"
_COLUMN = "sha256"
_LETTERS = f"{DEAD_LETTERS}.jsonl"


def image_hashes(workspace: Workspace) -> dict[str, str]:
    """Hex SHA-256 of each image file in a workspace, half-written copies too, by path from it.

    All of them are read, with a progress bar on stderr.
    """
    folder = os.path.join(_IMAGES, "")
    paths = {
        workspace.path(name): name
        for name in _kept(workspace)
        if name.startswith(folder) or name.lower().endswith(SUFFIXES)
    }
    hashed = process_all(paths, atomic_files.sha256, description="Hashing images")
    return {paths[path]: it for path, it in hashed if not isinstance(it, UnreadableImageError)}


def tables_of(workspace: Workspace, sha256: str) -> dict[str, set[str]]:
    """The images of a hash, or with one that begins so, that tables of offline jobs are about.

    Args:
      workspace: Workspace whose cache and reports are looked at.
      sha256: Hash, or its beginning, in hex.

    Returns:
      Full hashes by the table's path from the workspace; of dead letters too.
    """
    found: dict[str, set[str]] = {}
    for name in _kept(workspace):
        path = workspace.path(name)
        hashes = {it for it in _hashes_in(path) if it.startswith(sha256)}
        if hashes and _output(path):
            found[name] = hashes
    return found


def remove_table(workspace: Workspace, name: str) -> None:
    """Removes a table that `tables_of` names, and the mark that its job came to its end.

    The job makes it anew when it runs again, of the images that are there then.

    Raises:
      GraftNetError: the job runs.
    """
    path = workspace.path(name)
    output = _output(path)
    if output is None:
        return
    part = os.path.basename(path).removesuffix(".jsonl")
    with output_folder.held(output):
        atomic_files.remove(os.path.join(output, MANIFEST))
        for pattern in (part, f"{part}.jsonl"):
            for each in tf.io.gfile.glob(os.path.join(output, "*", pattern)):
                atomic_files.remove(each)
        atomic_files.remove(path)


def _kept(workspace: Workspace) -> Iterator[str]:
    """Paths from the workspace of all files but those of published versions."""
    for folder, folders, names in tf.io.gfile.walk(workspace.root):
        below = os.path.relpath(folder, workspace.root) if folder != workspace.root else ""
        folders[:] = [it for it in folders if not _is_published(os.path.join(below, it))]
        yield from (os.path.join(below, name) for name in names)


def _is_published(folder: str) -> bool:
    match folder.rstrip("/").split("/"):
        case ["trunks" | "branches" | "trees" | "serving" | "candidates"] | ["tasks", _, "mining"]:
            return True
        case _:
            return False


def _output(path: str) -> str | None:
    """The folder of the job that a table is of; None where none has made it."""
    folder = os.path.dirname(path)
    for place in (folder, os.path.dirname(folder)):
        if tf.io.gfile.exists(os.path.join(place, "settings.json")):
            return place
    return None


def _hashes_in(path: str) -> set[str]:
    """Hashes in a table in Parquet or in dead letters; none of another file, or a damaged one."""
    if path.endswith(".parquet"):
        return _hashes_in_parquet(path)
    if path.endswith(_LETTERS) or os.path.basename(os.path.dirname(path)) == DEAD_LETTERS:
        try:
            return {it.sha256 for it in from_lines(atomic_files.read_bytes(path).decode())}
        except (TypeError, ValueError):
            return set()
    return set()


def _hashes_in_parquet(path: str) -> set[str]:
    try:
        file = pq.ParquetFile(pa.BufferReader(atomic_files.read_bytes(path)))
        if _COLUMN not in file.schema_arrow.names:
            return set()
        return set(file.read([_COLUMN])[_COLUMN].to_pylist())
    except (pa.ArrowException, OSError):
        return set()
