"""Tests of the binary that imports tasks."""

import subprocess
import sys

import pytest

from graftnet_tf.importers import pulc
from graftnet_tf.importers.stored_images import FORGOTTEN
from graftnet_tf.io import atomic_files
from graftnet_tf.workspace.forgotten_images import write_forgotten
from tests.graftnet_tf.importers.conftest import save_peta, write_image


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("source") / "bald"
    for number in range(5):
        label = "positive" if number < 2 else "negative"
        write_image(folder / label / f"{number}.jpg", seed=number)
    (folder / "positive" / "empty.jpg").write_bytes(b"")
    return folder


def prepare_tasks(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "pipelines.prepare_tasks", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def last_line(result):
    return result.stderr.strip().splitlines()[-1]


def test_counts_and_images_left_out_are_told_and_a_second_run_is_refused(source, tmp_path):
    arguments = (
        f"--workspace={tmp_path}/new",
        "--format=folders",
        f"--source={source}",
        "--test_fraction=1.0",
    )
    first = prepare_tasks(*arguments)
    assert first.returncode == 0, first.stderr
    lines = [line.split() for line in first.stdout.splitlines()]
    assert ["bald", "negative", "0", "3"] in lines
    assert ["bald", "positive", "0", "2"] in lines
    assert "1 images left out" in first.stdout
    assert f"{source}/positive/empty.jpg: The file is empty." in first.stdout

    second = prepare_tasks(*arguments)
    assert second.returncode == 1
    assert "bald exist already" in last_line(second)
    assert "--overwrite" in last_line(second)
    assert "Traceback" not in second.stderr


def test_forgotten_images_are_counted(source, tmp_path):
    sha256 = atomic_files.sha256(str(source / "negative" / "3.jpg"))
    write_forgotten(str(tmp_path), sha256, {})
    done = prepare_tasks(f"--workspace={tmp_path}", "--format=folders", f"--source={source}")
    assert done.returncode == 0, done.stderr
    assert "2 images left out" in done.stdout
    assert f"{source}/negative/3.jpg: {FORGOTTEN}" in done.stdout
    assert "1 of them is to be forgotten." in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--source=x"], "--format and --source are needed"),
        (["--format=ccp", "--source=x", "--test_fraction=1.5"], "test_fraction"),
        (["--format=pa100k", "--source=x", "--partition=1"], "it goes with peta (1 to 5)"),
        (["--format=peta", "--source=x", "--partition=6"], "--partition=6 is none"),
    ],
)
def test_wrong_arguments_exit_with_2(tmp_path, arguments, message):
    result = prepare_tasks(f"--workspace={tmp_path}/new", *arguments)
    assert result.returncode == 2
    assert message in last_line(result)
    assert not (tmp_path / "new").exists()


def test_a_class_without_a_readable_image_is_pointed_out(tmp_path):
    write_image(tmp_path / "hat" / "positive" / "1.jpg")
    (tmp_path / "hat" / "negative").mkdir()
    (tmp_path / "hat" / "negative" / "2.jpg").write_bytes(b"no image")
    result = prepare_tasks(
        f"--workspace={tmp_path}/new", "--format=folders", f"--source={tmp_path}/hat"
    )
    assert result.returncode == 0, result.stderr
    assert "Task hat has no image of class negative" in result.stdout


def test_a_missing_source_exits_with_1_and_makes_no_workspace(tmp_path):
    result = prepare_tasks(
        f"--workspace={tmp_path}/new", "--format=ccp", f"--source={tmp_path}/gone"
    )
    assert result.returncode == 1
    assert "gone does not exist" in last_line(result)
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "new").exists()


def test_what_a_split_lacks_is_pointed_out_and_names_that_were_mapped(tmp_path):
    values = ["0"] * len(pulc.ATTRIBUTES)
    for part in ("train", "test"):
        for number in range(2):
            write_image(tmp_path / "source" / part / f"{number}.jpg", seed=2 * len(part) + number)
    hat = ",".join(["1", *values[1:]])
    lines = f"train/0.jpg\t{hat}\ntrain/1.jpg\t{','.join(values)}\n"
    (tmp_path / "source" / "train_list.txt").write_text(lines)
    lines = "".join(f"test/{number}.jpg\t{','.join(values)}\n" for number in range(2))
    (tmp_path / "source" / "test_list.txt").write_text(lines)
    result = prepare_tasks(
        f"--workspace={tmp_path}/new",
        "--format=pulc",
        f"--source={tmp_path}/source",
        "--task=Hat,Skirt&Dress",
    )
    assert result.returncode == 0, result.stderr
    assert "Skirt&Dress as Skirt_Dress" in result.stdout
    assert "Task Hat has no image of class positive in test: not measurable." in result.stdout
    assert "Task Skirt_Dress has no image of class positive: not trainable." in result.stdout


def test_a_published_split_that_leaks_is_told(tmp_path):
    for number in range(1, 7):
        write_image(tmp_path / "peta" / "images" / f"{number:05d}.png", seed=number)
    result = prepare_tasks(
        f"--workspace={tmp_path}/new", "--format=peta", f"--source={save_peta(tmp_path / 'peta')}"
    )
    assert result.returncode == 0, result.stderr
    assert (
        "The published split leaks: 1 groups are in both train and test, with 1 of 2 test images"
        in result.stdout
    )
