"""What a lower precision costs, attribute by attribute, on the test data."""

import numpy as np
from absl import logging

from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.workspace import Workspace


def precision_cost(
    workspace: Workspace, model_dir: str, reference_dir: str, provenance: Provenance
) -> dict[str, dict[str, float | None]]:
    """Compares a composed model with the same one in float32.

    Args:
      workspace: Its test splits are what both are measured on.
      model_dir: The SavedModel in the lower precision.
      reference_dir: The one in float32.
      provenance: The command behind this, recorded where test splits are opened.

    Returns:
      For each attribute with test examples `auc`, `auc_float32` (None where a class is
      missing) and `largest_score_change`; nothing where there is no test data.
    """
    # Here, since its statistics take a third of a binary's start, and few compositions need them.
    from graftnet_tf.evaluation.evaluate import evaluate

    tasks = [name for name in workspace.task_names() if workspace.examples(name, "test")]
    if not tasks:
        logging.warning("No test data in %s: the precision's cost is unknown.", workspace.root)
        return {}
    found, expected = (
        {
            attribute.name: attribute
            for attribute in evaluate(
                workspace, path, tasks=tasks, provenance=provenance
            ).attributes
        }
        for path in (model_dir, reference_dir)
    )
    return {
        name: {
            "auc": reduced.auc,
            "auc_float32": expected[name].auc,
            "largest_score_change": float(
                np.nanmax(np.abs(reduced.scores - expected[name].scores))
            ),
        }
        for name, reduced in found.items()
    }
