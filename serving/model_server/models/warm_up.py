"""The first requests of a version, run before anybody waits for them."""

import os
import time

import tensorflow as tf
from absl import logging
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from graftnet_tf.errors import GraftNetError
from serving.model_server.models.servable import Servable
from serving.model_server.requests.limits import Limits
from serving.schema.warmup_requests import PATH


def warm_up(servable: Servable, directory: str, limits: Limits) -> None:
    """Runs the Predict requests that came with a SavedModel, as TF Serving does.

    TensorFlow prepares a signature when it is first run, which takes seconds.

    Args:
      servable: The model.
      directory: Directory of its SavedModel; one without records is left as it is.
      limits: Limits of the requests.

    Raises:
      GraftNetError: a request fails, so that the model would fail in service too.
    """
    path = os.path.join(directory, PATH)
    if not tf.io.gfile.exists(path):
        return
    began = time.monotonic()
    for record in tf.data.TFRecordDataset(path).as_numpy_iterator():
        log = PredictionLog.FromString(record)
        if log.WhichOneof("log_type") == "predict_log":
            request = log.predict_log.request
            name = request.model_spec.signature_name
            try:
                servable.predict(
                    name or tf.saved_model.DEFAULT_SERVING_SIGNATURE_DEF_KEY,
                    request.inputs,
                    request.output_filter,
                    limits=limits,
                )
            except (GraftNetError, tf.errors.OpError) as error:
                raise GraftNetError(f"A warm-up request to {name!r} failed: {error}") from None
    logging.info("Warmed up %s in %.1f s.", directory, time.monotonic() - began)
