"""What is said about a model that is being composed."""

from collections.abc import Sequence

from graftnet_tf.registry.tree import Tree
from serving.composition.cost_card import multiply_adds
from serving.composition.parts import LoadedBranch, LoadedTrunk
from serving.schema.metadata import ModelMetadata


def describe(
    model_version: str,
    tree_version: str,
    tree: Tree,
    trunk: LoadedTrunk,
    branches: Sequence[LoadedBranch],
) -> ModelMetadata:
    """The metadata of the model composed of these parts."""
    return ModelMetadata(
        model_version=model_version,
        tree=tree_version,
        trunk={
            "version": trunk.version,
            "backbone": trunk.backbone,
            "fingerprint": trunk.fingerprints[str(trunk.last_block)],
        },
        preprocessing=trunk.preprocessing,
        tasks={
            branch.task.name: {
                "classes": list(branch.task.classes),
                "attributes": branch.task.attributes,
                "branch_version": branch.version,
                "graft_after": branch.graft_after,
                "last_block": branch.last_block,
                "pooling": branch.pooling,
                "reduction": branch.reduction,
                "temperature": tree.branches[branch.task.name].temperature,
            }
            for branch in branches
        },
        attributes={
            attribute: {
                "task": branch.task.name,
                "class": class_name,
                "threshold": tree.branches[branch.task.name].thresholds[attribute],
            }
            for branch in branches
            for attribute, class_name in branch.task.attributes.items()
        },
        precision=tree.precision,
        cost={"multiply_adds": multiply_adds(trunk, branches)},
    )
