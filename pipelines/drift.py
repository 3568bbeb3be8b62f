"""Compares scores in service with those of the test set, per attribute.

drift --workspace=DIR --service=http://127.0.0.1:9500/metrics
drift --workspace=DIR --service=tuesday.prom --since=monday.prom
drift --workspace=DIR --service=answers.jsonl         # of predict --json_lines

By population stability index, on the test scores that `evaluate` kept; writes a report with the
histograms. Exits with 0 whether or not something drifted.
"""

import tensorflow as tf
from absl import flags

from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation.report.directory import SCORES
from graftnet_tf.registry.served_models import GRAFTNET_DIR, PASSENGERS_DIR, newest_served
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.workspace import Workspace
from pipelines import shell
from pipelines.flags.json_output import tell
from serving.monitoring.comparison import Drift, compare
from serving.monitoring.report import write_report
from serving.monitoring.sources import is_log, read_scores

SERVICE = flags.DEFINE_string(
    "service",
    None,
    "Scores in service: URL of the server's metrics or a file of them, or a log that ends in "
    ".csv, .json or .jsonl.",
)
SINCE = flags.DEFINE_string(
    "since", None, "Earlier metrics of the same server: only what came after them counts."
)
REFERENCE = flags.DEFINE_string(
    "reference",
    None,
    "Scores to compare with, in any form of --service; by default the test scores in "
    "WORKSPACE/reports/evaluation-VERSION.",
)
MODEL_NAME = flags.DEFINE_string("model_name", "graftnet", "Name of the model on the server.")
MODEL_VERSION = flags.DEFINE_integer(
    "model_version", None, "Version of the model; the workspace's newest by default.", lower_bound=0
)
REPORT_DIR = flags.DEFINE_string(
    "report_dir",
    None,
    "Directory for the HTML report, replacing an older one there; "
    "WORKSPACE/reports/drift-NAME-VERSION by default.",
)


def main() -> None:
    if not SERVICE.value:
        raise flags.Error("--service is missing: name the server's metrics, or a log of scores.")
    if SINCE.value and (is_log(SERVICE.value) or is_log(SINCE.value)):
        raise flags.Error("--since goes with metrics, and names some; a log of scores is neither.")
    workspace = shell.open_workspace()
    name = MODEL_NAME.value
    folder = PASSENGERS_DIR if name == PASSENGERS_DIR[-1] else GRAFTNET_DIR
    given = MODEL_VERSION.value
    version = str(int(newest_served(workspace, folder)) if given is None else given)
    service = read_scores(SERVICE.value, name, version, after=SINCE.value)
    reference = REFERENCE.value or _evaluation(workspace, folder, version)
    drift = compare(read_scores(reference, name, version), service, seed=shell.SEED.value)
    page = write_report(
        REPORT_DIR.value or workspace.path("reports", f"drift-{name}-{version}"),
        drift,
        model=f"{name} {version}",
        reference=reference,
        service=SERVICE.value,
    )
    told = {"model": name, "version": version, "report": page} | drift.to_dict()
    tell(_summary(drift, page), told)


def _evaluation(workspace: Workspace, folder: tuple[str, ...], version: str) -> str:
    """Path of the test scores of the composed model that a version is, or holds."""
    composed = version
    if folder == PASSENGERS_DIR:
        made = manifest.read(workspace.version_dir(*PASSENGERS_DIR, version))
        composed = made["graftnet_version"]
    path = workspace.path("reports", f"evaluation-{composed}", SCORES)
    if not tf.io.gfile.exists(path):
        model = workspace.path(*GRAFTNET_DIR, composed)
        raise GraftNetError(
            f"{path} does not exist: make it with `graftnet-evaluate --workspace={workspace.root} "
            f"--model={model}`, which keeps the test scores there, or name a --reference."
        )
    return path


def _summary(drift: Drift, page: str) -> str:
    lines = [f"{'attribute':<20}{'PSI':>9}{'chance':>9}{'reference':>11}{'service':>10}  verdict"]
    for a in drift.attributes:
        lines.append(
            f"{a.name:<20}{a.psi:>9.3f}{a.chance:>9.3f}{a.reference.sum():>11}"
            f"{a.service.sum():>10}  {a.verdict}{' (few)' if a.is_of_few else ''}"
        )
    return "\n".join(
        [
            *lines,
            *(f"not asked for in service: {name}" for name in drift.without_service),
            *(f"not measured before: {name}" for name in drift.without_reference),
            f"drifted: {', '.join(drift.drifted) or 'none'}",
            f"report: {page}",
        ]
    )


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
