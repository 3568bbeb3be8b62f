"""Where an image is listed, which versions learnt from it, and what else is kept of it."""

import contextlib
import dataclasses
import itertools
from collections.abc import Iterator, Mapping, Sequence

from graftnet_tf.errors import GraftNetError
from graftnet_tf.forgetting.evidence import Evidence
from graftnet_tf.forgetting.hashed_lists import HashedList, Listing, hashed_lists, listings
from graftnet_tf.forgetting.kept_files import tables_of
from graftnet_tf.forgetting.known_images import check_asked, whole_hash
from graftnet_tf.forgetting.verdicts import Verdicts
from graftnet_tf.registry.served_models import MADE_BY, newest_served
from graftnet_tf.registry.tree import served_tree
from graftnet_tf.registry.verification import published
from graftnet_tf.workspace.forgotten_images import Learnt, forgotten_images
from graftnet_tf.workspace.workspace import Workspace


@dataclasses.dataclass(frozen=True)
class VersionUse:
    """A version that learnt from an image, or may have.

    Attributes:
      path: Its path in the workspace.
      learnt: Whether it did.
      through: Paths of those versions that it was made of and that did, where it did not itself.
      served: Whether it is served now, or part of what is.
    """

    path: str
    learnt: Learnt
    through: tuple[str, ...]
    served: bool


@dataclasses.dataclass(frozen=True)
class ImageUse:
    """Where an image was used.

    Attributes:
      sha256: Its hash, in hex.
      forgotten: Whether it was forgotten before.
      listed: Rows of tasks' lists.
      versions: What learnt from it, or may have.
      tables: Paths, from the workspace, of tables of offline jobs that have it.
      unsaid: What is known of trained versions that do not say it themselves, by path.
    """

    sha256: str
    forgotten: bool
    listed: list[Listing]
    versions: list[VersionUse]
    tables: list[str]
    unsaid: dict[str, Learnt]


def image_use(workspace: Workspace, asked: str) -> ImageUse:
    """Where an image was used.

    Args:
      workspace: Workspace to look in.
      asked: Its SHA-256 in hex, or the beginning of that.

    Raises:
      GraftNetError: `asked` is no hash, none that is known here, or the beginning of several; or a
        task's list is damaged.
    """
    lists = hashed_lists(workspace)
    return find_use(workspace, asked, lists, Evidence(workspace, lists))


def find_use(
    workspace: Workspace,
    asked: str,
    lists: Sequence[HashedList],
    evidence: Evidence,
    files: Mapping[str, str] | None = None,
) -> ImageUse:
    """As `image_use`, of lists that were read.

    Args:
      workspace, asked: See `image_use`.
      lists: The tasks' lists.
      evidence: Made of them.
      files: Hashes of image files, by path, to look among too.

    Raises:
      GraftNetError: as for `image_use`.
    """
    check_asked(asked)
    asked = asked.lower()
    tables = tables_of(workspace, asked)
    others = {*itertools.chain(*tables.values()), *(files or {}).values()}
    sha256 = whole_hash(workspace, asked, lists, evidence, others)
    verdicts = Verdicts(workspace, evidence, sha256)
    served = set(_served(workspace))
    versions, unsaid = [], {}
    for parts in published(workspace):
        path, verdict = "/".join(parts), verdicts.of(parts)
        if verdicts.unsaid(parts):
            unsaid[path] = Learnt.NO if verdict.through else verdict.learnt
        if verdict.learnt is not Learnt.NO:
            versions.append(VersionUse(path, verdict.learnt, verdict.through, path in served))
    return ImageUse(
        sha256,
        sha256 in forgotten_images(workspace.root),
        listings(lists, sha256),
        versions,
        [name for name, hashes in tables.items() if sha256 in hashes],
        unsaid,
    )


def _served(workspace: Workspace) -> Iterator[str]:
    """Paths of what is served now, and of what that was made of."""
    for folder in MADE_BY:
        with contextlib.suppress(GraftNetError):  # there is none
            yield "/".join((*folder, newest_served(workspace, folder)))
    if served := served_tree(workspace):
        version, tree = served
        yield f"trees/{version}.json"
        yield f"trunks/{tree.trunk}"
        yield from (f"branches/{task}/{it.version}" for task, it in tree.branches.items())
