"""Compares scores in service with those of the test set, per attribute.

drift --workspace=DIR --service=http://127.0.0.1:9500/metrics
drift --workspace=DIR --service=tuesday.prom --since=monday.prom
drift --workspace=DIR --service=answers.jsonl         # of predict --json_lines

By population stability index, on the test scores that `evaluate` kept; writes a page with the
histograms. Exits with 0 whether or not something drifted.
"""

import sys

import tensorflow as tf
from absl import flags

from graftnet_tf import files
from graftnet_tf.errors import GraftNetError
from graftnet_tf.registry.served_models import newest_served
from graftnet_tf.report.directory import SCORES
from pipelines import shell
from serving.drift.comparison import Drift, compare
from serving.drift.histograms import Histograms
from serving.drift.report import render
from serving.drift.score_log import SUFFIXES, read_log
from serving.drift.scrape import histograms_of, read_page, since

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
REPORT = flags.DEFINE_string(
    "report", None, "HTML page to write; WORKSPACE/reports/drift-NAME-VERSION.html by default."
)
JSON = flags.DEFINE_bool("json", False, "Print one JSON object as the last line.")


def main() -> None:
    if not SERVICE.value:
        raise flags.Error("--service is missing: name the server's metrics, or a log of scores.")
    if SINCE.value and SERVICE.value.endswith(SUFFIXES):
        raise flags.Error("--since goes with metrics, not with a log of scores.")
    workspace = shell.open_workspace()
    given = MODEL_VERSION.value
    version = newest_served(workspace) if given is None else str(given)
    reference = REFERENCE.value or workspace.path("reports", f"evaluation-{version}", SCORES)
    service = _histograms(SERVICE.value, version)
    if SINCE.value:
        service = since(service, _histograms(SINCE.value, version))
    drift = compare(_reference(reference, version), service, seed=shell.SEED.value)
    model = f"{MODEL_NAME.value} {version}"
    page = REPORT.value or workspace.path("reports", f"drift-{MODEL_NAME.value}-{version}.html")
    files.write_text(page, render(drift, model=model, reference=reference, service=SERVICE.value))
    print(_summary(drift, page), file=sys.stderr if JSON.value else sys.stdout)
    if JSON.value:
        shell.print_json(
            {"model": MODEL_NAME.value, "version": version, "report": page} | drift.to_dict()
        )


def _reference(path: str, version: str) -> Histograms:
    if not REFERENCE.value and not tf.io.gfile.exists(path):
        raise GraftNetError(
            f"{path} does not exist: run `graftnet-evaluate` on version {version}, which keeps "
            "the test scores there, or name a --reference."
        )
    return _histograms(path, version)


def _histograms(source: str, version: str) -> Histograms:
    if source.endswith(SUFFIXES):
        return read_log(source, version)
    return histograms_of(read_page(source), MODEL_NAME.value, version)


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
