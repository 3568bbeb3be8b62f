import importlib.metadata

import pytest
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

SET_STACK = "2.15.1"


def fields(files):
    """(number, label, type) of each field, by its message and name."""
    found, messages = {}, [(file.package, it) for file in files.file for it in file.message_type]
    while messages:
        outer, message = messages.pop()
        name = f"{outer}.{message.name}"
        found |= {(name, it.name): (it.number, it.label, it.type) for it in message.field}
        messages += [(name, it) for it in message.nested_type]
    return found


@pytest.mark.skipif(
    importlib.metadata.version("tensorflow-serving-api") != SET_STACK,
    reason="what is shipped is the set stack's",
)
def test_what_is_shipped_is_of_the_installed_api():
    assert shipped_files() == collect(), "run `make descriptors`"


def test_the_installed_api_has_every_field_that_is_shipped():
    assert fields(shipped_files()).items() <= fields(collect()).items()
    assert ("tensorflow.serving.ModelSpec", "signature_name") in fields(shipped_files())


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
