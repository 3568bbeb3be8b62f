"""Requests of many clients in one run, by TensorFlow's own batch scheduler.

TensorFlow has two. The one that is made for a fixed number of threads wakes each of them a
thousand times a second, which for a model of ten signatures is a tenth of a core while nothing
is asked. The adaptive one sleeps until a request comes; with its least and its largest number of
batches at once the same, it adapts nothing and is the other's equal.
"""

import dataclasses
from collections.abc import Iterable

import tensorflow as tf
from tensorflow.core.framework.attr_value_pb2 import AttrValue
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef

from graftnet_tf.errors import GraftNetError

_LARGEST_REQUEST = 1 << 20
_ADAPTIVE = 0  # in place of a number of threads
_AT_ONCE = ("_min_inflight_batches", "_initial_inflight_batches", "_max_inflight_batches")
_LEAST = {
    "max_batch_size": 1,
    "batch_timeout_micros": 0,
    "max_enqueued_batches": 1,
    "num_batch_threads": 1,
}


@dataclasses.dataclass(frozen=True)
class Batching:
    """How requests are gathered; the names are those of TF Serving's batching parameters.

    Attributes:
      max_batch_size: Rows of a run.
      batch_timeout_micros: How long an incomplete batch waits for more.
      allowed_batch_sizes: Sizes that a batch is padded up to, ascending, the last of them
        `max_batch_size`; the powers of two by default.
      max_enqueued_batches: Batches that may wait; further requests are refused.
      num_batch_threads: Batches that are computed at once.
    """

    max_batch_size: int = 16
    batch_timeout_micros: int = 2000
    allowed_batch_sizes: tuple[int, ...] = ()
    max_enqueued_batches: int = 64
    num_batch_threads: int = 2

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            if getattr(self, name) < least:
                raise GraftNetError(f"{name} is {getattr(self, name)}; expected at least {least}.")
        sizes = self.sizes
        if sizes[-1] != self.max_batch_size or list(sizes) != sorted({*sizes}) or sizes[0] < 1:
            raise GraftNetError(
                f"allowed_batch_sizes are {list(sizes)}; expected ascending sizes that end with "
                f"max_batch_size, {self.max_batch_size}."
            )

    @property
    def sizes(self) -> tuple[int, ...]:
        """The batch sizes that are computed, ascending."""
        powers = (1 << power for power in range((self.max_batch_size - 1).bit_length()))
        return self.allowed_batch_sizes or (*powers, self.max_batch_size)


def can_be_batched(signature: SignatureDef) -> bool:
    """Whether a request's answer is the same rows when others' are computed with it.

    So it is where every input and output has a free first dimension and no other: images
    as files can be stacked, decoded ones of any size cannot, and an output that is as large
    as the largest of its batch would depend on others.
    """

    def is_rows(shape: tf.TensorShape) -> bool:
        return shape.rank is not None and [
            place for place, extent in enumerate(shape) if extent is None
        ] == [0]

    tensors = (*signature.inputs.values(), *signature.outputs.values())
    return bool(signature.inputs) and all(
        is_rows(tf.TensorShape(tensor.tensor_shape)) for tensor in tensors
    )


def batched(
    graph: tf.Graph, signature: SignatureDef, batching: Batching
) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
    """Adds a signature that is computed for many requests at once.

    Args:
      graph: Graph that holds the loaded model; the signature's inputs stay its placeholders.
      signature: One that `can_be_batched`.
      batching: How.

    Returns:
      (outputs by name, int32 [N]: the rows of the batch that each row was computed in).
    """
    placeholders = [tensor.name for tensor in signature.inputs.values()]
    outputs = {name: tensor.name for name, tensor in signature.outputs.items()}
    operations = _needed_for(graph, outputs.values())
    nodes = _graph_of(graph, operations)
    handles = {
        tensor.name: tensor
        for operation in operations
        for tensor in operation.outputs
        if tensor.dtype == tf.resource and not operation.inputs
    }

    @tf.nondifferentiable_batch_function(
        num_batch_threads=_ADAPTIVE,
        max_batch_size=_LARGEST_REQUEST,  # a larger one than the last size is split
        batch_timeout_micros=batching.batch_timeout_micros,
        allowed_batch_sizes=list(batching.sizes),
        max_enqueued_batches=batching.max_enqueued_batches,
        autograph=False,
    )
    def run(*rows: tf.Tensor) -> tuple[tf.Tensor, ...]:
        inside = rows[0].graph
        given = dict(zip(placeholders, rows, strict=True))
        given |= {name: inside.capture(handle) for name, handle in handles.items()}
        values = tf.graph_util.import_graph_def(
            nodes, input_map=given, return_elements=list(outputs.values()), name=""
        )
        count = tf.shape(rows[0])[:1]
        return (*values, tf.fill(count, count[0]))

    at_once = {name: AttrValue(i=batching.num_batch_threads) for name in _AT_ONCE}
    with graph.as_default(), graph._attr_scope(at_once):  # the op has no argument for them
        *values, batch_rows = run(*(graph.get_tensor_by_name(name) for name in placeholders))
    return dict(zip(outputs, values, strict=True)), batch_rows


def _needed_for(graph: tf.Graph, tensors: Iterable[str]) -> list[tf.Operation]:
    """The operations that tensors, given by name, are computed by, in the graph's order."""
    waiting = [graph.get_tensor_by_name(name).op for name in tensors]
    needed: set[tf.Operation] = set()
    while waiting:
        operation = waiting.pop()
        if operation not in needed:
            needed.add(operation)
            waiting += [tensor.op for tensor in operation.inputs]
            waiting += operation.control_inputs
    return [operation for operation in graph.get_operations() if operation in needed]


def _graph_of(graph: tf.Graph, operations: list[tf.Operation]) -> GraphDef:
    """Some operations of a graph alone, with all of its functions."""
    names = {operation.name for operation in operations}
    whole = graph.as_graph_def()
    nodes = (node for node in whole.node if node.name in names)
    return GraphDef(node=nodes, library=whole.library, versions=whole.versions)
