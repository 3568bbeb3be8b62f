"""Runs that are killed at one of their steps."""

import contextlib
from unittest import mock

import numpy as np

from graftnet_tf.io import atomic_files


class Killed(BaseException):
    """Stands in for the end of the process."""


def counted_steps(
    owner: type, method: str, done: list[int], *, kill: int | None = None
) -> contextlib.AbstractContextManager:
    """Notes in `done` the step: the last argument of each call of `owner.method`, or its first
    part where that is a seed of several.

    The call with step `kill` is not made; the run is killed instead.
    """
    original = getattr(owner, method)

    def counted(self, *arguments):
        step = int(np.ravel(arguments[-1])[0])
        if step == kill:
            raise Killed
        done.append(step)
        return original(self, *arguments)

    return mock.patch.object(owner, method, counted)


def killed_publishing() -> contextlib.AbstractContextManager:
    """Kills the run when a version's files are written and their manifest is not."""
    return mock.patch.object(atomic_files, "tree_sha256", side_effect=Killed)
