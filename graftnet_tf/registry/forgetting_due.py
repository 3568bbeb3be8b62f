"""What published trunks and branches learnt from that was forgotten since."""

from graftnet_tf.workspace.forgotten_images import Learnt, forgotten_images, read_forgotten
from graftnet_tf.workspace.learnt_images import has_image, read_learnt_images
from graftnet_tf.workspace.workspace import Workspace

_SHOWN = 12  # hex digits of a hash
_NAMED = 3


def forgotten_since(workspace: Workspace, *parts: str) -> dict[str, Learnt]:
    """The forgotten images that a version learnt from, or may have.

    Args:
      workspace: Workspace with the version.
      *parts: Its path: `"trunks", "0001"`. A branch answers for itself, not for its trunk.

    Returns:
      By hex SHA-256, ascending.

    Raises:
      GraftNetError: there is no such version, or what it learnt from is damaged.
    """
    forgotten = forgotten_images(workspace.root)
    if not forgotten:
        return {}
    learnt = read_learnt_images(workspace.version_dir(*parts))
    found = {}
    for sha256 in forgotten:
        if learnt is None:
            path = "/".join(parts)
            found[sha256] = read_forgotten(workspace.root, sha256).get(path, Learnt.MAYBE)
        elif any(has_image(contents, sha256) for contents in learnt.values()):
            found[sha256] = Learnt.YES
    return {sha256: one for sha256, one in found.items() if one is not Learnt.NO}


def in_words(forgotten: dict[str, Learnt]) -> str | None:
    """What a person is told of images that were forgotten; None of none.

    Examples:
      >>> from graftnet_tf.registry.forgetting_due import in_words
      >>> from graftnet_tf.workspace.forgotten_images import Learnt
      >>> in_words({"f" * 64: Learnt.YES})
      'learnt from 1 image that was forgotten since (sha256 ffffffffffff…)'
    """
    if not forgotten:
        return None
    known = [sha256 for sha256, one in forgotten.items() if one is Learnt.YES]
    told = known or list(forgotten)
    named = ", ".join(f"{sha256[:_SHOWN]}…" for sha256 in told[:_NAMED])
    more = f" and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
    verb = "learnt" if known else "may have learnt"
    what = "1 image that was" if len(told) == 1 else f"{len(told)} images that were"
    return f"{verb} from {what} forgotten since (sha256 {named}{more})"
