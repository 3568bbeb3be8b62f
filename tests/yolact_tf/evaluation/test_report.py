import io
import json
import os

import numpy as np
import pytest
from PIL import Image

from tests.yolact_tf import annotated_folder
from tests.yolact_tf.annotated_folder import annotation
from tests.yolact_tf.evaluation.scenes import HEIGHT, WIDTH, instance, scene, thing
from yolact_tf.data.coco import read_coco
from yolact_tf.errors import YolactError
from yolact_tf.evaluation import Evaluation, evaluate, in_classes
from yolact_tf.evaluation.comparison import compare
from yolact_tf.evaluation.report import Subject, check_replaceable, write_report
from yolact_tf.evaluation.report.gallery import SHOWN, Exhibit, choose
from yolact_tf.evaluation.report.overlays import overlay_png
from yolact_tf.evaluation.scoring import score
from yolact_tf.models.yolact import build_yolact

LEFT, RIGHT = (10, 10, 50, 50), (60, 10, 100, 50)
SUBJECT = Subject("some <model>", "people.json", ("dog",), "evaluate_yolact --json")


@pytest.fixture
def path(tmp_path):
    Image.new("RGB", (WIDTH, HEIGHT), (100, 100, 100)).save(tmp_path / "a.png")
    return str(tmp_path / "a.png")


def shifted(path, count):
    """Scenes where an object is found ever worse."""
    return [
        scene([thing(LEFT)], [instance((10 + shift, 10, 50 + shift, 50), 0.9)], path)
        for shift in range(count)
    ]


def test_the_best_and_the_worst_are_shown(path):
    images = [scene([], [], path), *shifted(path, 5)]
    gallery = choose(images, seed=0)
    qualities = {
        title: [exhibit.comparison.quality for exhibit in chosen]
        for title, chosen in gallery.items()
    }
    by_hand = [(40 - shift) / (40 + shift) for shift in range(5)]
    assert qualities["best"] == pytest.approx(by_hand[:3])
    assert qualities["worst"] == pytest.approx(by_hand[:2:-1])
    assert len(qualities["random"]) == SHOWN


def test_the_seed_fixes_the_random_images(path):
    images = shifted(path, 12)
    first, again, other = (choose(images, seed)["random"] for seed in (1, 1, 2))
    assert first == again != other


def test_overlays_mark_what_is_false_and_what_is_missed(path):
    image = scene([thing(LEFT)], [instance(RIGHT, 0.9)], path)
    drawn = _pixels(overlay_png(Exhibit(image, compare(image))))
    assert drawn.shape == (HEIGHT, WIDTH, 3)
    assert drawn[30, 10].tolist() == [250, 204, 21]  # an edge of what was missed
    assert drawn[30, 99].tolist() == [220, 38, 38]  # an edge of what is not there
    red, green, blue = drawn[40, 80].tolist()
    assert red > 100 > green >= blue - 5
    assert drawn[80, 60].tolist() == [100, 100, 100]


def test_overlays_outline_what_was_found_in_white(path):
    image = scene([thing(LEFT)], [instance((5, 5, 55, 55), 0.9, mask=(14, 14, 46, 46))], path)
    drawn = _pixels(overlay_png(Exhibit(image, compare(image))))
    assert drawn[30, 11].tolist() == [255, 255, 255]


def test_large_images_are_shown_smaller(tmp_path):
    Image.new("RGB", (1600, 1000)).save(tmp_path / "large.png")
    image = scene([], [], str(tmp_path / "large.png"))
    annotated = image.annotated._replace(height=1000, width=1600)
    exhibit = Exhibit(image._replace(annotated=annotated), compare(image))
    assert _pixels(overlay_png(exhibit)).shape == (500, 800, 3)


def test_the_report_of_a_real_network(tmp_path, tiny):
    annotations = [annotation(n, n, (10, 5, 30, 40)) for n in (1, 2, 3)]
    file = annotated_folder.write(str(tmp_path), annotated_folder.content(annotations, images=4))
    (tmp_path / "4.png").write_bytes(b"<no> image")
    data, _ = in_classes(read_coco(file, str(tmp_path)), ("person",))
    evaluation = evaluate(build_yolact(tiny, num_classes=2), data, progress=False)
    assert all(0 <= evaluation.metrics[f"{kind}_ap"] <= 1 for kind in ("mask", "box"))
    directory = str(tmp_path / "report")

    page = write_report(evaluation, directory, SUBJECT)

    assert page == os.path.join(directory, "report.html")
    with open(page) as content, open(os.path.join(directory, "metrics.json")) as metrics:
        html = content.read()
        assert json.load(metrics) == evaluation.to_dict()
    overlays = sorted(os.listdir(os.path.join(directory, "overlays")))
    assert overlays == [
        "best_0.png", "best_1.png", "random_0.png", "random_1.png", "random_2.png", "worst_0.png",
    ]  # fmt: skip
    for name in ("precision_recall.png", *(f"overlays/{name}" for name in overlays)):
        assert f'src="{name}"' in html
        Image.open(os.path.join(directory, name)).verify()
    assert "some &lt;model&gt;" in html
    assert "4.png cannot be decoded" in html
    assert "evaluate_yolact --json" in html


def test_a_report_without_a_single_object(tmp_path, path):
    images = (scene([], [], path),)
    evaluation = Evaluation(
        score(images, 1), dict.fromkeys(("read", "network", "detection", "scoring"), 0.1),
        images, (),
    )  # fmt: skip
    with open(write_report(evaluation, str(tmp_path / "report"), SUBJECT)) as page:
        assert "<strong>–</strong>" in page.read()


def test_a_report_replaces_a_report_and_nothing_else(tmp_path, path):
    images = tuple(shifted(path, 2))
    evaluation = Evaluation(
        score(images, 1), dict.fromkeys(("read", "network", "detection", "scoring"), 0.1),
        images, (),
    )  # fmt: skip
    directory = tmp_path / "report"
    write_report(evaluation, str(directory), SUBJECT)
    write_report(evaluation, f"{directory}/", SUBJECT._replace(model="another"))
    assert "another" in (directory / "report.html").read_text()
    assert sorted(os.listdir(tmp_path)) == ["a.png", "report"]
    (directory / "thesis.txt").touch()
    with pytest.raises(YolactError, match=r"thesis\.txt"):
        check_replaceable(str(directory))
    with pytest.raises(YolactError, match="is a file"):
        check_replaceable(path)


def _pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)))
