"""Measures instance segmentation on images annotated in the COCO format.

evaluate_yolact --annotations=FILE.json --images=DIR [--weights=FILE.npz] [--report_dir=DIR]
"""

import sys
from collections.abc import Sequence

from absl import flags

from pipelines import shell
from pipelines.flags.coco_images import EXIF_ORIENTATION
from yolact_tf.checkpoints import weights_file
from yolact_tf.checkpoints.person_model import person_model_path
from yolact_tf.data.coco import read_coco
from yolact_tf.evaluation import Evaluation, evaluate, in_classes
from yolact_tf.evaluation.report import Subject, check_replaceable, write_report

ANNOTATIONS = flags.DEFINE_string("annotations", None, "COCO instances JSON.", required=True)
IMAGES = flags.DEFINE_string(
    "images", None, "Directory that the file names in --annotations are relative to.", required=True
)
WEIGHTS = flags.DEFINE_string(
    "weights",
    None,
    "Weight file of train_yolact or convert_yolact; the shipped person model by default.",
)
REPORT_DIR = flags.DEFINE_string(
    "report_dir",
    None,
    "Directory for an HTML report with overlays, replacing an older one there; none by default.",
)
BATCH_SIZE = flags.DEFINE_integer(
    "batch_size", 8, "Images in the network at a time.", lower_bound=1
)
JSON = flags.DEFINE_bool("json", False, "Print one JSON object as the last line.")

_ROWS = ("ap", "ap50", "ap75", "ap_small", "ap_medium", "ap_large", "ar100")


def main() -> None:
    """Evaluates, prints the figures and writes the report that was asked for."""
    if REPORT_DIR.value:
        check_replaceable(REPORT_DIR.value)
    data = read_coco(ANNOTATIONS.value, IMAGES.value, EXIF_ORIENTATION.value)
    model, classes = weights_file.load(WEIGHTS.value or person_model_path())
    data, left_out = in_classes(data, classes)
    evaluation = evaluate(model, data, batch_size=BATCH_SIZE.value)
    print(_summary(evaluation, left_out), file=sys.stderr if JSON.value else sys.stdout)
    result = {**evaluation.to_dict(), "left_out": left_out}
    if REPORT_DIR.value:
        subject = Subject(
            model=f"{model.config.name} ({WEIGHTS.value or 'the shipped person model'})",
            annotations=ANNOTATIONS.value,
            left_out=left_out,
            command=shell.provenance().command,
        )
        result["report"] = write_report(evaluation, REPORT_DIR.value, subject, shell.SEED.value)
        print(f"report: {result['report']}", file=sys.stderr if JSON.value else sys.stdout)
    if JSON.value:
        shell.print_json(result)


def _summary(evaluation: Evaluation, left_out: Sequence[str]) -> str:
    """The figures as a table; a dash where no such object is annotated."""
    lines = [f"{'':<10}{'mask':>9}{'box':>9}"]
    for row in _ROWS:
        values = (evaluation.metrics[f"{kind}_{row}"] for kind in ("mask", "box"))
        lines.append(f"{row:<10}" + "".join(f"{_number(value):>9}" for value in values))
    milliseconds = (f"{stage} {1000 * time:.1f}" for stage, time in evaluation.seconds.items())
    lines += [
        f"{len(evaluation.images)} images; milliseconds an image: {', '.join(milliseconds)}",
        *(f"skipped: {reason}" for reason in evaluation.skipped),
        *(f"category unknown to the model, left out: {name}" for name in left_out),
    ]
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
