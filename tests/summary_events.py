"""What training wrote for TensorBoard."""

from collections.abc import Iterator

import tensorflow as tf
from tensorflow.core.util.event_pb2 import Event


def read_events(path: str) -> Iterator[Event]:
    """The events of one file of summaries, in the order they were written in."""
    for record in tf.data.TFRecordDataset(path):
        yield Event.FromString(record.numpy())
