"""The descriptors of TF Serving's API, as they come with this package."""

import pathlib

from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool

PREDICTION_SERVICE = "tensorflow.serving.PredictionService"
MODEL_SERVICE = "tensorflow.serving.ModelService"
SHIPPED = pathlib.Path(__file__).with_name("descriptors.binpb")


def shipped_files() -> FileDescriptorSet:
    """The files of both services and all that they import, each after its imports."""
    return FileDescriptorSet.FromString(SHIPPED.read_bytes())


def new_pool() -> DescriptorPool:
    """A pool of these files alone."""
    pool = DescriptorPool()
    for file in shipped_files().file:
        pool.AddSerializedFile(file.SerializeToString())
    return pool
