"""What calls TF Serving's services over a channel."""

from types import SimpleNamespace
from typing import Any

from serving.tf_serving_api.descriptors import PREDICTION_SERVICE
from serving.tf_serving_api.messages import POOL, message_class


def stub(channel: Any, service: str = PREDICTION_SERVICE) -> Any:
    """An object with one callable per method, as generated stubs are.

    Args:
      channel: Channel of `grpc` or `grpc.aio`.
      service: Full name.
    """
    return SimpleNamespace(
        **{
            method.name: channel.unary_unary(
                f"/{service}/{method.name}",
                request_serializer=message_class(method.input_type.full_name).SerializeToString,
                response_deserializer=message_class(method.output_type.full_name).FromString,
            )
            for method in POOL.FindServiceByName(service).methods
        }
    )
