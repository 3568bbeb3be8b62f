"""The whole hash of an image of which a person gives the beginning."""

import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from graftnet_tf.errors import GraftNetError
from graftnet_tf.forgetting.evidence import Evidence, said
from graftnet_tf.forgetting.hashed_lists import HashedList
from graftnet_tf.forgetting.verdicts import Verdicts
from graftnet_tf.registry.verification import published
from graftnet_tf.workspace.forgotten_images import Learnt, forgotten_images
from graftnet_tf.workspace.workspace import Workspace

SHORTEST = 8  # hex digits
_DIGITS = 64
_ASKED = re.compile(f"[0-9a-fA-F]{{{SHORTEST},{_DIGITS}}}")
_NAMED = 5


def check_asked(sha256: str) -> None:
    """Raises GraftNetError unless it is a SHA-256 in hex, or a beginning that can be looked for."""
    if not _ASKED.fullmatch(sha256):
        raise GraftNetError(
            f"{sha256!r} is no SHA-256; expected {_DIGITS} hex digits, or the first {SHORTEST} or "
            "more of them, as `sha256sum IMAGE` gives them."
        )


def whole_hash(
    workspace: Workspace,
    asked: str,
    lists: Sequence[HashedList],
    evidence: Evidence,
    others: Iterable[str],
) -> str:
    """The one hash that begins as asked, of all that are known.

    Args:
      workspace: Workspace to look in.
      asked: The beginning of a SHA-256, or all of it, in lower hex.
      lists: The tasks' lists.
      evidence: What is known of what versions learnt from.
      others: Hashes that are known from elsewhere.

    Raises:
      GraftNetError: there is none, or there are several.
    """
    hashes = {*others, *forgotten_images(workspace.root)}
    found = {it for it in hashes if it.startswith(asked)}
    for contents in _contents(workspace, lists, evidence):
        found |= _beginning(contents, asked)
    if len(found) > 1:
        named = ", ".join(sorted(found)[:_NAMED])
        raise GraftNetError(
            f"{len(found)} images have a SHA-256 that begins with {asked}: {named}. Give more."
        )
    if not found:
        raise GraftNetError(
            f"No image of SHA-256 {asked} is known in {workspace.root}: no list, no version and no "
            f"table has it.{_unsure(Verdicts(workspace, evidence, asked.ljust(_DIGITS, '0')))}"
        )
    return found.pop()


def _contents(
    workspace: Workspace, lists: Sequence[HashedList], evidence: Evidence
) -> Iterator[np.ndarray]:
    """uint8 [n, 32] of all lists and versions, one after the other."""
    yield from (one.contents for one in lists)
    yield from evidence.contents()
    for parts in published(workspace):
        if parts[0] in ("trunks", "branches"):
            yield from (said(workspace.path(*parts)) or {}).values()


def _beginning(contents: np.ndarray, asked: str) -> set[str]:
    """Hashes among uint8 [n, 32] that begin so, in hex; zeros are none."""
    start = np.frombuffer(bytes.fromhex(asked[: len(asked) // 2 * 2]), np.uint8)
    rows = contents[(contents[:, : len(start)] == start).all(axis=1) & contents.any(axis=1)]
    return {it for row in rows if (it := row.tobytes().hex()).startswith(asked)}


def _unsure(verdicts: Verdicts) -> str:
    """How many trained versions may have learnt from an image that nothing is known of."""
    count = sum(
        verdicts.unsaid(parts) and verdicts.of(parts).learnt is Learnt.MAYBE
        for parts in published(verdicts.workspace)
    )
    if not count:
        return ""
    return f" {count} trunks and branches of earlier releases do not say what they learnt from."
