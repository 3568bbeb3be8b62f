import csv
import json
import os

from graftnet_tf.evaluation.evaluate import evaluate
from graftnet_tf.evaluation.report.directory import write_report
from graftnet_tf.io import checksummed_json
from graftnet_tf.workspace import manifest
from tests.pipelines.forked_runs import run_all

TABLE = ("attribute", "score")


def write_scores(path, **scores):
    with open(path, "w", newline="") as file:
        rows = [TABLE, *((name, score) for name, values in scores.items() for score in values)]
        csv.writer(file).writerows(rows)
    return str(path)


def publish_manifest(root, model, version, **content):
    """A served version of which nothing but the manifest is looked at."""
    directory = os.path.join(root, "serving", model, version)
    os.makedirs(directory)
    checksummed_json.write(os.path.join(directory, manifest.NAME), content)


def test_scores_in_service_are_compared_with_those_of_the_evaluation(
    colour_model, colour_workspace, tmp_path
):
    root = colour_workspace.root
    report = os.path.join(root, "reports", "evaluation-7")
    write_report(evaluate(colour_workspace, colour_model), report)
    same = os.path.join(report, "scores.csv")
    low, high = [0.01] * 500, [0.99] * 500
    before = write_scores(tmp_path / "before.csv", bald=low, hat=low)
    after = write_scores(tmp_path / "after.csv", bald=high, hat=low)
    base = [f"--workspace={root}", "--model_version=7"]

    publish_manifest(root, "passengers", "3", graftnet_version="7")
    publish_manifest(root, "graftnet", "9")

    equal, drifted, missing, wrong, also_wrong, unnamed, passengers, not_a_report, nothing = (
        run_all(
            "drift",
            [
                [*base, f"--service={same}", "--json"],
                [
                    *base,
                    f"--service={after}",
                    f"--reference={before}",
                    f"--report_dir={tmp_path}/drift",
                ],
                [f"--workspace={root}", "--model_version=8", f"--service={same}"],
                [*base, f"--service={same}", "--since=earlier.prom"],
                [*base, "--service=later.prom", f"--since={same}"],
                base,
                [base[0], f"--service={same}", "--model_name=passengers", "--json"],
                [*base, f"--service={same}", f"--report_dir={root}"],
                [base[0], f"--service={same}", "--model_name=passengers", "--model_version=4"],
            ],
        )
    )

    figures = json.loads(equal.stdout)
    assert figures["drifted"] == []
    assert {a["psi"] for a in figures["attributes"].values()} == {0}
    assert figures["attributes"]["bald"]["service_count"] == 5
    assert os.path.exists(figures["report"])
    assert drifted.status == 0
    assert "drifted: bald\n" in drifted.stdout
    assert os.path.exists(tmp_path / "drift" / "report.html")
    assert missing.status == 1
    assert (
        f"graftnet-evaluate --workspace={root} --model={root}/serving/graftnet/8" in missing.error
    )
    assert (wrong.status, also_wrong.status, unnamed.status) == (2, 2, 2)
    assert passengers.status == 0, passengers.stderr
    figures = json.loads(passengers.stdout)
    assert (figures["model"], figures["version"], figures["drifted"]) == ("passengers", "3", [])
    assert (not_a_report.status, nothing.status) == (1, 1)
    assert f"{root} holds" in not_a_report.error
    assert "No serving/passengers/4" in nothing.error
