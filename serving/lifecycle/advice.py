"""What the policy wants done (paper 3.5), and the commands that do it."""

import dataclasses
import shlex
from collections.abc import Iterator, Sequence

from serving.lifecycle.staleness import Data, Staleness, TaskState
from serving.lifecycle.trunk_state import counted


@dataclasses.dataclass(frozen=True)
class Advice:
    """One thing to do.

    Attributes:
      reason: a sentence.
      command: Ready to be run; None where it takes more than a command.
    """

    reason: str
    command: str | None


def advise(found: Staleness, candidates: Sequence[str], root: str) -> list[Advice]:
    """What to do about what is stale, the most important first.

    Args:
      found: What is stale.
      candidates: Versions of those that wait to be promoted.
      root: Root of the workspace.

    Returns:
      Nothing where all is as it should be.
    """
    return list(_advise(found, candidates, f"--workspace={shlex.quote(root)}"))


def _advise(found: Staleness, candidates: Sequence[str], workspace: str) -> Iterator[Advice]:
    refresh = f"graftnet-refresh {workspace} --apply"
    if found.trunk.due:
        yield Advice(f"Retrain the trunk: {'; '.join(found.trunk.reasons)}.", refresh)
    elif stale := [state for state in found.tasks if state.stale]:
        names = [f"{it.task} (it {it.forgotten})" if it.forgotten else it.task for it in stale]
        yield Advice(f"Train {counted(names, 'branch', 'es')}: {', '.join(names)}.", refresh)
    if waiting := [state.task for state in found.tasks if _waits(state, candidates)]:
        yield Advice(
            f"Compare {counted(waiting, 'newer branch', 'es')} with what is served: "
            f"{', '.join(waiting)}.",
            refresh,
        )
    for state in found.tasks:
        if state.served and state.data is Data.GONE:
            yield Advice(
                f"Mend the data of {state.task}, which is served and cannot be trained again: "
                f"{state.problem}",
                None,
            )
    for candidate in candidates:
        yield Advice(
            f"Candidate {candidate} was made and not promoted: look at it side by side with what "
            "is served, and promote it if you think that right.",
            f"graftnet-refresh {workspace} --promote={candidate}",
        )


def _waits(state: TaskState, candidates: Sequence[str]) -> bool:
    """Whether a branch is at hand that is not in a candidate already."""
    if state.newer is None or state.newer.version != state.current:
        return False
    return not (state.newer.candidate and candidates)
