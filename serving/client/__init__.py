"""Clients of a model server that speaks TF Serving's gRPC API: images in, attributes out.

Example:
  with AttributeClient("localhost:8500", version_label="stable") as client:
    for result in client.stream(paths):
      print(result.image, result.scores, result.classes)

  async with AsyncAttributeClient("localhost:8500") as client:
    results = await client.predict([image])
"""

from serving.client.asynchronous import AsyncAttributeClient, AsyncPassengerClient
from serving.client.call_error import CallError
from serving.client.endpoint import Endpoint
from serving.client.images import ImageInput
from serving.client.results import ImageResult, Passenger, SnapshotResult
from serving.client.synchronous import AttributeClient, PassengerClient
from serving.client.tls import Tls

__all__ = [
    "AsyncAttributeClient",
    "AsyncPassengerClient",
    "AttributeClient",
    "CallError",
    "Endpoint",
    "ImageInput",
    "ImageResult",
    "Passenger",
    "PassengerClient",
    "SnapshotResult",
    "Tls",
]
