"""A run of consecutive blocks of a backbone."""

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.models.backbones import INCEPTION_V3
from graftnet_tf.models.backbones.backbone import Backbone, block_configs, with_layers
from graftnet_tf.models.mixed_precision import convolved_in_bfloat16
from graftnet_tf.models.precision import BFLOAT16, FULL_PRECISION


class Blocks(tf.Module):
    """A run of consecutive blocks, freshly initialised; block 0 has the stem.

    After the one block of a SavedModel there is an empty run, which hands on what it is given.

    Attributes:
      backbone: The network that they are of.
      first, last: Numbers of the first and last block, both included.
      trainable_from: Blocks below this number are frozen: their variables are not among
        `trainable_variables` and their batch norms use stored statistics. A block is
        frozen by `trainable=False`, which does both.
    """

    def __init__(
        self,
        first: int = 0,
        last: int | None = None,
        backbone: Backbone = INCEPTION_V3,
        *,
        synchronized: bool = False,
    ):
        """Makes the blocks.

        Args:
          first, last: Numbers of the first and last block; None for the backbone's last.
          backbone: The network that they are of.
          synchronized: Whether batch norms, in training, use the statistics of all replicas'
            batches together (Peng et al. 2018, "MegDet", section 3.2) rather than of their own.

        Raises:
          GraftNetError: there are no such blocks.
        """
        super().__init__(name="blocks")
        last = backbone.last if last is None else last
        nothing = backbone.directory is not None and (first, last) == (1, 0)
        if not (0 <= first <= last <= backbone.last or nothing):
            raise GraftNetError(
                f"Blocks {first}…{last} asked for; {backbone.title} has 0…{backbone.last}."
            )
        self.backbone = backbone
        self.first, self.last, self.trainable_from = first, last, first
        self._models = [
            tf.keras.Model.from_config(
                with_layers(config, "BatchNormalization", synchronized=True)
                if synchronized
                else config
            )
            for config in block_configs(backbone)[first : last + 1]
        ]

    def __getitem__(self, block: int) -> tf.keras.Model:
        """The Keras model of one block, by its number."""
        if not self.first <= block <= self.last:
            raise IndexError(f"Block {block} is not among {self.first}…{self.last}.")
        return self._models[block - self.first]

    @property
    def channels(self) -> int:
        """Channels of the last block's output."""
        return self.backbone.channels[self.last]

    def numbers(self) -> range:
        return range(self.first, self.last + 1)

    def freeze_below(self, block: int) -> None:
        """Freezes the blocks before number `block` and opens the others."""
        self.trainable_from = block
        for number in self.numbers():
            self[number].trainable = number >= block

    def computed_in(self, precision: str) -> "Blocks":
        """These blocks on the same variables, with convolutions in "float32" or "bfloat16".

        All else (batch norms, activations, what comes in and goes out) stays float32. What is
        frozen later is frozen in one of the two alone.

        Raises:
          ValueError: another precision given.
        """
        if precision == FULL_PRECISION:
            return self
        if precision != BFLOAT16:
            raise ValueError(f"Blocks in {precision!r} asked for.")
        twin = Blocks.__new__(Blocks)
        tf.Module.__init__(twin, name=self.name)
        twin.backbone = self.backbone
        twin.first, twin.last, twin.trainable_from = self.first, self.last, self.trainable_from
        twin._models = [convolved_in_bfloat16(model) for model in self._models]
        return twin

    def taps(self, inputs: tf.Tensor, *, training: bool = False) -> dict[str, tf.Tensor]:
        """Output of every block.

        Args:
          inputs: float32 [N, h, w, 3] for block 0, else [N, h', w', c] of block first-1.
          training: Whether the open blocks' batch norms use the batch's statistics.

        Returns:
          float32 [N, h', w', channels[k]] under "block0", "block1", …
        """
        outputs = {}
        for number in self.numbers():
            inputs = self[number](inputs, training=training and number >= self.trainable_from)
            outputs[f"block{number}"] = inputs
        return outputs

    def __call__(self, inputs: tf.Tensor, *, training: bool = False) -> tf.Tensor:
        """Output of the last block; arguments as in `taps`."""
        return self.taps(inputs, training=training).get(f"block{self.last}", inputs)

    @property
    def open_variables(self) -> list[tf.Variable]:
        """Trainable variables of the blocks that are not frozen."""
        return [v for number in self.numbers() for v in self[number].trainable_variables]

    def batch_norms(self) -> Iterator[tf.keras.layers.BatchNormalization]:
        """Batch norms of the blocks that are not frozen."""
        for number in range(max(self.first, self.trainable_from), self.last + 1):
            for layer in self[number].layers:
                if isinstance(layer, tf.keras.layers.BatchNormalization):
                    yield layer

    def get_weights(self, block: int) -> list[np.ndarray]:
        """float32 arrays of one block, in Keras's order."""
        return self[block].get_weights()

    def set_weights(self, block: int, arrays: Sequence[np.ndarray]) -> None:
        """Sets one block's arrays, given in Keras's order.

        Raises:
          GraftNetError: their number or shapes differ from the block's.
        """
        expected = [tuple(v.shape) for v in self[block].weights]
        given = [np.shape(array) for array in arrays]
        if given != expected:
            raise GraftNetError(
                f"Weights of block {block} do not fit: {len(given)} arrays of shapes {given[:3]}… "
                f"given, {len(expected)} of shapes {expected[:3]}… expected."
            )
        self[block].set_weights(arrays)

    def assign(self, other: "Blocks") -> None:
        """Takes over another run's weights, and which of its blocks are frozen."""
        for number in self.numbers():
            self.set_weights(number, other.get_weights(number))
        self.freeze_below(other.trainable_from)

    def fingerprints(self, context: str) -> dict[str, str]:
        """Fingerprint of everything that a tap's values depend on.

        Args:
          context: What else they depend on: the preprocessing, as text.

        Returns:
          Hex SHA-256 over `context` and the weights of blocks first…k, under "k".
        """
        digest = hashlib.sha256(context.encode())
        found = {}
        for number in self.numbers():
            for array in self.get_weights(number):
                digest.update(str(array.shape).encode())
                digest.update(np.ascontiguousarray(array, np.float32).tobytes())
            found[str(number)] = digest.hexdigest()
        return found
