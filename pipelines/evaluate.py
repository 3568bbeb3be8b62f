"""Measures a composed model on the workspace's test data and writes a report.

evaluate --workspace=DIR [--model=DIR/serving/graftnet/1] [--json]
"""

import sys

from absl import flags

from graftnet_tf.evaluation.evaluate import Evaluation, evaluate
from graftnet_tf.evaluation.report.directory import check_replaceable, write_report
from pipelines import shell

MODEL = flags.DEFINE_string(
    "model", None, "Directory of a composed SavedModel; the workspace's newest by default."
)
REPORT_DIR = flags.DEFINE_string(
    "report_dir",
    None,
    "Directory for the HTML report, replacing an older one there; "
    "WORKSPACE/reports/evaluation-VERSION by default.",
)
JSON = flags.DEFINE_bool("json", False, "Print one JSON object as the last line.")

_COLUMNS = (
    ("n+", "positives", "d"),
    ("n-", "negatives", "d"),
    ("AUC", "auc", ".4f"),
    ("threshold", "threshold", ".4f"),
    ("accuracy", "accuracy", ".4f"),
    ("precision", "precision", ".4f"),
    ("recall", "recall", ".4f"),
    ("FPR", "fpr", ".4f"),
    ("balanced", "balanced_accuracy", ".4f"),
)


def main() -> None:
    workspace = shell.open_workspace()
    if REPORT_DIR.value:
        check_replaceable(REPORT_DIR.value)
    evaluation = evaluate(workspace, MODEL.value)
    default = workspace.path("reports", f"evaluation-{evaluation.model_version}")
    report = write_report(evaluation, REPORT_DIR.value or default)
    print(_summary(evaluation, report), file=sys.stderr if JSON.value else sys.stdout)
    if JSON.value:
        shell.print_json({**evaluation.to_dict(), "report": report})


def _summary(evaluation: Evaluation, report: str) -> str:
    """The figures as a table; a dash is undefined."""
    lines = [f"{'attribute':<20}" + "".join(f"{title:>11}" for title, _, _ in _COLUMNS)]
    for attribute in evaluation.attributes:
        figures = attribute.figures()
        cells = (_number(figures[name], layout) for _, name, layout in _COLUMNS)
        lines.append(f"{attribute.name:<20}" + "".join(f"{cell:>11}" for cell in cells))
    lines += [
        f"mean AUC {_number(evaluation.mean_auc, '.4f')}, "
        f"mA {_number(evaluation.mean_accuracy, '.4f')}, {evaluation.images} test images",
        *(f"caution: {caution}" for caution in evaluation.cautions),
        *(f"unreadable: {path}: {why}" for path, why in evaluation.unreadable.items()),
        *(f"no test data: {attribute}" for attribute in evaluation.without_test_data),
        *(f"task without a branch: {task}" for task in evaluation.without_branch),
        f"report: {report}",
    ]
    return "\n".join(lines)


def _number(value: float | None, layout: str) -> str:
    return "-" if value is None else format(value, layout)


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
