"""Whether each published version learnt from an image, and by way of what."""

import os
from typing import Any, NamedTuple

from graftnet_tf.data.fingerprints import input_name
from graftnet_tf.errors import GraftNetError
from graftnet_tf.forgetting.evidence import Evidence, said
from graftnet_tf.registry.initial_trunk import initial_trunk
from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.registry.tree import Tree, read_tree
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.forgotten_images import Learnt, read_forgotten, surest
from graftnet_tf.workspace.learnt_images import has_image
from graftnet_tf.workspace.workspace import Workspace

_TRAINED = ("trunks", "branches")


VersionPath = tuple[str, ...]


class Verdict(NamedTuple):
    """Whether a version learnt from an image.

    Attributes:
      learnt: Whether it did.
      through: Paths of those versions that it was made of and that did, or may have, where it did
        not itself.
    """

    learnt: Learnt
    through: tuple[str, ...] = ()


class Verdicts:
    """Of one image."""

    def __init__(self, workspace: Workspace, evidence: Evidence, sha256: str):
        """Takes the image's hash, in hex, and what is known of versions that do not say it."""
        self.workspace, self._evidence, self._sha256 = workspace, evidence, sha256
        self._recorded = read_forgotten(workspace.root, sha256)
        self._found: dict[VersionPath, Verdict] = {}

    def of(self, parts: VersionPath) -> Verdict:
        """Whether a version learnt from the image; one that cannot be read may have.

        Args:
          parts: Path of the version, as `published` has it.
        """
        if parts not in self._found:
            try:
                self._found[parts] = self._judge(parts)
            except (GraftNetError, KeyError, TypeError):
                self._found[parts] = Verdict(Learnt.MAYBE)
        return self._found[parts]

    def unsaid(self, parts: VersionPath) -> bool:
        """Whether a version was trained and does not itself say what it learnt from."""
        return parts[0] in _TRAINED and self._said(parts) is None

    def _judge(self, parts: VersionPath) -> Verdict:
        own = self._own(parts)
        if own is not Learnt.NO:
            return Verdict(own)
        each = {part: self.of(part).learnt for part in self._made_of(parts)}
        through = tuple("/".join(part) for part, it in each.items() if it is not Learnt.NO)
        return Verdict(surest(each.values()), through)

    def _own(self, parts: VersionPath) -> Learnt:
        """Whether a version itself learnt from it, what it was made of aside."""
        match parts:
            case ("tasks", task, _, version):
                return self._evidence.of_mining(task, version, self._sha256)
            case ("trunks", _) | ("branches", _, _):
                said = self._said(parts) or self._recorded.get("/".join(parts))
                return said or self._inferred(parts)
            case _:
                return Learnt.NO

    def _said(self, parts: VersionPath) -> Learnt | None:
        learnt = said(self.workspace.path(*parts))
        if learnt is None:
            return None
        each = (has_image(contents, self._sha256) for contents in learnt.values())
        return Learnt.YES if any(each) else Learnt.NO

    def _inferred(self, parts: VersionPath) -> Learnt:
        content = manifest.read(self.workspace.path(*parts))
        inputs = content["inputs"]
        if parts[0] == "branches":
            return self._evidence.of_branch(parts[1], parts[2], inputs, self._sha256)
        if content["config"]["steps"] == 0:
            return Learnt.NO
        data = (inputs.get(input_name(task)) for task in content["tasks"])
        return surest(self._evidence.of_data(recorded, self._sha256) for recorded in data)

    def _made_of(self, parts: VersionPath) -> list[VersionPath]:
        """Paths of the versions that a version was made of."""
        workspace = self.workspace
        match parts:
            case ("trunks", _):
                start = initial_trunk(workspace, manifest.read(workspace.path(*parts)))
                return [("trunks", start)] if start and start < parts[1] else []
            case ("branches", _, _):
                return [("trunks", manifest.read(workspace.path(*parts))["trunk_version"])]
            case ("trees", name):
                return _parts(read_tree(workspace, name.removesuffix(".json")))
            case ("tasks", _, _, _):
                return []
            case _:
                return self._composed_of(manifest.read(workspace.path(*parts)))

    def _composed_of(self, content: dict[str, Any]) -> list[VersionPath]:
        """Of a composed model, what its tree has; of a passengers model, what its model has."""
        if "tree" in content:
            return _parts(read_tree(self.workspace, content["tree"]))
        graftnet = os.path.join(*GRAFTNET_DIR, "")
        models = [name for name in content["inputs"] if name.startswith(graftnet)]
        return [tuple(os.path.dirname(name).split("/")) for name in models]


def _parts(tree: Tree) -> list[VersionPath]:
    branches = [("branches", task, it.version) for task, it in tree.branches.items()]
    return [("trunks", tree.trunk), *branches]
