"""Taking every server through the steps of a plan, with the configuration file in step."""

from collections.abc import Callable, Sequence

import tensorflow as tf
from absl import logging
from tensorflow_serving.config.model_server_config_pb2 import ModelConfig

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from serving.rollout import config_file
from serving.rollout.plan import pin
from serving.rollout.replicas import Replicas
from serving.rollout.versions import (
    Versions,
    find_model,
    versions_of,
    with_versions,
    with_versions_of,
)


class Rollout:
    """Changes the versions and labels of one model in a configuration file and on its servers.

    The file is the truth: it is what a server starts with. Every step is written to it, and
    is over when every server has followed. A rollout that was killed is taken up by running
    it again. Rollouts of several models in one file may run at once: each changes, and on a
    failure puts back, its own model's part of the file as it is by then, under the file's lock,
    which is not held while servers are waited for.
    """

    def __init__(self, path: str, model: str, replicas: Replicas, *, push: bool):
        """Nothing is read or sent yet.

        Args:
          path: Path of the configuration file.
          model: Name of the model in it.
          replicas: Its servers.
          push: Whether to send the configuration to the servers, instead of waiting for them
            to poll the file.
        """
        self._path = path
        self._model = model
        self._replicas = replicas
        self._push = push

    def pin(self) -> Versions:
        """Names the versions that are served now by number, the newest as stable and canary.

        Raises:
          GraftNetError: there are labels already, or a server does not follow.
        """
        model = find_model(config_file.read(self._path), self._model)
        if model.version_labels:
            raise GraftNetError(
                f"{self._path} has labels of {self._model} already: {dict(model.version_labels)}."
            )
        return self._take(versions_of(model), pin(self._replicas.available()))

    def advance(self, plan: Callable[[Versions], Sequence[Versions]]) -> Versions:
        """Takes the steps of a plan.

        Args:
          plan: Function from what the file names to the states to go through.

        Returns:
          What is served in the end.

        Raises:
          GraftNetError: the plan does not fit what is served, a version does not exist,
            another rollout changes this model, or a server does not follow; in the last case
            the step is taken back.
        """
        model = find_model(config_file.read(self._path), self._model)
        now = versions_of(model)
        if now is None:
            raise GraftNetError(
                f"{self._path} leaves the versions of {self._model} open. "
                "Run the action pin first, which names those that are served."
            )
        steps = plan(now)
        _check_present(model.base_path, steps)
        self._follow(now)
        return self._take(now, steps)

    def _take(self, now: Versions | None, steps: Sequence[Versions]) -> Versions:
        for step in steps:
            before = self._write(now, step)
            try:
                self._follow(step)
            except GraftNetError as error:
                raise GraftNetError(f"{error} {self._put_back(before, step)}") from error
            logging.info("Served %s, labels %s.", sorted(step.served), step.labels)
            now = step
        assert now is not None
        return now

    def _write(self, now: Versions | None, step: Versions) -> ModelConfig:
        """Writes a step to the file; returns the model's part as it was before.

        Raises:
          GraftNetError: the file does not say what this rollout found or wrote last.
        """
        with config_file.locked(self._path):
            config = config_file.read(self._path)
            before = find_model(config, self._model)
            if versions_of(before) != now:
                raise GraftNetError(
                    f"{self._path} says of {self._model} {_told(versions_of(before))}, and this "
                    f"rollout went on from {_told(now)}: another one changes the same model. "
                    "Let it end, then run this one again."
                )
            config_file.write(self._path, with_versions(config, self._model, step))
            return before

    def _put_back(self, before: ModelConfig, step: Versions) -> str:
        """Undoes a step in the file as it is by now; returns what that came to, as sentences."""
        try:
            with config_file.locked(self._path):
                config = config_file.read(self._path)
                if versions_of(find_model(config, self._model)) != step:
                    return (
                        f"{self._path} is left as it is: another rollout changed what it says of "
                        f"{self._model} meanwhile."
                    )
                config_file.write(self._path, with_versions_of(config, before))
                self._send()
        except GraftNetError as error:
            return f"And going back failed: {error}"
        return (
            f"What {self._path} says of {self._model} is as it was before this step: "
            f"{_told(versions_of(before))}."
        )

    def _follow(self, wanted: Versions) -> None:
        """Has every server serve what the file says."""
        with config_file.locked(self._path):  # what is sent last is what was written last
            self._send()
        self._replicas.wait_for(wanted)

    def _send(self) -> None:
        """Sends the servers the file, unless they poll it; inside its lock."""
        if self._push:
            self._replicas.reload(config_file.read(self._path))


def _told(versions: Versions | None) -> str:
    if versions is None:
        return "no versions by number"
    served = ", ".join(map(str, sorted(versions.served)))
    labels = ", ".join(f"{label} {number}" for label, number in sorted(versions.labels.items()))
    return f"versions {served} ({labels or 'no label'})"


def _check_present(base_path: str, steps: Sequence[Versions]) -> None:
    """Checks that the versions exist, where this machine can see them."""
    if not tf.io.gfile.isdir(base_path):
        return
    present = atomic_files.numbered(base_path, suffix="")
    missing = sorted({version for step in steps for version in step.served} - set(present))
    if missing:
        raise GraftNetError(
            f"No version {', '.join(map(str, missing))} in {base_path}; there are "
            f"{', '.join(map(str, present)) or 'none'}."
        )
