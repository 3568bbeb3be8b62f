"""Asks a server by min-tfs-client, in the environment of min_tfs_client.txt.

Its own call takes arrays and the default signature; the rest is done with the messages and
stubs that come with it, and every answer is read by its `tensor_proto_to_ndarray`.

Standard input: JSON {address, model, version, images, signature, input, files (base64)}.
Standard output: JSON {status, metadata, outputs: of the images, of_files}.
"""

import base64
import json
import sys

import grpc
import numpy as np
from google.protobuf.json_format import MessageToDict
from min_tfs_client.requests import TensorServingClient
from min_tfs_client.tensors import tensor_proto_to_ndarray
from tensorflow_serving.apis.get_model_metadata_pb2 import GetModelMetadataRequest, SignatureDefMap
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusRequest
from tensorflow_serving.apis.model_service_pb2_grpc import ModelServiceStub
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub


def arrays(response):
    return {
        name: tensor_proto_to_ndarray(tensor).tolist() for name, tensor in response.outputs.items()
    }


asked = json.load(sys.stdin)
host, port = asked["address"].rsplit(":", 1)
client = TensorServingClient(host, int(port))
answer = {
    "outputs": arrays(
        client.predict_request(
            asked["model"],
            {"images": np.array(asked["images"], np.uint8)},
            timeout=100,
            model_version=asked["version"],
        )
    )
}
channel = grpc.insecure_channel(asked["address"])
predictions, models = PredictionServiceStub(channel), ModelServiceStub(channel)
spec = {"name": asked["model"], "version": {"value": asked["version"]}}
request = PredictRequest(model_spec={**spec, "signature_name": asked["signature"]})
tensor = request.inputs[asked["input"]]
tensor.dtype = 7  # DT_STRING
tensor.tensor_shape.dim.add(size=len(asked["files"]))
tensor.string_val.extend(base64.b64decode(file) for file in asked["files"])
answer["of_files"] = arrays(predictions.Predict(request, timeout=100))
signatures = SignatureDefMap()
metadata = predictions.GetModelMetadata(
    GetModelMetadataRequest(model_spec=spec, metadata_field=["signature_def"]), timeout=100
)
assert metadata.metadata["signature_def"].Unpack(signatures)
answer["metadata"] = sorted(signatures.signature_def)
answer["status"] = MessageToDict(
    models.GetModelStatus(GetModelStatusRequest(model_spec=spec), timeout=100),
    preserving_proto_field_name=True,
)
json.dump(answer, sys.stdout)
