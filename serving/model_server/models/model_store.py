"""The models of a server: finding one for a request, looking for new versions, new lists."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence

import tensorflow as tf
from absl import logging
from tensorflow_serving.apis.model_pb2 import ModelSpec

from serving.model_server.models.model_config import ModelConfig
from serving.model_server.models.poll_errors import PollErrors
from serving.model_server.models.servable import Servable
from serving.model_server.models.served_model import (
    AVAILABLE,
    ServedModel,
    VersionStatus,
    start_serving,
)
from serving.model_server.requests.request_error import invalid, not_found


class ModelStore:
    """The served models by name.

    Attributes:
      poll_errors: What went wrong in looking for new versions.
    """

    def __init__(
        self,
        configs: Sequence[ModelConfig],
        load: Callable[[str, int], Servable],
        *,
        allow_labels_for_unavailable: bool = False,
    ):
        """Loads every model's versions.

        Args:
          configs: What to serve.
          load: Function that makes a servable of (directory, version).
          allow_labels_for_unavailable: Whether a new label may be given to a version before
            it is loaded.

        Raises:
          GraftNetError: a model has no version, one cannot be loaded, or a label is given to
            a version that is not there.
        """
        self.poll_errors = PollErrors()
        self._load = load
        self._allow_unavailable = allow_labels_for_unavailable
        self._changed: Callable[[], None] = lambda: None
        self._models: dict[str, ServedModel] = {}
        self._reloading = threading.Lock()
        self._wake = threading.Event()
        self._stopping = False
        self._poller: threading.Thread | None = None
        self.reload(configs)

    def watch(self, changed: Callable[[], None]) -> None:
        """Calls `changed` now, and whenever anything may have changed."""
        self._changed = changed
        changed()

    def available(self) -> dict[str, list[int]]:
        """The versions that answer requests, by model."""
        return {name: model.available for name, model in self._models.items()}

    def statuses(self) -> dict[str, dict[int, VersionStatus]]:
        """State of every version, the newest first, by model."""
        return {name: model.statuses() for name, model in self._models.items()}

    def statuses_of(self, spec: ModelSpec) -> dict[int, VersionStatus]:
        """State of the version that is asked for, or of all; as TF Serving, blind to labels.

        Where the last look for new versions failed, the error is told with those that answer.

        Raises:
          RequestError: NOT_FOUND, no model is named, or there is no such one.
        """
        if not spec.name:
            raise not_found("model_spec names no model.")
        statuses = self._model(spec).statuses()
        if error := self.poll_errors.last().get(spec.name):
            stale = f"The last look for new versions failed: {error.text}"
            for version, status in statuses.items():
                if status.state == AVAILABLE:
                    statuses[version] = status._replace(error=stale)
        if not spec.HasField("version"):
            return statuses
        if spec.version.value not in statuses:
            raise not_found(f"Version {spec.version.value} of {spec.name!r} is not known.")
        return {spec.version.value: statuses[spec.version.value]}

    @contextlib.contextmanager
    def using(self, spec: ModelSpec) -> Iterator[Servable]:
        """The version of a model that a request asks for, kept in memory meanwhile.

        Raises:
          RequestError: NOT_FOUND, there is no such model or version; INVALID_ARGUMENT, no
            model is named, or nothing is labelled so.
        """
        if spec.name not in self._models and spec.version_label:
            raise invalid(f"Unknown version label {spec.version_label!r} of {spec.name!r}.")
        with self._model(spec).using(spec) as servable:
            yield servable

    def refresh(self) -> None:
        """Moves every model to the versions that are wanted now.

        What goes wrong with one is logged and counted in `poll_errors`, and holds up no other.
        """
        for name, model in list(self._models.items()):
            with self._looking(name):
                model.refresh()
        with self._looking(""):
            self._changed()

    def reload(self, configs: Sequence[ModelConfig]) -> None:
        """Serves these models and no others.

        As TF Serving does, this loads models that are new before it returns; those that are
        kept move to other versions afterwards. Unlike there, a list that is refused in part
        changes nothing.

        Raises:
          GraftNetError: a new model has no version, or one cannot be loaded.
          RequestError: FAILED_PRECONDITION; a label is given to a version that is not
            available.
        """
        with self._reloading:
            kept = {config.name: self._models.get(config.name) for config in configs}
            added: dict[str, ServedModel] = {}
            try:
                for config in configs:
                    model = kept[config.name]
                    if model is None:
                        unlabelled = ModelConfig(config.name, config.base_path, config.policy)
                        model = added[config.name] = start_serving(unlabelled, self._load)
                    model.check_labels(config.labels, allow_unavailable=self._allow_unavailable)
            except Exception:
                for model in added.values():
                    model.retire()
                raise
            models = {name: model or added[name] for name, model in kept.items()}
            removed = [model for name, model in self._models.items() if name not in models]
            for config in configs:
                models[config.name].configure(config)
            self._models = models
        for model in removed:
            model.retire()
        self.poll_errors.forget_all_but(models)
        self._changed()
        self._wake.set()

    def start_polling(self, seconds: float) -> None:
        """Calls `refresh` on a thread every `seconds`, 0 for never, and after each `reload`."""

        def poll() -> None:
            while not self._stopping:
                self._wake.wait(min(seconds, threading.TIMEOUT_MAX) or None)
                self._wake.clear()
                if not self._stopping:
                    self.refresh()

        self._wake.clear()
        self._poller = threading.Thread(target=poll, name="model store", daemon=True)
        self._poller.start()

    def stop(self) -> None:
        """Stops polling, after a load under way, and retires every model."""
        self._stopping = True
        self._wake.set()
        if self._poller:
            self._poller.join()
        for model in self._models.values():
            model.retire()

    @contextlib.contextmanager
    def _looking(self, model: str) -> Iterator[None]:
        """Outlives any exception: the poller is never started again."""
        try:
            yield
        except Exception as error:
            self.poll_errors.failed(model, error)
            if isinstance(error, tf.errors.OpError):
                logging.error("Cannot look for new versions of %r: %s", model, error.message)
            else:
                logging.exception("A fault of this server's in looking after %r.", model)
        else:
            self.poll_errors.succeeded(model)

    def _model(self, spec: ModelSpec) -> ServedModel:
        if not spec.name:
            raise invalid("model_spec names no model.")
        if spec.name not in self._models:
            known = ", ".join(map(repr, sorted(self._models))) or "none"
            raise not_found(f"Unknown model {spec.name!r}; this server has {known}.")
        return self._models[spec.name]
