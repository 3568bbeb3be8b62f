"""Average precision against values computed by hand."""

import contextlib
import io
import json

import numpy as np
import pytest
from pycocotools import mask as run_lengths
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from tests.yolact_tf import annotated_folder
from tests.yolact_tf.evaluation.scenes import instance, scene, thing
from yolact_tf.data.coco import AnnotatedObject, read_coco
from yolact_tf.evaluation.instances import Instance
from yolact_tf.evaluation.scoring import EvaluatedImage, score

LEFT, RIGHT, CORNER = (10, 10, 50, 50), (60, 10, 100, 50), (0, 60, 30, 90)


def test_perfect_detections():
    small, medium = (0, 0, 20, 20), (40, 20, 100, 70)
    images = [
        scene([thing(small)], [instance(small, 0.6)]),
        scene([thing(medium)], [instance(medium, 0.7)]),
    ]
    metrics, curves = score(images, 1)
    sizes = {f"{kind}_{figure}_large" for kind in ("mask", "box") for figure in ("ap", "ap50")}
    assert {name: value for name, value in metrics.items() if name not in sizes} == {
        f"{kind}_{figure}": pytest.approx(1)
        for kind in ("mask", "box")
        for figure in (
            *("ap", "ap50", "ap75", "ap_small", "ap_medium", "ar100"),
            *("ap50_small", "ap50_medium"),
        )
    }
    assert {metrics[name] for name in sizes} == {None}
    assert curves == {kind: pytest.approx((1.0,) * 101) for kind in ("mask", "box")}


def test_a_shifted_detection_counts_up_to_its_overlap():
    shifted = (18, 10, 58, 50)  # IoU 32 / 48, which passes 0.5, 0.55, 0.6 and 0.65
    metrics = score([scene([thing(LEFT)], [instance(shifted, 0.9)])], 1).metrics
    for kind in ("mask", "box"):
        assert metrics[f"{kind}_ap"] == pytest.approx(0.4)
        assert metrics[f"{kind}_ap50"] == pytest.approx(1)
        assert metrics[f"{kind}_ap75"] == 0
        assert metrics[f"{kind}_ap_medium"] == pytest.approx(0.4)
        assert metrics[f"{kind}_ap50_medium"] == pytest.approx(1)
        assert metrics[f"{kind}_ar100"] == pytest.approx(0.4)


@pytest.mark.parametrize(("false_score", "precision"), [(0.4, 1), (0.6, 0.5)])
def test_a_false_alarm_matters_if_it_is_surer_than_what_is_true(false_score, precision):
    found = [instance(LEFT, 0.5), instance(RIGHT, false_score)]
    metrics = score([scene([thing(LEFT)], found)], 1).metrics
    assert metrics["mask_ap"] == metrics["box_ap"] == pytest.approx(precision)


def test_half_of_the_objects_found_is_half_of_the_recalls():
    metrics, curves = score([scene([thing(LEFT), thing(RIGHT)], [instance(LEFT, 0.9)])], 1)
    assert metrics["mask_ap"] == pytest.approx(51 / 101)  # 0, 0.01 … 0.5
    assert metrics["mask_ar100"] == pytest.approx(0.5)
    assert curves["mask"] == pytest.approx((1.0,) * 51 + (0.0,) * 50)


def test_what_is_in_a_crowd_is_neither_right_nor_wrong():
    crowd = thing((60, 0, 120, 100), crowd=True)
    found = [instance(RIGHT, 0.9), instance(LEFT, 0.5)]
    assert score([scene([thing(LEFT), crowd], found)], 1).metrics["mask_ap"] == pytest.approx(1)
    assert set(score([scene([crowd], found[:1])], 1).metrics.values()) == {None}


def test_what_has_no_mask_counts_for_boxes_alone():
    boxed = thing(RIGHT)._replace(mask_annotated=False)
    found = [instance(RIGHT, 0.9, mask=(60, 10, 70, 20)), instance(LEFT, 0.5)]
    metrics = score([scene([thing(LEFT), boxed], found)], 1).metrics
    assert [metrics["mask_ap"], metrics["box_ap"]] == pytest.approx([1, 1])
    metrics = score([scene([thing(LEFT), boxed], found[1:])], 1).metrics
    assert metrics["mask_ap"] == pytest.approx(1)
    assert metrics["box_ap"] == pytest.approx(51 / 101)


def test_nothing_found():
    metrics = score([scene([thing(LEFT)], [])], 1).metrics
    assert metrics["mask_ap"] == metrics["box_ap"] == metrics["mask_ar100"] == 0


def test_nothing_annotated_is_undefined():
    metrics, curves = score([scene([], [instance(LEFT, 0.9)])], 1)
    assert set(metrics.values()) == {None}
    assert curves == {"mask": (), "box": ()}


def test_a_false_alarm_in_an_image_without_objects_counts():
    empty = scene([], [instance(RIGHT, 0.9)])
    metrics = score([scene([thing(LEFT)], [instance(LEFT, 0.5)]), empty], 1).metrics
    assert metrics["mask_ap"] == pytest.approx(0.5)


def test_the_mean_is_over_the_categories_that_have_objects():
    things = [thing(LEFT, 0), thing(RIGHT, 1)]
    found = [instance(LEFT, 0.9, 0), instance(RIGHT, 0.9, 0), instance(CORNER, 0.9, 2)]
    assert score([scene(things, found)], 3).metrics["mask_ap50"] == pytest.approx(0.5)


def test_masks_and_boxes_are_judged_apart():
    narrow = (10, 10, 22, 50)  # 30% of LEFT
    metrics = score([scene([thing(LEFT)], [instance(LEFT, 0.9, mask=narrow)])], 1).metrics
    assert (metrics["mask_ap50"], metrics["box_ap50"]) == (0, pytest.approx(1))


def test_the_annotated_area_decides_the_size():
    large = thing(LEFT)._replace(area=96.0**2 + 1)
    metrics = score([scene([large], [instance(LEFT, 0.9)])], 1).metrics
    assert metrics["mask_ap_medium"] is None
    assert metrics["mask_ap_large"] == metrics["box_ap_large"] == pytest.approx(1)


def test_figures_are_those_of_pycocotools_on_the_file_itself(tmp_path):
    rng = np.random.default_rng(3)

    def box():
        x, y = rng.integers(0, 40, 2).tolist()
        width, height = rng.integers(12, 20, 2).tolist()
        return x, y, width, height

    annotations = [
        annotated_folder.annotation(
            number, 1 + number % 6, box(), category_id=7 + 2 * (number % 2), area=10.0**number
        )
        for number in range(1, 13)
    ]
    annotations.append(annotated_folder.annotation(13, 2, (0, 0, 60, 30), iscrowd=1, area=9.0))
    annotations[-1]["segmentation"] = {"size": [60, 80], "counts": [0, 2400, 2400]}
    path = annotated_folder.write(str(tmp_path), annotated_folder.content(annotations, images=6))
    data = read_coco(path, str(tmp_path))
    images = [
        EvaluatedImage(image, tuple(_moved(found, rng) for found in image.objects))
        for image in data.images
    ]
    metrics = score(images, 2).metrics
    assert 0 < metrics["mask_ap"] < 1
    for kind, name in (("segm", "mask"), ("bbox", "box")):
        ours = [metrics[f"{name}_{key}"] for key in ("ap", "ap50", "ap75", "ap_small", "ap_large")]
        assert [-1 if value is None else value for value in ours] == pytest.approx(
            _by_pycocotools(path, images, kind)[[0, 1, 2, 3, 5]].tolist(), abs=1e-12
        )


def _moved(found: AnnotatedObject, rng: np.random.Generator) -> Instance:
    shift = int(rng.integers(0, 4))
    mask = np.asfortranarray(np.roll(found.mask(), shift, axis=1))
    x1, y1, x2, y2 = map(int, found.box)
    box = (x1 + shift, y1, x2 + shift, y2)
    return Instance(found.category, float(rng.uniform(0.1, 1)), box, run_lengths.encode(mask))


def _by_pycocotools(path, images, kind):
    with open(path) as file:
        ids = [image["id"] for image in json.load(file)["images"]]
    results = []
    for identity, image in zip(ids, images, strict=True):
        for found in image.instances:
            x1, y1, x2, y2 = found.box
            shape = (
                {"segmentation": found.segmentation}
                if kind == "segm"
                else {"bbox": [x1, y1, x2 - x1, y2 - y1]}
            )
            category = (7, 9)[found.category]
            results.append(
                {"image_id": identity, "category_id": category, "score": found.score, **shape}
            )
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(path)
        run = COCOeval(truth, truth.loadRes(results), kind)
        run.evaluate()
        run.accumulate()
        run.summarize()
    return run.stats
