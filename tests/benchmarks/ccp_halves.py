"""A composed model on the two halves of CCP's test photos: cut out, and taken whole.

    python -m tests.benchmarks.ccp_halves --workspace=W --model=W/serving/graftnet/1

Photos up to id 1004 have pixel labels and are cut out; the others are whole photos. Prints one
JSON object: mean AUC over the binary tasks, of either half and of both.
"""

import os

import numpy as np
from absl import flags

from graftnet_tf.evaluation import metrics
from graftnet_tf.evaluation.evaluate import evaluate
from pipelines import shell

MODEL = flags.DEFINE_string("model", None, "Directory of a composed model.", required=True)

_LAST_CUT_OUT = 1004


def main() -> None:
    evaluation = evaluate(shell.open_workspace(), MODEL.value)
    halves: dict[str, list[float | None]] = {"cut_out": [], "whole": [], "both": []}
    for attribute in evaluation.attributes:
        if attribute.name != attribute.task:
            continue
        ids = [int(os.path.basename(path).partition(".")[0]) for path in attribute.paths]
        cut_out = np.array(ids) <= _LAST_CUT_OUT
        parts = {"cut_out": cut_out, "whole": ~cut_out, "both": np.full(len(ids), True)}
        for half, chosen in parts.items():
            area = metrics.auc(attribute.labels[chosen], attribute.scores[chosen])
            halves[half].append(area)
    shell.print_json({half: metrics.mean_defined(areas) for half, areas in halves.items()})


if __name__ == "__main__":
    shell.run(main)
