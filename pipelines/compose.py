"""Builds the served model from the trunk and the branches.

Without --tree, the trunk that is served, or --trunk, and the newest branches made for it become
a new tree; with --tree, that tree is composed again.
"""

from absl import flags, logging

from graftnet_tf.models.saved_model import PRECISIONS
from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.workspace import manifest
from pipelines import shell
from pipelines.flags import trunk_version
from serving.composition.compose import compose
from serving.composition.cost_card import cost_line

TREE = flags.DEFINE_string("tree", None, "Tree version; the newest branches when not given.")
PRECISION = flags.DEFINE_enum(
    "precision",
    None,
    PRECISIONS,
    "What the model computes in, and its weights are kept in; float16 is of the weights alone, "
    "which are computed with in float32. What it costs is measured on the test data and kept in "
    "the manifest. By default as the model that is served, else float32.",
)
TASK = flags.DEFINE_list("task", [], "Tasks to include; all that have a branch by default.")


def main() -> None:
    if TREE.value and (TASK.value or PRECISION.value or trunk_version.TRUNK.value):
        raise flags.Error(
            "--task, --precision and --trunk are for a new tree; --tree names one that exists."
        )
    workspace = shell.open_workspace()
    version = compose(
        workspace,
        TREE.value,
        trunk=trunk_version.TRUNK.value,
        tasks=TASK.value,
        precision=PRECISION.value,
        timed=True,
        provenance=shell.provenance(),
    )
    directory = workspace.path(*GRAFTNET_DIR, version)
    content = manifest.read(directory)
    print(f"Tree {content['tree']} is served model version {version}: {directory}")
    logging.info("%s.", cost_line(content["cost"]))


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
