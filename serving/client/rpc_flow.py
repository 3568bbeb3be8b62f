"""What is asked of a model and made of its answers, apart from how it is sent.

A rpc_flow is a generator: it yields calls, is sent their responses, and returns a result.
The synchronous and the asyncio client run the same rpc_flows.
"""

import dataclasses
from collections.abc import Generator, Sequence
from typing import Any, TypeVar

import numpy as np

from serving.tf_serving_api.messages import (
    GetModelMetadataRequest,
    PredictRequest,
    SignatureDefMap,
)
from serving.tf_serving_api.tensors import string_tensor, to_array

SIGNATURE_DEF = "signature_def"


@dataclasses.dataclass(frozen=True)
class Call:
    """A method of TF Serving's PredictionService, and the message to send it."""

    method: str
    request: Any


Result = TypeVar("Result")
RpcFlow = Generator[Call, Any, Result]


def predict(
    spec: Any,
    inputs: dict[str, Sequence[bytes]] | None = None,
    outputs: Sequence[str] = (),
) -> Call:
    """Runs the signature that `spec` names.

    Args:
      spec: a ModelSpec: model, version and signature.
      inputs: string [N] inputs by name.
      outputs: Names of those wanted; all by default.
    """
    request = PredictRequest(model_spec=spec, output_filter=outputs)
    for name, values in (inputs or {}).items():
        request.inputs[name].CopyFrom(string_tensor(values))
    return Call("Predict", request)


def signature_defs(spec: Any) -> RpcFlow[dict[str, Any]]:
    """The SignatureDefs of the model that a ModelSpec names, by name."""
    request = GetModelMetadataRequest(model_spec=spec, metadata_field=[SIGNATURE_DEF])
    response = yield Call("GetModelMetadata", request)
    known = SignatureDefMap()
    response.metadata[SIGNATURE_DEF].Unpack(known)
    return dict(known.signature_def)


def arrays(response: Any) -> dict[str, np.ndarray]:
    """The outputs of a PredictResponse by name."""
    return {name: to_array(tensor) for name, tensor in response.outputs.items()}
