"""The binaries that extract features of an archive, and count what tasks have."""

import json

import pytest
from PIL import Image

from tests.pipelines.forked_runs import run_all

pytest.importorskip("pyarrow", reason="pyarrow is not installed")


def test_dataset_statistics(tmp_path):
    workspace, images = tmp_path / "workspace", tmp_path / "images"
    images.mkdir()
    for number in range(3):
        Image.new("RGB", (20, 30 + number), (80 * number, 0, 9)).save(images / f"{number}.png")
    task = workspace / "tasks" / "hat"
    task.mkdir(parents=True)
    (task / "task.json").write_text(
        json.dumps(
            {
                "name": "hat",
                "classes": ["negative", "positive"],
                "attributes": {"hat": "positive"},
            }
        )
    )
    header = "image,class,group\n"
    learnt = f"{images}/0.png,negative,a\n{images}/1.png,positive,b\n"
    (task / "train.csv").write_text(header + learnt)
    (task / "test.csv").write_text(f"{header}{images}/1.png,positive,c\n")
    usual = [f"--workspace={workspace}", f"--output={tmp_path / 'out'}"]
    archive = [f"--images={images}", f"--output={tmp_path / 'archive'}"]
    told, failed, alone, both, neither = run_all(
        "dataset_statistics",
        [
            [*usual, "--json"],
            [*usual, "--fail_on_leak"],
            archive,
            [*archive, "--fail_on_leak"],
            [f"--output={tmp_path / 'none'}"],
        ],
    )
    assert told.status == 0, told.stderr
    found = json.loads(told.stdout)
    leak = {"test": "hat", "train": "hat", "same": 1, "alike": 0, "groups": 0}
    assert found["leaks"] == [leak]
    assert found["tasks"]["hat"]["train"]["classes"] == {"negative": 1, "positive": 1}
    assert failed.status == 1
    assert failed.error.endswith(f"or some like them: see {tmp_path / 'out' / 'leaks.csv'}.")
    assert "hat test: 1 images are in hat train" in failed.stdout
    assert alone.status == 0, alone.stderr
    assert alone.stdout.splitlines()[1].split()[:4] == ["all", "3", "0", "0"]
    assert both.status == 2
    assert "--images is an archive without tasks" in both.error
    assert neither.status == 2
    assert "--workspace is missing" in neither.error


def test_extract_features(tmp_path, trained):
    usual = [f"--workspace={trained.workspace.root}", f"--output={tmp_path / 'out'}"]
    images = f"--images={trained.workspace.path('images')}"
    done, again, other, none = run_all(
        "extract_features",
        [
            [*usual, images, "--json"],
            [*usual, images],
            [*usual, images, "--block=0"],
            usual,
        ],
    )
    assert done.status == 0, done.stderr
    summary = json.loads(done.stdout)
    assert (summary["images"], summary["rows"], summary["dead_letters"]) == (13, 12, 1)
    assert again.stdout.splitlines()[:2] == [
        "12 rows of 13 images in 1 tables",
        "1 without features: see dead_letters.jsonl",
    ]
    assert [other.status, none.status] == [1, 2]
    assert "features made with other settings" in other.error
    assert "--images is missing" in none.error
