"""The binaries that find people, with a network that finds what is written down."""

import json
import os

import numpy as np
import pytest
from PIL import Image

from graftnet_tf.io import atomic_files
from graftnet_tf.workspace import manifest
from tests.pipelines.fake_network_runs import run_all


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "weights.npz"
    path.write_bytes(b"stands for a network")
    return str(path)


def test_segment_people(tmp_path, weights):
    for name, height in (("a", 40), ("b", 48)):
        pixels = np.full((height, 64, 3), 100, np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    output = str(tmp_path / "out")
    usual = [f"--images={tmp_path}/*.png", f"--output={output}", f"--weights={weights}"]
    done, again, other, colour, range_, missing, none = run_all(
        "segment_people",
        [*usual, "--min_score=0.7", "--margin=0.5", "--fill_color=7,8,9", "--json"],
        [*usual, "--min_score=0.7", "--margin=0.5", "--fill_color=7,8,9"],
        usual,
        [*usual, "--fill_color=red"],
        [*usual, "--fill_color=1,2,256"],
        [f"--images={tmp_path}", f"--weights={weights}"],
        [f"--images={tmp_path}/absent", f"--output={output}", f"--weights={weights}"],
    )
    assert done.status == 0, done.stderr
    summary = json.loads(done.stdout)
    assert {name: summary[name] for name in ("images", "people", "skipped", "processed_now")} == {
        "images": 2,
        "people": 2,
        "skipped": 0,
        "processed_now": 2,
    }
    with open(os.path.join(output, "people.jsonl")) as file:
        first = json.loads(file.readline())
    crop = np.asarray(Image.open(os.path.join(output, first["crop"])))
    assert crop.shape == (40, 48, 3)
    assert (crop[:, :32] == 100).all()
    assert (crop[:, 32:] == (7, 8, 9)).all()
    assert again.status == 0, again.stderr
    assert again.stdout.splitlines()[:2] == [
        "2 people in 2 images, 0 of them without people",
        "0 snapshots in this run, 0.00 a second",
    ]
    assert (other.status, colour.status, range_.status, missing.status, none.status) == (
        *(1, 2, 1, 2, 1),
    )
    assert "fill [7, 8, 9] there and [0, 0, 0] now" in other.error
    assert "expected R,G,B" in colour.error
    assert "expected three of 0 to 255" in range_.error
    assert "output" in missing.stderr
    assert "is not there" in none.error


def test_export_yolact(tmp_path, weights):
    workspace = str(tmp_path / "workspace")
    usual = [f"--workspace={workspace}", f"--weights={weights}"]
    done, size, nowhere = run_all(
        "export_yolact",
        [*usual, "--crop_size=24,16", "--max_people=5"],
        [*usual, "--crop_size=24"],
        [f"--weights={weights}"],
    )
    assert done.status == 0, done.stderr
    directory = os.path.join(workspace, "serving", "yolact")
    assert atomic_files.numbered(directory, suffix="") == [1]
    assert done.stdout.splitlines()[-1].endswith(os.path.join(directory, "1"))
    manifest.verify(os.path.join(directory, "1"))
    content = manifest.read(os.path.join(directory, "1"))
    assert content["kind"] == "person segmentation"
    assert content["inputs"] == {"weights.npz": atomic_files.sha256(weights)}
    assert content["flags"]["max_people"] == 5
    assert (size.status, nowhere.status) == (2, 2)
    assert "expected HEIGHT,WIDTH" in size.error
