import json
import os

import pytest
from PIL import Image

from tests.pipelines.forked_runs import run_all
from tests.serving.client.scripted_server import images_of, scores_reply, serving


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    for name in ("a.png", "b.png"):
        Image.new("RGB", (20, 40)).save(folder / name)
    return folder


@pytest.fixture(scope="module")
def runs(folder, tmp_path_factory):
    """predict with several sets of flags, and the specs that the server was sent."""
    specs = []

    def answer(request, _):
        specs.append(request.model_spec)
        return scores_reply(len(images_of(request)))

    with serving(answer) as address:
        asked = [f"--server={address}", f"--images={folder}"]
        drawn = tmp_path_factory.mktemp("drawn")
        yield (
            *run_all(
                "predict",
                [
                    [*asked, "--json_lines", "--version_label=canary", f"--draw={drawn}"],
                    [*asked, "--attributes=male,bald", f"--images={folder}/none.jpg"],
                    [*asked, "--json", "--json_lines"],
                    [*asked, "--model_version=1", "--version_label=stable"],
                    ["--server=127.0.0.1:1", "--attempts=1", f"--images={folder}"],
                    [asked[0], "--images="],
                    [*asked, f"--images={folder}/*.gif"],
                ],
            ),
            drawn,
            specs,
        )


def test_each_image_is_a_line_of_json_and_is_drawn(runs, folder):
    run, *_, drawn, specs = runs
    assert run.status == 0, run.stderr
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert [line["image"] for line in lines] == [f"{folder}/a.png", f"{folder}/b.png"]
    assert lines[0]["scores"] == {"bald": 0.75, "male": 0.25, "female": 0.125}
    assert lines[0]["classes"] == {"gender": "other"}
    assert sorted(os.listdir(drawn)) == ["00000-a.png", "00001-b.png"]
    with Image.open(drawn / "00000-a.png") as page:
        assert page.height > 40
    assert specs[0].version_label == "canary"


def test_a_table_names_what_is_shown_and_what_could_not_be_read(runs, folder):
    run = runs[1]
    first, *_, last = run.stdout.splitlines()
    assert first.split() == [f"{folder}/a.png", "bald", "0.750"]
    assert "! cannot be read" in last
    assert run.status == 1
    assert run.error.endswith(f"1 of 3 images got no answer: {folder}/none.jpg")


@pytest.mark.parametrize("number", [2, 3])
def test_flags_that_exclude_one_another_are_wrong_arguments(runs, number):
    assert runs[number].status == 2
    assert "exclude one another" in runs[number].error


def test_an_unreachable_server_is_one_line(runs):
    assert runs[4].status == 1
    assert "No model server answers at 127.0.0.1:1" in runs[4].error


@pytest.mark.parametrize(
    ("number", "message"), [(5, "--images: '' names no image"), (6, "*.gif matches no file")]
)
def test_names_that_mean_no_image_are_wrong_arguments(runs, number, message):
    assert (runs[number].status, runs[number].stdout) == (2, "")
    assert message in runs[number].error
