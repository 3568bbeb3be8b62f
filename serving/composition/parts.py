"""The published trunk and branches that a composed model is built from."""

import dataclasses
import os
from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.models.backbones import INCEPTION_V3
from graftnet_tf.models.saved_model import FULL_PRECISION, saved_model_name
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.attribute_names import EXPECTED, is_servable, servable_name
from graftnet_tf.workspace.tasks import Task
from graftnet_tf.workspace.workspace import Workspace


@dataclasses.dataclass(frozen=True)
class LoadedTrunk:
    """A trunk loaded from its SavedModel.

    Attributes:
      version: Version of the trunk.
      last_block: Number of its last block.
      fingerprints: Fingerprint of the weights of blocks 0…k, under `str(k)`.
      preprocessing: How an image becomes its input, for people to read.
      model: SavedModel with the signatures `preprocess` and `taps`.
      backbone: Name of the network that it is of.
      costs: `multiply_adds` and `values` of each block, see `BlockCosts`.
    """

    version: str
    last_block: int
    fingerprints: dict[str, str]
    preprocessing: dict[str, Any]
    model: Any
    backbone: str = INCEPTION_V3.name  # those from before backbones had names do not say so
    costs: dict[str, list[int]] | None = None


@dataclasses.dataclass(frozen=True)
class LoadedBranch:
    """A branch loaded from its SavedModel.

    Attributes:
      version: Version of the branch.
      task: The task that it scores.
      trunk_version, trunk_fingerprint: The trunk that it was trained on, up to `graft_after`.
      graft_after: The trunk block whose output it takes.
      last_block: Number of the last block it computes.
      pooling: Name of its pooling.
      model: SavedModel with the signature `scores`.
      reduction: Channels of its 1×1 convolution before the pooling; 0 for none.
      backbone: Name of the network that its blocks are of.
    """

    version: str
    task: Task
    trunk_version: str
    trunk_fingerprint: str
    graft_after: int
    last_block: int
    pooling: str
    model: Any
    reduction: int = 0  # branches from before there were reductions do not say so
    backbone: str = INCEPTION_V3.name


def load_trunk(workspace: Workspace, version: str, precision: str = FULL_PRECISION) -> LoadedTrunk:
    """Loads a trunk that computes in a precision, one of `saved_model.PRECISIONS`.

    Raises:
      GraftNetError: it does not exist, not in this precision, or its files are damaged.
    """
    return LoadedTrunk(**_load(workspace, LoadedTrunk, precision, "trunks", version))


def load_branch(
    workspace: Workspace, task: str, version: str, precision: str = FULL_PRECISION
) -> LoadedBranch:
    """Loads a task's branch whose blocks compute in a precision, one of `saved_model.PRECISIONS`.

    Raises:
      GraftNetError: it does not exist, not in this precision, or its files are damaged.
    """
    fields = _load(workspace, LoadedBranch, precision, "branches", task, version)
    return LoadedBranch(**{**fields, "task": Task.from_dict(fields["task"])})


def check_grafts(trunk: LoadedTrunk, branches: Sequence[LoadedBranch]) -> None:
    """Checks that every branch was trained on this trunk's weights.

    Raises:
      GraftNetError: one was not; names both versions and fingerprints, or both backbones.
    """
    for branch in branches:
        if branch.backbone != trunk.backbone:
            raise GraftNetError(
                f"Branch {branch.task.name}/{branch.version} is of {branch.backbone}, trunk "
                f"{trunk.version} of {trunk.backbone}. Train the branch again on trunk "
                f"{trunk.version}, or compose with trunk {branch.trunk_version}."
            )
        expected = trunk.fingerprints.get(str(branch.graft_after))
        if branch.trunk_fingerprint != expected:
            raise GraftNetError(
                f"Branch {branch.task.name}/{branch.version} was made for trunk "
                f"{branch.trunk_version}, whose blocks up to {branch.graft_after} have fingerprint "
                f"{branch.trunk_fingerprint}; trunk {trunk.version} has "
                f"{expected or 'no such block'}. Train the branch again on trunk "
                f"{trunk.version}, or compose with trunk {branch.trunk_version}."
            )


def check_attributes(branches: Sequence[LoadedBranch]) -> None:
    """Checks that the attributes can be names of outputs, each of one task.

    Raises:
      GraftNetError: a name is unfit, or two tasks report it.
    """
    owners: dict[str, str] = {}
    for branch in branches:
        for attribute in branch.task.attributes:
            if not is_servable(attribute):
                raise GraftNetError(
                    f"Task {branch.task.name} reports an attribute {attribute!r}; expected "
                    f"{EXPECTED}. Import it anew under a name such as "
                    f"{servable_name(attribute)} and train again."
                )
            owner = owners.setdefault(attribute, branch.task.name)
            if owner != branch.task.name:
                raise GraftNetError(
                    f"Tasks {owner} and {branch.task.name} both report the attribute "
                    f"{attribute!r}. Rename it in one of them, or leave one out with --task."
                )


def _load(workspace: Workspace, part: type, precision: str, *path: str) -> dict[str, Any]:
    """Values of the fields of `part` for the version at `path`: its manifest and its model."""
    directory = workspace.version_dir(*path)
    manifest.verify(directory)
    content = manifest.read(directory)
    model = os.path.join(directory, saved_model_name(precision))
    if not tf.io.gfile.isdir(model):
        raise GraftNetError(
            f"{'/'.join(path)} was published without a {precision} form. Compose in float32, "
            "or train it again."
        )
    content["model"] = tf.saved_model.load(model)
    return {
        field.name: content[field.name]
        for field in dataclasses.fields(part)
        if field.name in content
    }
