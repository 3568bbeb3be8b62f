"""Which version of the served model is in memory, and moving to a newer one."""

import os
import threading

import tensorflow as tf
from absl import logging
from tensorflow_serving.apis.model_pb2 import ModelSpec

from graftnet_tf import files
from graftnet_tf.errors import GraftNetError
from serving.embedded.request_error import invalid, not_found
from serving.embedded.servable import Servable


class ModelStore:
    """Keeps the newest version below a base path loaded, as TF Serving does by default.

    A newer version replaces the loaded one between requests: those under way finish on
    the model they began with, which is freed after the last of them.

    Attributes:
      name: of the model.
      failures: why the newest version could not be loaded, by version; it is tried again
        at the next poll.
    """

    def __init__(self, name: str, base_path: str):
        """Loads the newest version.

        Args:
          name: of the model, as requests state it.
          base_path: directory with one SavedModel per numbered subdirectory.

        Raises:
          GraftNetError: there is no version, or the newest cannot be loaded.
        """
        self.name = name
        self.failures: dict[int, str] = {}
        self._base_path = base_path
        self._stopping = threading.Event()
        self._poller: threading.Thread | None = None
        versions = files.numbered(base_path)
        if not versions:
            raise GraftNetError(
                f"No model version in {base_path}; expected subdirectories named by plain "
                "numbers, each with a SavedModel. `graftnet-compose` makes one."
            )
        self._current = self._load(versions[-1])

    @property
    def current(self) -> Servable:
        """The model that answers requests now."""
        return self._current

    def resolve(self, spec: ModelSpec) -> Servable:
        """The model that a request asks for.

        Raises:
          RequestError: NOT_FOUND, another model or version is asked for;
            INVALID_ARGUMENT, a version label is.
        """
        model = self._current
        if spec.name != self.name:
            raise not_found(f"Unknown model {spec.name!r}; this server has {self.name!r}.")
        if spec.version_label:
            raise invalid(f"Unknown version label {spec.version_label!r}; there are no labels.")
        if spec.HasField("version") and spec.version.value != model.version:
            raise not_found(
                f"Version {spec.version.value} of {self.name!r} is not loaded; "
                f"version {model.version} is."
            )
        return model

    def refresh(self) -> None:
        """Moves to the newest version; keeps the loaded one when that cannot be loaded."""
        versions = files.numbered(self._base_path)
        failures = {}
        if versions and versions[-1] != self._current.version:
            try:
                self._current = self._load(versions[-1])
            except GraftNetError as error:
                failures = {versions[-1]: str(error)}
                logging.error("%s Version %d stays in service.", error, self._current.version)
        self.failures = failures

    def start_polling(self, seconds: float) -> None:
        """Calls `refresh` every `seconds` on a thread, until `stop_polling`."""

        def poll() -> None:
            while not self._stopping.wait(seconds):
                try:
                    self.refresh()
                except tf.errors.OpError as error:
                    logging.error("Cannot list %s: %s", self._base_path, error.message)

        self._poller = threading.Thread(target=poll, name="model store", daemon=True)
        self._poller.start()

    def stop_polling(self) -> None:
        """Stops polling, after a load under way."""
        self._stopping.set()
        if self._poller:
            self._poller.join()

    def _load(self, version: int) -> Servable:
        directory = os.path.join(self._base_path, str(version))
        try:
            model = Servable(directory, version)
        except Exception as error:  # a SavedModel can be damaged in any way
            raise GraftNetError(f"Cannot load {directory}: {error}") from error
        logging.info("Serving %s version %d from %s.", self.name, version, directory)
        return model
