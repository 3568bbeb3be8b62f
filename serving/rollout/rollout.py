"""Taking every server through the steps of a plan, with the configuration file in step."""

import contextlib
from collections.abc import Callable, Sequence

import tensorflow as tf
from absl import logging

from graftnet_tf import files
from graftnet_tf.errors import GraftNetError
from serving.rollout import config_file
from serving.rollout.plan import pin
from serving.rollout.replicas import Replicas
from serving.rollout.versions import Versions, find_model, versions_of, with_versions


class Rollout:
    """Changes the versions and labels of one model in a configuration file and on its servers.

    The file is the truth: it is what a server starts with. Every step is written to it, and
    is over when every server has followed. A rollout that was killed is taken up by running
    it again.
    """

    def __init__(self, path: str, model: str, replicas: Replicas, *, push: bool):
        """Nothing is read or sent yet.

        Args:
          path: of the configuration file.
          model: name of the model in it.
          replicas: its servers.
          push: whether to send the configuration to the servers, instead of waiting for them
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
        if labels := find_model(config_file.read(self._path), self._model).version_labels:
            raise GraftNetError(f"{self._path} has labels of {self._model} already: {labels}.")
        return self._take(None, pin(self._replicas.available()))

    def advance(self, plan: Callable[[Versions], Sequence[Versions]]) -> Versions:
        """Takes the steps of a plan.

        Args:
          plan: from what the file names to the states to go through.

        Returns:
          What is served in the end.

        Raises:
          GraftNetError: the plan does not fit what is served, a version does not exist, or a
            server does not follow; in the last case the step is taken back.
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
            before = config_file.read(self._path)
            config_file.write(self._path, with_versions(before, self._model, step))
            try:
                self._follow(step)
            except GraftNetError as error:
                config_file.write(self._path, before)
                if self._push:
                    with contextlib.suppress(GraftNetError):
                        self._replicas.reload(before)
                raise GraftNetError(
                    f"{error} {self._path} is as it was before this step; what is served: "
                    f"{now or 'as the policy says'}."
                ) from error
            logging.info("Served %s, labels %s.", sorted(step.served), step.labels)
            now = step
        assert now is not None
        return now

    def _follow(self, wanted: Versions) -> None:
        """Has every server serve what the file says."""
        if self._push:
            self._replicas.reload(config_file.read(self._path))
        self._replicas.wait_for(wanted)


def _check_present(base_path: str, steps: Sequence[Versions]) -> None:
    """Checks that the versions exist, where this machine can see them."""
    if not tf.io.gfile.isdir(base_path):
        return
    present = files.numbered(base_path)
    missing = sorted({version for step in steps for version in step.served} - set(present))
    if missing:
        raise GraftNetError(
            f"No version {', '.join(map(str, missing))} in {base_path}; there are "
            f"{', '.join(map(str, present)) or 'none'}."
        )
