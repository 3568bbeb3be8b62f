"""Says what several backbones would give a workspace's tasks, and what each costs.

graftnet-compare-backbones --workspace=DIR --candidate=inception_v3,WEIGHTS
    --candidate=efficientnet_lite0,WEIGHTS,256x128 [--task=hat,bag]

A linear probe on each backbone for each task, measured on held-out images of the train splits; no
test split is opened.
"""

from absl import flags

from graftnet_tf.backbone_comparison.candidate import Candidate
from graftnet_tf.backbone_comparison.comparison import compare_backbones
from graftnet_tf.backbone_comparison.table import to_table
from graftnet_tf.pooling import POOLINGS
from pipelines import shell
from pipelines.flags.json_output import tell
from pipelines.flags.library_check import accepted_by

TASK = flags.DEFINE_list("task", [], "Tasks to compare on; all by default.")
CANDIDATE = flags.DEFINE_multi_string(
    "candidate",
    None,
    "NAME,WEIGHTS[,HEIGHTxWIDTH[,LAST_BLOCK]], once for each backbone: weights as for "
    "graftnet-train-trunk --initial_weights, by default 192x96 and the backbone's last block. The "
    "others are compared with the first.",
    required=True,
)
POOLING = flags.DEFINE_string(
    "pooling", "gap", f"Pooling of each backbone's last block: {', '.join(POOLINGS)}."
)


flags.register_validator(
    "candidate", accepted_by(lambda texts: [Candidate.parse(text) for text in texts])
)


def main() -> None:
    """Compares, and prints the table."""
    rows = compare_backbones(
        shell.open_workspace(),
        [Candidate.parse(text) for text in CANDIDATE.value],
        tasks=TASK.value,
        pooling_name=POOLING.value,
        seed=shell.SEED.value,
    )
    tell(to_table(rows), {"backbones": [row.to_dict() for row in rows]})


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
