"""evaluate_yolact as a person runs it, with a network that finds what is written down."""

import json

import pytest

from tests.pipelines.fake_network_runs import run_all
from tests.yolact_tf import annotated_folder
from tests.yolact_tf.annotated_folder import HEIGHT, WIDTH, annotation

RIGHT_HALF = (WIDTH // 2, 0, WIDTH // 2, HEIGHT)


def test_evaluate_yolact(tmp_path):
    people = [annotation(number, number, RIGHT_HALF) for number in (1, 2, 3)]
    bag = annotation(4, 1, (0, 0, 5, 5), category_id=9)
    path = annotated_folder.write(str(tmp_path), annotated_folder.content([*people, bag], images=3))
    (tmp_path / "2.png").write_bytes(b"no image")
    strangers = tmp_path / "strangers.json"
    strangers.write_text(json.dumps({**annotated_folder.content([]), "categories": []}))
    (tmp_path / "empty.json").touch()
    usual = [f"--annotations={path}", f"--images={tmp_path}", f"--weights={tmp_path}/any.npz"]
    report = str(tmp_path / "report")
    done, plain, strange, empty, foreign, incomplete = run_all(
        "evaluate_yolact",
        [*usual, "--json", f"--report_dir={report}"],
        [*usual, "--batch_size=1"],
        [*usual, f"--annotations={strangers}"],
        [*usual, f"--annotations={tmp_path}/empty.json"],
        [*usual, f"--report_dir={tmp_path}"],
        [f"--images={tmp_path}"],
    )

    assert done.status == 0, done.stderr
    (line,) = done.stdout.splitlines()
    result = json.loads(line)
    # Two false alarms of 0.9, then both people with 0.6: a precision of 1/2 at every recall.
    assert result["mask_ap"] == result["box_ap"] == pytest.approx(0.5)
    assert result["mask_ap_large"] is None
    assert result["images"] == 2
    assert [reason.split(" cannot")[0] for reason in result["skipped"]] == [f"{tmp_path}/2.png"]
    assert result["seconds"].keys() == {"read", "network", "detection", "scoring"}
    assert result["left_out"] == ["bag"]
    assert result["report"] == f"{report}/report.html"
    with open(result["report"]) as page:
        assert "--json" in page.read()

    assert plain.status == 0, plain.stderr
    lines = plain.stdout.splitlines()
    assert lines[1].split() == ["ap", "0.5000", "0.5000"]
    assert lines[6].split() == ["ap_large", "-", "-"]
    assert lines[8].startswith("2 images; ")
    assert lines[9].startswith(f"skipped: {tmp_path}/2.png cannot be decoded")
    assert lines[10] == "category unknown to the model, left out: bag"

    assert strange.status == 1
    assert "the annotations have none, the network has person" in strange.error
    assert empty.status == 1
    assert "empty.json is not valid JSON" in empty.error
    assert foreign.status == 1
    assert "Name a new or empty one" in foreign.error
    assert incomplete.status == 2
    assert "--annotations" in incomplete.error
    assert "Traceback" not in strange.stderr + empty.stderr + foreign.stderr + incomplete.stderr
