import csv
import dataclasses
import json
import os
import shutil
import subprocess
import sys

import pytest

from graftnet_tf.workspace.tasks import write_task


def name_cameras(workspace):
    """Test images of bald at 200 and 0 are from north, the others from south."""
    cameras = {"bald": "north", "shared": "north"}
    examples = [
        dataclasses.replace(example, columns={"camera": cameras.get(example.image[7:-4], "south")})
        for example in workspace.examples("bald", "test")
    ]
    write_task(workspace.path("tasks", "bald"), workspace.task("bald"), {"test": examples})


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
    assert not any("opened before" in line for line in lines)

    again = run(
        f"--workspace={colour_workspace.root}", f"--model={colour_model}", f"--report_dir={report}"
    )
    assert (
        "test splits opened before, times: bald 1, gender 1; choose on --split=validation"
        in again.stdout.splitlines()
    )
    with open(os.path.join(colour_workspace.root, "reports", "test_openings.jsonl")) as file:
        openings = [json.loads(line) for line in file]
    assert [opening["model_version"] for opening in openings] == ["7", "7"]
    assert "evaluate.py --workspace=" in openings[0]["command"]


def test_slices_are_printed_worst_first_and_written(colour_model, colour_workspace):
    name_cameras(colour_workspace)
    flags = (f"--workspace={colour_workspace.root}", f"--model={colour_model}")

    done = run(*flags, "--by=camera")

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    first = lines.index("bald by camera, lowest AUC first:") + 1
    assert lines[first].startswith("  south: 1 positives, 2 negatives, 3 groups; AUC 0.500")
    assert lines[first + 1].startswith("  north: 1 positives, 1 negatives, 2 groups; AUC 1.000")
    assert "caution: No column camera in the lists of gender." in lines
    report = os.path.join(colour_workspace.root, "reports", "evaluation-7")
    with open(os.path.join(report, "slices.csv")) as file:
        rows = list(csv.DictReader(file))
    assert [(row["attribute"], row["value"]) for row in rows] == [
        ("bald", "south"),
        ("bald", "north"),
    ]
    with open(os.path.join(report, "report.html")) as file:
        assert "By camera" in file.read()

    unknown = run(*flags, "--by=age")
    assert unknown.returncode == 1
    assert unknown.stderr.splitlines()[-1].endswith(
        "No test.csv of bald, gender has a column 'age'; there are image, class, group, sha256, "
        "camera. Import a table that has it with --format=csv."
    )


def test_a_candidate_that_is_no_model_is_told_before_the_test_split_is_opened(
    colour_model, colour_workspace
):
    done = run(
        f"--workspace={colour_workspace.root}",
        f"--model={colour_model}",
        "--protocol=par",
        f"--candidates={colour_model},{colour_workspace.root}",
    )
    assert done.returncode == 1
    assert f"{colour_workspace.root} is no SavedModel." in done.stderr.splitlines()[-1]
    assert not os.path.exists(os.path.join(colour_workspace.root, "reports"))


def test_without_validation_parts_there_is_nothing_to_choose_by(colour_model, colour_workspace):
    for task in ("bald", "gender", "hat"):
        os.makedirs(os.path.join(colour_workspace.root, "branches", task, "0001"))
    flags = (f"--workspace={colour_workspace.root}", f"--model={colour_model}")
    done = run(*flags, "--split=validation")
    assert done.returncode == 1
    assert "No validation image" in done.stderr.splitlines()[-1]
    assert "train one of them again" in done.stderr.splitlines()[-1]
    assert not os.path.exists(os.path.join(colour_workspace.root, "reports"))
    assert run(*flags, "--split=train").returncode == 2


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


def test_what_holds_of_the_archive_is_printed(colour_model, colour_workspace):
    cells = dict(zip(("bald", "thin", "cap", "hair"), (".5", "1", ".25", "1"), strict=True))
    examples = [
        dataclasses.replace(example, columns={"probability": cells.get(example.image[7:-4], "")})
        for example in colour_workspace.examples("bald", "test")
    ]
    directory = colour_workspace.path("tasks", "bald")
    write_task(directory, colour_workspace.task("bald"), {"test": examples})

    done = run(f"--workspace={colour_workspace.root}", f"--model={colour_model}")

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    [first] = [number for number, line in enumerate(lines) if "of the archive" in line]
    assert lines[first].startswith(
        "bald of the archive, 4 images weighted by 1/probability, effectively 2.9: "
        "prevalence 0.375 ("
    )
    assert "FPR 0.800 (" in lines[first]
    assert lines[first + 1] == "  1 images without a probability left out"
