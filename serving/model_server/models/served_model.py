"""One model: which of its versions are in memory, and moving to those that are wanted."""

import contextlib
import os
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

import tensorflow as tf
from absl import logging
from tensorflow_serving.apis.get_model_status_pb2 import ModelVersionStatus
from tensorflow_serving.apis.model_pb2 import ModelSpec

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from serving.model_server.models.model_config import ModelConfig
from serving.model_server.models.servable import Servable
from serving.model_server.models.served_version import ServedVersion
from serving.model_server.requests.request_error import invalid, not_found, unmet

LOADING, AVAILABLE = ModelVersionStatus.LOADING, ModelVersionStatus.AVAILABLE
UNLOADING, END = ModelVersionStatus.UNLOADING, ModelVersionStatus.END

_ENDED_KEPT = 8


class VersionStatus(NamedTuple):
    """A state, as numbered in ModelVersionStatus, and what went wrong if anything did."""

    state: int
    error: str = ""


class ServedModel:
    """Keeps the versions loaded that the model's policy chooses.

    New versions are loaded beside the old, which leave when a new one is there: requests
    under way finish on the version they began with, which is freed after the last of them.
    """

    def __init__(self, config: ModelConfig, load: Callable[[str, int], Servable]):
        """Prepares a model; `refresh` loads its versions.

        Args:
          config: What to serve.
          load: Function that makes a servable of (directory, version).
        """
        self._config = config
        self._load = load
        self._refreshing = threading.Lock()
        self._retired = False
        self._lock = threading.Lock()
        self._loaded: dict[int, ServedVersion] = {}
        self._statuses: dict[int, VersionStatus] = {}
        self._ended: dict[int, None] = {}  # those whose status is END without an error, by age

    @property
    def available(self) -> list[int]:
        """The versions that answer requests, ascending."""
        with self._lock:
            return sorted(self._loaded)

    def statuses(self) -> dict[int, VersionStatus]:
        """State of every version that is served or lately was, the newest first."""
        with self._lock:
            return dict(sorted(self._statuses.items(), reverse=True))

    @contextlib.contextmanager
    def using(self, spec: ModelSpec) -> Iterator[Servable]:
        """The version that a request asks for, kept in memory meanwhile.

        Raises:
          RequestError: NOT_FOUND, the version is not loaded; INVALID_ARGUMENT, nothing is
            labelled so.
        """
        with self._lock:
            version = self._asked_version(spec)
            if version not in self._loaded:
                loaded = ", ".join(map(str, sorted(self._loaded))) or "none"
                raise not_found(
                    f"Version {version} of {self._config.name!r} is not loaded; loaded are: "
                    f"{loaded}."
                )
            served = self._loaded[version]
            served.acquire()
        with served.acquired() as servable:
            yield servable

    def check_labels(self, labels: Mapping[str, int], *, allow_unavailable: bool) -> None:
        """Checks that labels may be given.

        Args:
          labels: Version of each.
          allow_unavailable: Whether a label that is not in use yet may point to a version
            that is not loaded.

        Raises:
          RequestError: FAILED_PRECONDITION.
        """
        for label, version in labels.items():
            unused = label not in self._config.labels
            if version not in self.available and not (allow_unavailable and unused):
                raise unmet(
                    f"Label {label!r} cannot be given to version {version} of "
                    f"{self._config.name!r}, which is not available. Have the version loaded "
                    "first, then label it."
                )

    def configure(self, config: ModelConfig) -> None:
        """Labels change at once, versions at the next `refresh`; old failures are forgotten."""
        with self._lock:
            self._config = config
            self._forget_failures_but(())

    def refresh(self) -> None:
        """Loads what is wanted and not there, then retires what is there and not wanted.

        A version that cannot be loaded is tried again at the next call. Where no wanted
        version can be loaded, the old ones stay. A version that the policy names and that is
        not there has the state END and an error, as one that cannot be loaded.
        """
        with self._refreshing:
            if self._retired:
                return
            config = self._config
            names = atomic_files.names_by_number(config.base_path, suffix="")
            wanted = {
                version: os.path.join(config.base_path, names[version])
                for version in config.policy.choose(list(names))
            }
            missing = config.policy.missing(list(names))
            with self._lock:
                self._forget_failures_but({*wanted, *missing})
            for version in sorted(wanted, reverse=True):
                if not self._is_loaded(version, wanted[version]):
                    self._try_to_load(version, wanted[version])
            if any(self._is_loaded(*version) for version in wanted.items()):
                self._retire_but(wanted)
            for version in missing:
                self._note_missing(version, config.base_path)

    def retire(self) -> None:
        """Retires every version; later calls of `refresh` load none."""
        with self._refreshing:
            self._retired = True
            self._retire_but({})

    def _asked_version(self, spec: ModelSpec) -> int | None:
        match spec.WhichOneof("version_choice"):
            case "version":
                return spec.version.value
            case "version_label":
                if spec.version_label not in self._config.labels:
                    known = ", ".join(sorted(self._config.labels)) or "none"
                    raise invalid(
                        f"Unknown version label {spec.version_label!r} of "
                        f"{self._config.name!r}; labels are: {known}."
                    )
                return self._config.labels[spec.version_label]
            case _:
                return max(self._loaded, default=None)

    def _is_loaded(self, version: int, directory: str) -> bool:
        with self._lock:
            served = self._loaded.get(version)
        return served is not None and served.directory == directory

    def _try_to_load(self, version: int, directory: str) -> None:
        if version not in self.available:
            self._set_status(version, VersionStatus(LOADING))
        try:
            servable = self._load(directory, version)
        except Exception as error:  # a SavedModel can be damaged in any way
            logging.error("Cannot load %s: %s", directory, error)
            if version not in self.available:
                self._set_status(version, VersionStatus(END, f"Cannot load {directory}: {error}"))
            return
        served = ServedVersion(directory, servable, lambda: self._end(version))
        with self._lock:
            replaced = self._loaded.get(version)
            self._loaded[version] = served
            self._note(version, VersionStatus(AVAILABLE))
        if replaced:
            replaced.retire()
        logging.info("Serving %s version %d from %s.", self._config.name, version, directory)

    def _retire_but(self, wanted: Mapping[int, str]) -> None:
        with self._lock:
            retired = {v: served for v, served in self._loaded.items() if v not in wanted}
            for version in retired:
                del self._loaded[version]
                self._note(version, VersionStatus(UNLOADING))
        for version, served in retired.items():
            logging.info("Retiring %s version %d.", self._config.name, version)
            served.retire()

    def _end(self, version: int) -> None:
        """A version was freed; the last few are remembered."""
        with self._lock:
            status = self._statuses.get(version)
            if status is None or status.state != UNLOADING:  # it came back meanwhile, or failed to
                return
            self._note(version, VersionStatus(END))
            self._ended[version] = None
            if len(self._ended) > _ENDED_KEPT:
                oldest = next(iter(self._ended))
                del self._ended[oldest], self._statuses[oldest]

    def _note_missing(self, version: int, base_path: str) -> None:
        error = f"No version {version} in {base_path}, which the version policy names."
        with self._lock:
            status = self._statuses.get(version)
            if status and status.state in (AVAILABLE, UNLOADING):
                return
            self._note(version, VersionStatus(END, error))
        logging.error("%s", error)

    def _forget_failures_but(self, wanted: Collection[int]) -> None:
        """To be called under the lock."""
        for version, status in list(self._statuses.items()):
            if status.error and version not in wanted:
                del self._statuses[version]

    def _set_status(self, version: int, status: VersionStatus) -> None:
        with self._lock:
            self._note(version, status)

    def _note(self, version: int, status: VersionStatus) -> None:
        """Every change of a status, made under the lock."""
        self._statuses[version] = status
        self._ended.pop(version, None)


def start_serving(config: ModelConfig, load: Callable[[str, int], Servable]) -> ServedModel:
    """A model with its versions loaded.

    Raises:
      GraftNetError: there is no version to serve, one cannot be loaded, or one that the
        policy names is not there.
    """
    model = ServedModel(config, load)
    try:
        model.refresh()
    except tf.errors.OpError as error:
        raise GraftNetError(f"Cannot list {config.base_path}: {error.message}") from None
    errors = [status.error for status in model.statuses().values() if status.error]
    if errors:
        model.retire()
        raise GraftNetError(" ".join(reversed(errors)))
    if not model.available:
        raise GraftNetError(
            f"No model version in {config.base_path} that is to be served; expected "
            "subdirectories named by plain numbers, each with a SavedModel. `graftnet-compose` "
            "makes one."
        )
    return model
