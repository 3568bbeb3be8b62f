"""Requests that TF Serving runs before a version answers its first client."""

import os
from collections.abc import Mapping
from typing import Any

import tensorflow as tf
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog, PredictLog

PATH = os.path.join("assets.extra", "tf_serving_warmup_requests")


def write_requests(
    directory: str, model_name: str, inputs: Mapping[str, Mapping[str, Any]]
) -> None:
    """Adds warm-up requests to a SavedModel, in the place and format of TF Serving.

    Args:
      directory: Directory of the SavedModel.
      model_name: Model name, as it will be served.
      inputs: For each signature, a value of each of its inputs.
    """
    path = os.path.join(directory, PATH)
    tf.io.gfile.makedirs(os.path.dirname(path))
    with tf.io.TFRecordWriter(path) as writer:
        for signature, values in inputs.items():
            request = PredictRequest()
            request.model_spec.name = model_name
            request.model_spec.signature_name = signature
            for name, value in values.items():
                request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
            log = PredictionLog(predict_log=PredictLog(request=request))
            writer.write(log.SerializeToString())
