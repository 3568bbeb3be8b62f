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


def test_the_protocol_of_pedestrian_attributes_is_printed_and_in_json(
    colour_model, colour_workspace
):
    arguments = (
        f"--workspace={colour_workspace.root}",
        f"--model={colour_model}",
        "--task=gender",
        "--protocol=par",
        "--published=pa100k",
        "--json",
    )
    done = run(*arguments)

    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    par = result["par"]
    assert par["selected_on_validation"]["mA"] == 1
    assert par["selected_on_validation"]["accuracy"] == 3 / 4  # one of four images shows neither
    assert par["selected_on_test"] is None
    assert par["published"][0]["not_comparable"][0] == "4 test images, not 10,000"
    lines = [line.split() for line in done.stderr.splitlines()]
    assert ["selected", "on", "validation", "100.00", "75.00", "75.00", "75.00", "75.00"] in lines
    assert ["selected", "on", "test", *"-----"] in lines
    assert ["ResNet-50,", "published", "80.21", "79.15", "87.79", "87.01", "87.40"] in lines
    assert any(line[:4] == ["not", "comparable", "with", "ResNet-50"] for line in lines)


def test_flags_of_the_protocol_go_with_it(colour_workspace):
    done = run(f"--workspace={colour_workspace.root}", "--published=pa100k")
    assert done.returncode == 2
    assert "--candidates and --published go with --protocol=par" in done.stderr.splitlines()[-1]
