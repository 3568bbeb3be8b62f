"""Promoting a candidate or not, after it was measured beside what is served."""

import dataclasses
from typing import Any

from graftnet_tf.errors import GraftNetError
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.workspace import Workspace
from serving.lifecycle.candidates import (
    CANDIDATES,
    check_served,
    promote_candidate,
    served_model,
    tree_of,
)
from serving.lifecycle.model_comparison import MARGIN, Comparison, Verdict, compare
from serving.lifecycle.report import write_report


@dataclasses.dataclass(frozen=True)
class Decision:
    """What became of a candidate.

    Attributes:
      candidate: Its version.
      comparison: Comparison with what was served.
      promoted: Version of the served model that it became; None if it did not.
      report: Path of the page that shows both side by side.
    """

    candidate: str
    comparison: Comparison
    promoted: str | None
    report: str

    def to_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return {
            "candidate": self.candidate,
            "promoted": self.promoted,
            "report": self.report,
            "comparison": self.comparison.to_dict(),
        }


def decide(
    workspace: Workspace,
    candidate: str,
    *,
    margin: float = MARGIN,
    force: bool = False,
    left_out: frozenset[str] = frozenset(),
    made_from: str | None = None,
    provenance: Provenance = Provenance(),
) -> Decision:
    """Compares a candidate with what is served, promotes it if that is right, and reports.

    Where it is not, what is served stays and the candidate is kept.

    Args:
      workspace: Workspace with both.
      candidate: Its version.
      margin: An AUC that drops by more stands in the way.
      force: Promote it even if AUCs drop or cannot be compared.
      left_out: Tasks that it is meant to be without.
      made_from: Version of the tree that the candidate was renewed from; what else is served
        by now, if anything, would be undone. Not looked at by default.
      provenance: The command behind this.

    Raises:
      GraftNetError: there is no such candidate, nothing can be measured, another model was
        promoted meanwhile, or `force` would lose a head that was not left out.
    """
    tree_of(workspace, candidate)
    served = served_model(workspace)
    if made_from:
        check_served(workspace, made_from)
    directory = workspace.path(*CANDIDATES, candidate)
    comparison = compare(
        workspace, served, directory, margin=margin, left_out=left_out, provenance=provenance
    )
    if force:
        _check_heads(comparison, candidate)
    promoted = None
    if force or not comparison.obstacles:
        promoted = promote_candidate(workspace, candidate, instead_of=served, provenance=provenance)
    report = write_report(workspace, comparison, candidate, promoted)
    return Decision(candidate, comparison, promoted, report)


def _check_heads(comparison: Comparison, candidate: str) -> None:
    gone = {a.task for a in comparison.attributes if a.verdict is Verdict.GONE}
    if gone:
        raise GraftNetError(
            f"Candidate {candidate} lacks heads that are served: {', '.join(sorted(gone))}. Make "
            "another with graftnet-refresh --apply, or do without them on purpose with "
            f"--leave_out={','.join(sorted(gone))}."
        )
