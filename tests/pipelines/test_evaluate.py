import json
import os
import shutil
import subprocess
import sys

import pytest


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "pipelines.evaluate", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_newest_model_is_measured_and_reported_as_json(colour_model, colour_workspace):
    root = colour_workspace.root
    for version in ("1", "10", "9"):
        shutil.copytree(colour_model, os.path.join(root, "serving", "graftnet", version))
    with open(os.path.join(root, "images", "hair.png"), "w"):
        pass  # now an empty file

    done = run(f"--workspace={root}", "--json")

    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert len(done.stdout.splitlines()) == 1
    assert result["model"] == os.path.join(root, "serving", "graftnet", "10")
    assert result["attributes"]["bald"]["auc"] == 3 / 4
    assert result["attributes"]["bald"].keys() >= {
        "task", "positives", "negatives", "auc", "threshold", "accuracy", "precision",
        "recall", "fpr", "balanced_accuracy",
    }  # fmt: skip
    assert result["mean_auc"] == pytest.approx((3 / 4 + 1 + 1) / 3)
    assert [os.path.basename(entry["image"]) for entry in result["unreadable"]] == ["hair.png"]
    assert result["report"] == os.path.join(root, "reports", "evaluation-7", "report.html")
    assert os.path.exists(result["report"])


def test_the_table_is_printed_and_the_report_goes_where_it_is_told(
    colour_model, colour_workspace, tmp_path
):
    report = tmp_path / "elsewhere"

    done = run(
        f"--workspace={colour_workspace.root}", f"--model={colour_model}", f"--report_dir={report}"
    )

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[1].split()[:4] == ["bald", "2", "3", "0.8333"]
    assert "no test data: hat" in lines
    assert any(line.startswith("caution: bald: 2 positives and 3 negatives;") for line in lines)
    assert "task without a branch: cap" in lines
    assert lines[-1] == f"report: {report}/report.html"


def test_a_workspace_without_a_model_is_a_mistake_of_one_line(colour_workspace):
    done = run(f"--workspace={colour_workspace.root}")
    assert done.returncode == 1
    assert "graftnet-compose" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_a_foreign_report_directory_is_refused_before_any_work(colour_workspace):
    done = run(
        f"--workspace={colour_workspace.root}",
        "--model=nowhere",
        f"--report_dir={colour_workspace.root}",
    )
    assert done.returncode == 1
    assert "Name a new or empty one" in done.stderr
