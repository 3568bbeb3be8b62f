"""Takes the descriptors from an installed tensorflow-serving-api: `make descriptors`."""

import contextlib
import importlib

from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import Default

from serving.tf_serving_api.descriptors import MODEL_SERVICE, PREDICTION_SERVICE, SHIPPED


def collect() -> FileDescriptorSet:
    """The files of both services and all that they import, each after its imports."""
    for module in ("prediction_service_pb2", "model_service_pb2"):
        # Generated for an older protobuf: they fail, once their file is in the pool.
        with contextlib.suppress(AttributeError):
            importlib.import_module(f"tensorflow_serving.apis.{module}")
    collected = FileDescriptorSet()
    known: set[str] = set()

    def add(file: FileDescriptor) -> None:
        if file.name in known:
            return
        known.add(file.name)
        for imported in file.dependencies:
            add(imported)
        file.CopyToProto(collected.file.add())

    for service in (PREDICTION_SERVICE, MODEL_SERVICE):
        add(Default().FindFileContainingSymbol(service))
    return collected


if __name__ == "__main__":
    SHIPPED.write_bytes(collect().SerializeToString(deterministic=True))
