"""Measures a composed model on the workspace's test data and writes a report.

evaluate --workspace=DIR [--model=DIR/serving/graftnet/1] [--json]
evaluate --workspace=DIR --protocol=par [--published=pa100k] [--candidates=MODEL,MODEL]
evaluate --workspace=DIR --by=camera            # for each value of a column of the tasks' lists
evaluate --workspace=DIR --split=validation     # for choices; the test split is for a last word

Every opening of the test split is recorded in WORKSPACE/reports/test_openings.jsonl.
"""

from collections.abc import Sequence

from absl import flags

from graftnet_tf.evaluation.evaluate import Evaluation, evaluate
from graftnet_tf.evaluation.local_predictor import check_saved_model
from graftnet_tf.evaluation.par_evaluation import ParEvaluation, par_evaluation
from graftnet_tf.evaluation.par_protocol import DECISION, ParFigures
from graftnet_tf.evaluation.published_par import PUBLISHED, PublishedFigures
from graftnet_tf.evaluation.report.directory import check_replaceable, write_report
from graftnet_tf.evaluation.split import Split
from pipelines import shell
from pipelines.flags.json_output import tell

MODEL = flags.DEFINE_string(
    "model", None, "Directory of a composed SavedModel; the workspace's newest by default."
)
SPLIT = flags.DEFINE_enum_class(
    "split",
    Split.TEST,
    Split,
    "Images to measure on: the tasks' test splits, or the part that each branch keeps of what its "
    "threshold was chosen on.",
)
BY = flags.DEFINE_string(
    "by", None, "Column of the tasks' lists, such as camera: figures for each of its values."
)
REPORT_DIR = flags.DEFINE_string(
    "report_dir",
    None,
    "Directory for the HTML report, replacing an older one there; "
    "WORKSPACE/reports/evaluation-VERSION by default, with -validation behind it for that split.",
)
TASK = flags.DEFINE_list(
    "task", None, "Tasks whose test images to measure on; all of the workspace by default."
)
PROTOCOL = flags.DEFINE_enum(
    "protocol",
    None,
    ["par"],
    "par: figures over all attributes jointly as well, as pedestrian attribute recognition "
    "publishes them; test images need a label for each attribute.",
)
CANDIDATES = flags.DEFINE_list(
    "candidates",
    [],
    "par: directories of composed SavedModels among which one would be selected on test, as "
    "published results are; its figures stand beside.",
)
PUBLISHED_OF = flags.DEFINE_enum(
    "published", None, sorted(PUBLISHED), "par: data set whose published figures to print beside."
)

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
    ("ECE", "ece", ".4f"),
)
_WORST = 5  # slices of an attribute that are printed

_PAR_COLUMNS = (
    ("mA", "mean_accuracy"),
    ("accuracy", "accuracy"),
    ("precision", "precision"),
    ("recall", "recall"),
    ("F1", "f1"),
)


def main() -> None:
    if (CANDIDATES.value or PUBLISHED_OF.value) and not PROTOCOL.value:
        raise flags.Error("--candidates and --published go with --protocol=par.")
    if PROTOCOL.value and SPLIT.value != Split.TEST:
        raise flags.Error(f"--protocol=par is of the test split; --split={SPLIT.value} given.")
    workspace = shell.open_workspace()
    for candidate in CANDIDATES.value:
        check_saved_model(candidate)
    if REPORT_DIR.value:
        check_replaceable(REPORT_DIR.value)
    evaluation = evaluate(
        workspace,
        MODEL.value,
        tasks=TASK.value,
        split=SPLIT.value,
        by=BY.value,
        provenance=shell.provenance(),
    )
    par = None
    if PROTOCOL.value:
        par = par_evaluation(
            workspace,
            evaluation,
            candidates=CANDIDATES.value,
            published=PUBLISHED_OF.value,
            provenance=shell.provenance(),
        )
    suffix = "" if SPLIT.value == Split.TEST else f"-{SPLIT.value}"
    default = workspace.path("reports", f"evaluation-{evaluation.model_version}{suffix}")
    report = write_report(evaluation, REPORT_DIR.value or default, par)
    summary = _summary(evaluation, report, _par_table(par) if par else ())
    joint = {"par": par.to_dict()} if par else {}
    tell(summary, {**evaluation.to_dict(), **joint, "report": report})


def _summary(evaluation: Evaluation, report: str, joint: Sequence[str]) -> str:
    """The figures as a table; a dash is undefined."""
    lines = [f"{'attribute':<20}" + "".join(f"{title:>11}" for title, _, _ in _COLUMNS)]
    for attribute in evaluation.attributes:
        figures = attribute.figures()
        cells = (_number(figures[name], layout) for _, name, layout in _COLUMNS)
        lines.append(f"{attribute.name:<20}" + "".join(f"{cell:>11}" for cell in cells))
    lines += _slices(evaluation)
    lines += _archive(evaluation)
    lines += [
        f"mean AUC {_number(evaluation.mean_auc, '.4f')}, "
        f"mA {_number(evaluation.mean_accuracy, '.4f')}, "
        f"ECE {_number(evaluation.mean_ece, '.4f')}, {evaluation.images} {evaluation.split} images",
        *_openings(evaluation),
        *(f"caution: {caution}" for caution in evaluation.cautions),
        *(f"unreadable: {path}: {why}" for path, why in evaluation.unreadable.items()),
        *(f"no {evaluation.split} data: {attribute}" for attribute in evaluation.without_examples),
        *(f"task without a branch: {task}" for task in evaluation.without_branch),
        *joint,
        f"report: {report}",
    ]
    return "\n".join(lines)


def _par_table(par: ParEvaluation) -> list[str]:
    """The protocol's figures in percent, and published ones below; a dash is not known."""
    rows: list[tuple[str, ParFigures | PublishedFigures | None]] = [
        ("selected on validation", par.figures),
        ("selected on test", par.selected_on_test[1] if par.selected_on_test else None),
        *((f"{result.method}, published", result) for result, _ in par.published),
    ]
    lines = [
        f"protocol par: {par.figures.images} test images, "
        f"{len(par.joined.attributes)} attributes, yes above {DECISION}; figures in %",
        f"{'':<24}" + "".join(f"{title:>11}" for title, _ in _PAR_COLUMNS),
    ]
    for title, figures in rows:
        values = (getattr(figures, name, None) for _, name in _PAR_COLUMNS)
        cells = (_number(None if value is None else 100 * value, ".2f") for value in values)
        lines.append(f"{title:<24}" + "".join(f"{cell:>11}" for cell in cells))
    if par.selected_on_test:
        lines.append(f"selected on test: {par.selected_on_test[0]}")
    lines += [f"caution: {caution}" for caution in par.cautions]
    lines += [
        f"not comparable with {result.method} ({result.source}): {', '.join(reasons)}"
        for result, reasons in par.published
        if reasons
    ]
    return lines


def _slices(evaluation: Evaluation) -> list[str]:
    """The worst values of each attribute, with 95 % intervals; all are in the report."""
    lines = []
    for attribute in evaluation.attributes:
        if attribute.slices:
            lines.append(f"{attribute.name} by {evaluation.by}, lowest AUC first:")
        for one in attribute.slices[:_WORST]:
            lines.append(
                f"  {one.value}: {one.row.positives} positives, {one.row.negatives} negatives, "
                f"{one.groups} groups; AUC {_between(one.auc, one.auc_interval)}, "
                f"recall {_between(one.row.recall, one.recall_interval)}, "
                f"FPR {_between(one.row.fpr, one.fpr_interval)}"
            )
        if left := len(attribute.slices[_WORST:]):
            lines.append(f"  and {left} more in the report")
    return lines


def _archive(evaluation: Evaluation) -> list[str]:
    """What holds of the archive that images were chosen from, with 95 % intervals."""
    lines = []
    for attribute in evaluation.attributes:
        if found := attribute.archive:
            figures = ", ".join(
                f"{title} {_between(estimate.value, estimate.interval)}"
                for title, estimate in (
                    ("prevalence", found.prevalence),
                    ("FPR", found.fpr),
                    ("recall", found.recall),
                    ("precision", found.precision),
                    ("AUC", found.auc),
                    ("accuracy", found.accuracy),
                )
            )
            lines.append(
                f"{attribute.name} of the archive, {found.images} images weighted by "
                f"1/probability, effectively {found.effective_size:.1f}: {figures}"
            )
            if found.without_probability:
                lines.append(f"  {found.without_probability} images without a probability left out")
    return lines


def _between(value: float | None, interval: tuple[float, float] | None) -> str:
    ends = " ({:.3f}–{:.3f})".format(*interval) if interval else ""
    return _number(value, ".3f") + ends


def _openings(evaluation: Evaluation) -> list[str]:
    """How often the test splits were opened before, where one was."""
    opened = {task: count for task, count in evaluation.opened_before.items() if count}
    if not opened:
        return []
    counts = ", ".join(f"{task} {count}" for task, count in opened.items())
    return [f"test splits opened before, times: {counts}; choose on --split=validation"]


def _number(value: float | None, layout: str) -> str:
    return "-" if value is None else format(value, layout)


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
