"""The binaries that prepare data for segmentation and train on it."""

import json

import pytest

from tests.pipelines.forked_runs import run_all
from tests.yolact_tf import annotated_folder


@pytest.fixture
def annotations(tmp_path):
    boxes = [annotated_folder.annotation(k, k, (10, 10, 40, 30)) for k in range(1, 9)]
    return annotated_folder.write(str(tmp_path), annotated_folder.content(boxes, 8))


def test_prepare_instances(tmp_path, annotations):
    output = str(tmp_path / "out")
    done, no_source, needless, absent, no_ccp, too_much = run_all(
        "prepare_instances",
        [
            [
                "--format=coco",
                f"--source={annotations}",
                "--test_fraction=0.4",
                "--validation_fraction=0.3",
                f"--output={output}",
            ],
            ["--format=ccp", f"--output={output}"],
            ["--format=scenes", f"--source={annotations}", f"--output={output}"],
            ["--format=coco", f"--source={tmp_path}/absent.json", f"--output={output}"],
            ["--format=ccp", f"--source={tmp_path}", f"--output={output}"],
            [
                "--format=coco",
                f"--source={annotations}",
                "--validation_fraction=0.9",
                f"--output={output}",
            ],
        ],
    )
    assert done.status == 0, done.stderr
    parts = []
    for part in ("train", "validation", "held_out"):
        with open(f"{output}/{part}.json") as file:
            parts.append(len(json.load(file)["images"]))
    assert sum(parts) == 8
    assert all(
        f"{part}.json: {count} images" in done.stdout
        for part, count in zip(("train", "validation", "held_out"), parts, strict=True)
    )
    assert (no_source.status, needless.status) == (2, 2)
    assert "--source is needed with --format=ccp and coco" in no_source.stderr
    assert (absent.status, no_ccp.status, too_much.status) == (1, 1, 1)
    assert "absent.json does not exist" in absent.stderr
    assert "is it CCP?" in no_ccp.stderr
    assert "add up to more than 1" in too_much.stderr


def test_train_yolact_says_what_is_wrong(tmp_path, annotations):
    usual = [f"--output={tmp_path}/run", "--steps=1"]
    data = f"--data={annotations},{tmp_path}"
    alone, share, milestones, config, strategy, absent, weights = run_all(
        "train_yolact",
        [
            [*usual, f"--data={annotations}"],
            [*usual, f"{data},-1"],
            [*usual, data, "--milestones=half"],
            [*usual, data, "--config=yolact_vgg"],
            [*usual, data, "--strategy=multiworker"],
            [*usual, f"--data={tmp_path}/absent.json,{tmp_path}"],
            [f"--output={tmp_path}/other", data, f"--initial_weights={annotations}"],
        ],
    )
    for run, message in (
        (alone, "is not ANNOTATIONS.json,IMAGES_DIR,SHARE"),
        (share, "with a share above 0"),
        (milestones, "--milestones=half are not shares"),
        (config, "yolact_person_512"),
        (strategy, "auto|none|mirrored"),
    ):
        assert run.status == 2
        assert message in run.stderr
    assert (absent.status, weights.status) == (1, 1)
    assert "absent.json does not exist" in absent.stderr
    assert "is not a readable .npz archive" in weights.stderr
