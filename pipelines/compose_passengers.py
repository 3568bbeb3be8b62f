"""Joins person segmentation and a composed model: snapshots in, everybody's attributes out.

compose_passengers --workspace=DIR [--max_people=6] [--min_score=0.5]

Publishes WORKSPACE/serving/passengers/N from WORKSPACE/serving/yolact and
WORKSPACE/serving/graftnet. How people are found and cut out was said when the segmentation was
exported (export_yolact); what the model computes in, when the attributes were composed. The
signatures are described in serving/composition/passengers_model.py.
"""

from absl import flags

from graftnet_tf.registry.served_models import PASSENGERS_DIR
from pipelines import shell
from serving.composition.compose_passengers import DetectionFilter, compose_passengers

GRAFTNET = flags.DEFINE_string("graftnet", None, "Composed model's version; the newest by default.")
YOLACT = flags.DEFINE_string("yolact", None, "Segmentation's version; the newest by default.")
MAX_PEOPLE = flags.DEFINE_integer(
    "max_people",
    None,
    "Places for people of a snapshot, the surest kept; by default, and at most, the "
    "segmentation's --max_people.",
    lower_bound=1,
)
MIN_SCORE = flags.DEFINE_float(
    "min_score",
    None,
    "People must score above it; by default, and at least, the segmentation's --min_score.",
    lower_bound=0,
    upper_bound=1,
)


def main() -> None:
    workspace = shell.open_workspace()
    version = compose_passengers(
        workspace,
        graftnet=GRAFTNET.value,
        people=YOLACT.value,
        detection_filter=DetectionFilter(MAX_PEOPLE.value, MIN_SCORE.value),
        provenance=shell.provenance(),
    )
    print(
        f"Passengers are served model version {version}: {workspace.path(*PASSENGERS_DIR, version)}"
    )


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
