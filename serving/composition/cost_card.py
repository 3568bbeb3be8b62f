"""What a composed model costs: multiply-adds of its parts, and milliseconds on this machine."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import tensorflow as tf

from graftnet_tf.models.batch_times import batch_milliseconds
from serving.composition.parts import LoadedBranch, LoadedTrunk

_TURNS = 7


def multiply_adds(trunk: LoadedTrunk, branches: Sequence[LoadedBranch]) -> dict[str, Any] | None:
    """Of the convolutions, for one image: of the trunk as far as branches need it, and of each.

    Returns:
      `trunk`, and `branches` by task; None where the trunk's manifest does not say what its blocks
      cost, as those of earlier releases do not.
    """
    if trunk.costs is None:
        return None
    blocks, values = trunk.costs["multiply_adds"], trunk.costs["values"]
    needed = max(branch.graft_after for branch in branches)
    return {
        "trunk": sum(blocks[: needed + 1]),
        "branches": {
            branch.task.name: sum(blocks[branch.graft_after + 1 : branch.last_block + 1])
            + values[branch.last_block] * branch.reduction
            for branch in branches
        },
    }


def milliseconds(
    score_images: Callable[[tf.Tensor], Any], input_shape: Sequence[int]
) -> dict[str, float]:
    """Median time of a batch of images, by its size; see `batch_milliseconds`.

    Args:
      score_images: The model's function of uint8 [N, h, w, 3].
      input_shape: (h, w, 3).
    """
    traced = tf.function(score_images, autograph=False)

    def run(size: int) -> None:
        images = tf.fill([size, *input_shape], tf.constant(128, tf.uint8))
        tf.nest.map_structure(lambda scores: scores.numpy(), traced(images))

    (found,) = batch_milliseconds([run], _TURNS)
    return {str(size): took for size, took in found.items()}


def machine() -> dict[str, int]:
    """What the milliseconds were taken on."""
    return {
        "cpus": os.cpu_count() or 1,
        "gpus": len(tf.config.list_physical_devices("GPU")),
    }


def cost_line(cost: Mapping[str, Any]) -> str:
    """The card of a model that was timed, for people."""
    parts = []
    if counts := cost["multiply_adds"]:
        heads = sum(counts["branches"].values())
        parts.append(
            f"{counts['trunk'] / 1e6:.0f} M multiply-adds of the trunk and {heads / 1e6:.0f} M of "
            f"{len(counts['branches'])} branches"
        )
    parts += [f"{took:g} ms a batch of {size}" for size, took in cost["milliseconds"].items()]
    return f"Cost of an image: {', '.join(parts)}, on {cost['machine']['cpus']} CPUs"
