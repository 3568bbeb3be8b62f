"""Clients of a model server that speaks TF Serving's gRPC API: pictures in, attributes out.

Example:
  with AttributeClient("localhost:8500", version_label="stable") as client:
    for result in client.stream(paths):
      print(result.picture, result.scores, result.classes)

  async with AsyncAttributeClient("localhost:8500") as client:
    results = await client.predict([picture])
"""

from serving.client.asynchronous import AsyncAttributeClient, AsyncPassengerClient
from serving.client.call_error import CallError
from serving.client.endpoint import Endpoint
from serving.client.pictures import Picture
from serving.client.results import Passenger, PictureResult, SnapshotResult
from serving.client.synchronous import AttributeClient, PassengerClient
from serving.client.tls import Tls

__all__ = [
    "AsyncAttributeClient",
    "AsyncPassengerClient",
    "AttributeClient",
    "CallError",
    "Endpoint",
    "Passenger",
    "PassengerClient",
    "Picture",
    "PictureResult",
    "SnapshotResult",
    "Tls",
]
