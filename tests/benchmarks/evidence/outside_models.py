"""Features of photos by a model that is not ours: a SavedModel, or a file of another runtime."""

import os
import subprocess
import tempfile

import numpy as np
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from tests.benchmarks.evidence.photos import Photos

_SCRIPT = os.path.join(os.path.dirname(__file__), "peer_features.py")


def features(model: str, photos: Photos, python: str) -> np.ndarray:
    """float32 [N, D] of N photos.

    Args:
      model: Directory of a SavedModel whose "serving_default" takes float32 [N, h, w, 3] in 0…1, or
        an `.onnx` or OpenVINO `.xml` file.
      photos: Photos.
      python: Interpreter of the environment that has the file's runtime.

    Raises:
      GraftNetError: the model cannot be run, or gives numbers that are not finite.
    """
    if os.path.isdir(model):
        found = _of_saved_model(model, photos)
    else:
        found = _of_peer(model, photos.images, python)
    if len(found) != len(photos) or not np.isfinite(found).all():
        raise GraftNetError(
            f"{model} gave {found.shape} for {len(photos)} photos, of which "
            f"{np.isfinite(found).all(axis=1).sum()} are finite."
        )
    return found


def _of_saved_model(model: str, photos: Photos) -> np.ndarray:
    loaded = tf.saved_model.load(model)
    signature = loaded.signatures["serving_default"]
    (given,) = signature.structured_input_signature[1].values()
    size = [side or default for side, default in zip(given.shape[1:3], (224, 224), strict=True)]

    def computed(batch: tf.Tensor) -> tf.Tensor:
        (output,) = signature(tf.image.resize(tf.cast(batch, tf.float32) / 255.0, size)).values()
        return tf.reduce_mean(output, axis=[1, 2]) if output.shape.rank == 4 else output

    return photos.each(computed)


def _of_peer(model: str, images: np.ndarray, python: str) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        given, found = (os.path.join(folder, name) for name in ("images.npy", "features.npy"))
        np.save(given, images)
        done = subprocess.run(
            [python, _SCRIPT, model, given, found], capture_output=True, text=True, check=False
        )
        if done.returncode:
            last = (done.stderr.strip() or "no message").splitlines()[-1]
            raise GraftNetError(f"{model} could not be run by {python}: {last}")
        return np.load(found)
