"""What server reflection tells of: the services here with all that they import."""

from typing import Any

from google.protobuf.descriptor import FileDescriptor
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from serving.tf_serving_api.descriptors import new_pool


class Described:
    """A descriptor pool of these services.

    tensorflow-serving-api registers its messages in the usual pool, but not its services.
    """

    def __init__(self) -> None:
        self._pool = new_pool()
        for module in (health_pb2, reflection_pb2):
            self._pool.AddSerializedFile(module.DESCRIPTOR.serialized_pb)

    def FindFileContainingSymbol(self, symbol: str) -> FileDescriptor:  # noqa: N802
        """As a pool's, which knows no methods, but for methods too.

        Raises:
          KeyError: there is no such symbol.
        """
        try:
            return self._pool.FindFileContainingSymbol(symbol)
        except KeyError:
            service, _, method = symbol.rpartition(".")
            found = self._pool.FindServiceByName(service)
            return found.methods_by_name[method].containing_service.file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)
