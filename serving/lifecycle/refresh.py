"""Refreshing what is served: train what is stale, measure it beside what is served, promote."""

from graftnet_tf.features import feature_cache
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.workspace import Workspace
from serving.lifecycle.model_comparison import MARGIN
from serving.lifecycle.promotion_decision import Decision, decide
from serving.lifecycle.retraining import Retraining
from serving.lifecycle.staleness import NEW_LABELS, staleness


def refresh(
    workspace: Workspace,
    *,
    new_labels: int = NEW_LABELS,
    max_trunk_age: float | None = None,
    margin: float = MARGIN,
    trunk: str | None = None,
    trunk_steps: int | None = None,
    left_out: frozenset[str] = frozenset(),
    cache_directory: str | None = None,
    cache_limit: int = feature_cache.DEFAULT_LIMIT,
    provenance: Provenance = Provenance(),
) -> Decision | None:
    """Renews what is stale, and promotes the candidate if no AUC drops by more than a margin.

    The publishing lock is held while something is published, not through hours of training;
    where another job changes what is served meanwhile, nothing is promoted over it. A killed
    refresh goes on when it is called again.

    Args:
      workspace: Workspace with a composed model.
      new_labels, max_trunk_age: When the trunk is due, see `staleness`.
      margin: Margin, see `decide`.
      trunk, trunk_steps, left_out, cache_directory, cache_limit: Settings of the retraining, see
        `Retraining`.
      provenance: The command behind this.

    Returns:
      What became of the candidate; None where what is served is as it should be.

    Raises:
      GraftNetError: see `staleness`, `Retraining.candidate` and `decide`.
    """
    found = staleness(workspace, new_labels=new_labels, max_trunk_age=max_trunk_age)
    candidate = Retraining(
        workspace,
        found,
        cache_directory=cache_directory,
        cache_limit=cache_limit,
        trunk=trunk,
        trunk_steps=trunk_steps,
        left_out=left_out,
        provenance=provenance,
    ).candidate()
    if candidate is None:
        return None
    return decide(
        workspace,
        candidate,
        margin=margin,
        left_out=left_out,
        made_from=found.tree_version,
        provenance=provenance,
    )
