"""From what is served to what is wanted, in steps that drop no request.

A server gives a label only to a version that is loaded already, and refuses the whole
configuration otherwise. So a version is first served, then labelled; and it is taken out only
after every label has left it.
"""

from collections.abc import Iterable
from itertools import pairwise

from graftnet_tf.errors import GraftNetError
from serving.rollout.versions import CANARY, PREVIOUS, STABLE, Versions


def pin(available: Iterable[int]) -> list[Versions]:
    """What is served now by number instead of by rule, the newest being stable."""
    served = frozenset(available)
    newest = max(served)
    unlabelled = Versions(served, {})
    return [unlabelled, unlabelled.labelled(stable=newest, canary=newest)]


def canary(now: Versions, version: int) -> list[Versions]:
    """A version is served beside the stable one, under the label canary.

    Raises:
      GraftNetError: no version is stable yet.
    """
    _labelled(now, STABLE, "Run the action pin first.")
    both = now.serving(version)
    labelled = both.labelled(canary=version)
    return _steps(now, both, labelled, labelled.without(now.labels.get(CANARY)))


def promote(now: Versions) -> list[Versions]:
    """The canary becomes stable; the version it replaces stays loaded, as previous.

    Raises:
      GraftNetError: there is no canary that differs from the stable version.
    """
    stable = _labelled(now, STABLE, "Run the action pin first.")
    candidate = _labelled(now, CANARY, "Run the action canary first.")
    if candidate == stable:
        raise GraftNetError(f"Version {stable} is stable and canary alike: nothing to promote.")
    labelled = now.labelled(stable=candidate, previous=stable)
    return _steps(now, labelled, labelled.without(now.labels.get(PREVIOUS)))


def rollback(now: Versions) -> list[Versions]:
    """The previous version, still loaded, is stable again; the one taken back is unloaded.

    Raises:
      GraftNetError: there is no previous version.
    """
    stable = _labelled(now, STABLE, "Run the action pin first.")
    previous = _labelled(now, PREVIOUS, "Nothing was promoted since the last rollback.")
    back = now.labelled(stable=previous, previous=None)
    if now.labels.get(CANARY) == stable:
        back = back.labelled(canary=previous)
    return _steps(now, back, back.without(stable))


def withdraw(now: Versions) -> list[Versions]:
    """The canary's label goes back to the stable version, and the canary is unloaded.

    Raises:
      GraftNetError: there is no canary that differs from the stable version.
    """
    stable = _labelled(now, STABLE, "Run the action pin first.")
    candidate = _labelled(now, CANARY, "There is nothing to withdraw.")
    if candidate == stable:
        raise GraftNetError(f"Version {stable} is stable and canary alike: nothing to withdraw.")
    labelled = now.labelled(canary=stable)
    return _steps(now, labelled, labelled.without(candidate))


def check_step(before: Versions, after: Versions) -> None:
    """Checks that a server would lose no labelled request on the way.

    Raises:
      GraftNetError: a version would leave that a label stands for, or a label would go to a
        version that is not served yet.
    """
    for label, version in before.labels.items():
        if version not in after.served:
            raise GraftNetError(
                f"Version {version} is {label} and would be dropped. Move the label first."
            )
    for label, version in after.labels.items():
        if version not in before.served & after.served:
            raise GraftNetError(
                f"{label} would be given to version {version}, which is not served yet. "
                "Serve it first."
            )


def _steps(now: Versions, *wanted: Versions) -> list[Versions]:
    """The wanted states in order, without those that change nothing."""
    path = [now, *wanted]
    for before, after in pairwise(path):
        check_step(before, after)
    return [after for before, after in pairwise(path) if after != before]


def _labelled(now: Versions, label: str, advice: str) -> int:
    if label not in now.labels:
        raise GraftNetError(f"No version is labelled {label}. {advice}")
    return now.labels[label]
