from google.protobuf import descriptor_pool
from tensorflow_serving.apis import predict_pb2

from serving.tf_serving_api.collect import collect
from serving.tf_serving_api.descriptors import shipped_files
from serving.tf_serving_api.messages import (
    ModelSpec,
    PredictRequest,
    SignatureDefMap,
    message_class,
)


def test_what_is_shipped_is_of_the_installed_api():
    assert shipped_files() == collect(), "run `make descriptors`"


def test_messages_live_beside_those_of_tensorflow_serving_api():
    ours = PredictRequest(model_spec=ModelSpec(name="m", version={"value": 0}))
    theirs = predict_pb2.PredictRequest(model_spec={"name": "m", "version": {"value": 0}})
    assert ours.DESCRIPTOR.file.pool is not descriptor_pool.Default()
    assert ours.SerializeToString() == theirs.SerializeToString()


def test_a_map_of_signatures_is_unpacked_from_any():
    packed = message_class("google.protobuf.Any")()
    signatures = SignatureDefMap()
    signatures.signature_def["x"].method_name = "y"
    packed.Pack(signatures)
    unpacked = SignatureDefMap()
    assert packed.Unpack(unpacked)
    assert unpacked == signatures
