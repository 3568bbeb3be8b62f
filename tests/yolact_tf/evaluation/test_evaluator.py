"""Whole evaluations, of a network that finds what is written down and of a small real one."""

import json
import math
import os

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as run_lengths

from tests.yolact_tf import annotated_folder
from tests.yolact_tf.annotated_folder import HEIGHT, WIDTH, annotation
from tests.yolact_tf.fake_network import FakeNetwork, Figure
from yolact_tf.data.coco import read_coco
from yolact_tf.errors import YolactError
from yolact_tf.evaluation import evaluate, in_classes
from yolact_tf.models.yolact import build_yolact

LEFT_HALF = (0, 0, WIDTH // 2, HEIGHT)


@pytest.fixture
def network():
    """Finds a person in the left half of every image that is not black."""
    return FakeNetwork([Figure((0, 0, 4, 8), 0.9)])


def people_in(folder, annotations, images):
    path = annotated_folder.write(str(folder), annotated_folder.content(annotations, images))
    data, _ = in_classes(read_coco(path, str(folder)), ("person",))
    return data


def test_every_image_is_evaluated_in_its_own_pixels(tmp_path, network):
    data = people_in(tmp_path, [annotation(1, 1, LEFT_HALF), annotation(2, 2, LEFT_HALF)], 3)
    Image.new("RGB", (WIDTH, HEIGHT)).save(tmp_path / "3.png")

    evaluation = evaluate(network, data, batch_size=2, progress=False)

    assert (len(evaluation.images), evaluation.skipped) == (3, ())
    assert evaluation.metrics["mask_ap"] == evaluation.metrics["box_ap"] == pytest.approx(1)
    assert [len(image.instances) for image in evaluation.images] == [1, 1, 0]
    found = evaluation.images[1].instances[0]
    assert (found.category, found.score, found.box) == (0, pytest.approx(0.9), LEFT_HALF)
    assert found.segmentation == data.images[1].objects[0].segmentation
    assert list(evaluation.seconds) == ["read", "network", "detection", "scoring"]
    assert min(evaluation.seconds.values()) > 0
    json.dumps(evaluation.to_dict(), allow_nan=False)


def test_where_masks_are_scored_instances_are_in_the_order_of_both_scores(tmp_path):
    unsure = Figure((0, 0, 4, 8), 0.9, logit=math.log(3 / 2))
    sure = Figure((4, 0, 8, 8), 0.6, logit=math.log(19))
    data = people_in(tmp_path, [annotation(1, 1, LEFT_HALF)], 1)
    network = FakeNetwork([unsure, sure], scored_masks=True)

    (image,) = evaluate(network, data, progress=False).images

    assert [found.score for found in image.instances] == pytest.approx([0.57, 0.54], abs=1e-5)
    assert image.instances[1].box == LEFT_HALF
    x, _, width, _ = run_lengths.toBbox(image.instances[1].segmentation)
    assert 0 <= x < x + width <= WIDTH // 2, "each keeps its own mask"


def test_unreadable_images_are_listed_and_in_no_figure(tmp_path, network):
    people = [annotation(number, number, LEFT_HALF) for number in (1, 2, 3, 4)]
    data = people_in(tmp_path, [*people, annotation(5, 1, (5, 5, 0, 9))], 4)
    (tmp_path / "1.png").write_bytes(b"no image")
    Image.new("RGB", (9, 9)).save(tmp_path / "2.png")
    os.remove(tmp_path / "4.png")

    evaluation = evaluate(network, data, batch_size=3, progress=False)

    assert len(evaluation.images) == 1
    assert evaluation.metrics["mask_ap"] == pytest.approx(1)
    area, damaged, other_size, gone = evaluation.skipped
    assert "annotation 5" in area
    assert "1.png cannot be decoded" in damaged
    assert "2.png is 9 x 9 pixels, but annotated as 80 x 60" in other_size
    assert "4.png cannot be read" in gone


def test_an_exif_orientation_turns_nothing(tmp_path, network):
    data = people_in(tmp_path, [annotation(1, 1, LEFT_HALF)], 1)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (WIDTH, HEIGHT), "white").save(tmp_path / "1.png", exif=exif)
    evaluation = evaluate(network, data, progress=False)
    assert evaluation.metrics["mask_ap"] == pytest.approx(1)


def test_an_empty_mask_is_a_false_alarm_of_masks_only(tmp_path):
    network = FakeNetwork([Figure((0, 0, 4, 8), 0.9, area=(7, 7, 8, 8))])
    data = people_in(tmp_path, [annotation(1, 1, LEFT_HALF)], 1)
    metrics = evaluate(network, data, progress=False).metrics
    assert (metrics["mask_ap50"], metrics["box_ap50"]) == (0, pytest.approx(1))


def test_a_box_outside_the_image_is_empty(tmp_path):
    network = FakeNetwork([Figure((9, 9, 12, 12), 0.9)])
    data = people_in(tmp_path, [annotation(1, 1, LEFT_HALF)], 1)
    (found,) = evaluate(network, data, progress=False).images[0].instances
    x1, y1, x2, y2 = found.box
    assert x2 - x1 == y2 - y1 == 0


def test_the_batch_size_changes_nothing(tmp_path, tiny):
    data = people_in(tmp_path, [annotation(n, n, (10, 5, 30, 40)) for n in (1, 2, 3)], 3)
    model = build_yolact(tiny, num_classes=2)
    alone, together = (evaluate(model, data, size, progress=False) for size in (1, 3))
    for one, other in zip(alone.images, together.images, strict=True):
        assert one.instances
        np.testing.assert_allclose(
            [found.score for found in one.instances],
            [found.score for found in other.instances],
            atol=1e-5,
        )


def test_nothing_to_evaluate_on(tmp_path, network):
    data = people_in(tmp_path, [annotation(1, 1, LEFT_HALF)], 1)
    (tmp_path / "1.png").write_bytes(b"no image")
    with pytest.raises(YolactError, match=r"None of the 1 images .*1\.png cannot be decoded"):
        evaluate(network, data, progress=False)
    for nothing in (people_in(tmp_path, [], 1), data._replace(images=[])):
        with pytest.raises(YolactError, match="no object to evaluate on"):
            evaluate(network, nothing, progress=False)


def test_a_network_of_other_classes_is_refused(tmp_path, network):
    data = people_in(tmp_path, [], 1)
    with pytest.raises(YolactError, match="2 categories for a network of 1 classes"):
        evaluate(network, data._replace(categories={0: "person", 1: "bag"}), progress=False)
