"""The message classes of TF Serving's API."""

from typing import Any

from google.protobuf.message_factory import GetMessageClass

from serving.tf_serving_api.descriptors import new_pool

POOL = new_pool()


def message_class(name: str) -> Any:
    """The class of a message by its full name, or that of its descriptor."""
    return GetMessageClass(POOL.FindMessageTypeByName(name))


TensorProto = message_class("tensorflow.TensorProto")
SignatureDef = message_class("tensorflow.SignatureDef")
ModelSpec = message_class("tensorflow.serving.ModelSpec")
PredictRequest = message_class("tensorflow.serving.PredictRequest")
PredictResponse = message_class("tensorflow.serving.PredictResponse")
GetModelMetadataRequest = message_class("tensorflow.serving.GetModelMetadataRequest")
GetModelMetadataResponse = message_class("tensorflow.serving.GetModelMetadataResponse")
SignatureDefMap = message_class("tensorflow.serving.SignatureDefMap")
