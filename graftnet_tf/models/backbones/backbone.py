"""A convolutional network as a row of blocks that can be named."""

import copy
import dataclasses
import functools
import random
from collections.abc import Callable
from concurrent import futures
from typing import Any

import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.models.saved_model import PRECISIONS


@dataclasses.dataclass(frozen=True)
class Backbone:
    """A network without its classifier, cut into blocks.

    A block is a contiguous run of layers; one tensor goes from it to the next. Blocks are numbered
    from 0, to which the stem belongs.

    Attributes:
      name: Its name among `BACKBONES`.
      title: Its name in its paper.
      make: Function of Keras's `weights` (None for random ones, "imagenet" for its download) that
        makes the network, for inputs float32 [N, h, w, 3].
      ends: Names of the layers that the blocks end with, in order; the last block, which is not
        among them, ends with the network.
      channels: Channels of each block's output.
      min_side: Least height and width of the input, in pixels.
      graft_after: The block that branches are grafted after unless told otherwise.
      graft_from: The first block that is tried where the best is searched for; earlier ones have
        features of more bytes.
      public_weights: Where its public weights come from, and under which licence.
      value_range: Pixel values, low and high, that its public weights take.
      archive_range: The same of `.npz` archives of the whole network; None for `value_range`.
      input_size: Height and width of the input, None where it takes any.
      precisions: Those that it can be published in.
      directory: Of the SavedModel that it is, and is never trained; None of a network of layers.
      layer_of_module: Function of a module's name in a PyTorch state dict to its layer's; None
        where there is no such file.
    """

    name: str
    title: str
    make: Callable[[str | None], tf.keras.Model]
    ends: tuple[str, ...]
    channels: tuple[int, ...]
    min_side: int
    graft_after: int
    graft_from: int
    public_weights: str
    value_range: tuple[float, float] = (-1.0, 1.0)
    archive_range: tuple[float, float] | None = None
    input_size: tuple[int | None, int | None] = (None, None)
    precisions: tuple[str, ...] = PRECISIONS
    directory: str | None = None
    layer_of_module: Callable[[str], str] | None = None

    @property
    def last(self) -> int:
        """Number of the last block."""
        return len(self.channels) - 1

    def check_input(self, height: int, width: int) -> None:
        """Raises GraftNetError when an input of this size is too small, or not the only one."""
        expected = tuple(
            given if only is None else only
            for given, only in zip((height, width), self.input_size, strict=True)
        )
        if expected != (height, width):
            raise GraftNetError(
                f"Input {height}×{width} given; {self.title} takes "
                f"{expected[0]}×{expected[1]} alone."
            )
        if min(height, width) < self.min_side:
            raise GraftNetError(
                f"Input {height}×{width} given; {self.title} needs at least "
                f"{self.min_side}×{self.min_side}."
            )

    def split(self, network: tf.keras.Model) -> list[tf.keras.Model]:
        """The blocks of a network that `make` made, sharing its weights.

        Raises:
          GraftNetError: a layer that a block ends with is not there.
        """
        names = {layer.name for layer in network.layers}
        for number, name in enumerate(self.ends):
            if name not in names:
                raise GraftNetError(
                    f"Block {number} of {self.title} is to end with a layer {name!r}, which "
                    f"TensorFlow {tf.__version__}'s has not; install TensorFlow 2.15, or correct "
                    f"the names in graftnet_tf/models/backbones/{self.name}.py."
                )
        outputs = [network.get_layer(name).output for name in self.ends]
        ends = [network.input, *outputs, network.output]
        return [
            tf.keras.Model(ends[number], ends[number + 1], name=f"block{number}")
            for number in range(len(ends) - 1)
        ]


@functools.cache
def block_configs(backbone: Backbone) -> list[dict[str, Any]]:
    """Keras's configuration of each block, taken from a network that is made once.

    It is made in a thread of its own, and Python's generator is put back: whether it was made
    already moves nothing that `tf.keras.utils.set_random_seed` decides, and it is outside of
    whatever strategy or graph the caller is in.
    """
    state = random.getstate()
    with futures.ThreadPoolExecutor(1) as pool:
        configs = pool.submit(_make_configs, backbone).result()
    random.setstate(state)
    return configs


def _make_configs(backbone: Backbone) -> list[dict[str, Any]]:
    blocks = backbone.split(backbone.make(None))
    # Dropouts leave all: no backbone draws lots of its own.
    return [with_layers(block.get_config(), "Dropout", rate=0.0) for block in blocks]


def with_layers(config: dict[str, Any], class_name: str, **fields: Any) -> dict[str, Any]:
    """A block's configuration whose layers of one class have some fields changed."""
    config = copy.deepcopy(config)
    for layer in config["layers"]:
        if layer["class_name"] == class_name:
            layer["config"].update(fields)
    return config
