"""The binary that scores archives."""

import json

import pytest
from PIL import Image

from tests.pipelines.forked_runs import run_all

pytest.importorskip("pyarrow", reason="pyarrow is not installed")


def test_score(tmp_path, colour_model):
    archive = tmp_path / "archive"
    archive.mkdir()
    Image.new("RGB", (20, 30), (255, 0, 0)).save(archive / "a.png")
    (archive / "b.png").write_bytes(b"poisoned")
    usual = [f"--images={archive}", f"--model_dir={colour_model}", f"--output={tmp_path / 'out'}"]
    done, again, other, no_model, no_image, options, workers, no_name = run_all(
        "score",
        [
            [*usual, "--json"],
            usual,
            [*usual, "--batch_size=1"],
            [*usual, f"--model_dir={archive}"],
            [*usual, f"--images={tmp_path}/absent"],
            [*usual, "--beam_option=region=nowhere"],
            [*usual, "--workers=2"],
            [*usual, "--beam_option==1"],
        ],
    )
    assert done.status == 0, done.stderr
    summary = json.loads(done.stdout)
    assert (summary["images"], summary["rows"], summary["dead_letters"]) == (2, 1, 1)
    assert again.status == 0, again.stderr
    assert again.stdout.splitlines()[:3] == [
        "1 rows of 2 images in 1 tables",
        "1 not scored: see dead_letters.jsonl",
        "0 images in this run, 0.00 a second",
    ]
    refused = (other, no_model, no_image, options, workers, no_name)
    assert [run.status for run in refused] == [1, 1, 1, 1, 1, 2]
    assert "batch_size 32 there and 1 now" in other.error
    assert "is no SavedModel" in no_model.error
    assert "is not there" in no_image.error
    assert "Options of Beam (region) mean nothing" in options.error
    assert "mean something to FnApiRunner alone" in workers.error
    assert "expected NAME=VALUE" in no_name.error
