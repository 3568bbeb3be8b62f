"""What is asked of a model and made of its answers, apart from how it is sent.

A conversation is a generator: it yields calls, is sent their responses, and returns a result.
The synchronous and the asyncio client run the same conversations.
"""

import dataclasses
from collections.abc import Generator, Sequence
from typing import Any, TypeVar

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef
from tensorflow_serving.apis.get_model_metadata_pb2 import GetModelMetadataRequest, SignatureDefMap
from tensorflow_serving.apis.model_pb2 import ModelSpec
from tensorflow_serving.apis.predict_pb2 import PredictRequest, PredictResponse

SIGNATURE_DEF = "signature_def"


@dataclasses.dataclass(frozen=True)
class Call:
    """A method of TF Serving's PredictionService, and the message to send it."""

    method: str
    request: Any


Result = TypeVar("Result")
Conversation = Generator[Call, Any, Result]


def predict(
    spec: ModelSpec,
    inputs: dict[str, Sequence[bytes]] | None = None,
    outputs: Sequence[str] = (),
) -> Call:
    """Runs the signature that `spec` names.

    Args:
      spec: model, version and signature.
      inputs: string [N] inputs by name.
      outputs: names of those wanted; all by default.
    """
    request = PredictRequest(model_spec=spec, output_filter=outputs)
    for name, values in (inputs or {}).items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(values, tf.string))
    return Call("Predict", request)


def signature_defs(spec: ModelSpec) -> Conversation[dict[str, SignatureDef]]:
    """The signatures of a model, by name."""
    request = GetModelMetadataRequest(model_spec=spec, metadata_field=[SIGNATURE_DEF])
    response = yield Call("GetModelMetadata", request)
    known = SignatureDefMap()
    response.metadata[SIGNATURE_DEF].Unpack(known)
    return dict(known.signature_def)


def arrays(response: PredictResponse) -> dict[str, np.ndarray]:
    """The outputs by name."""
    return {name: tf.make_ndarray(tensor) for name, tensor in response.outputs.items()}
