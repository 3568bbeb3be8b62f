import numpy as np
import pytest

from tests.yolact_tf.annotated_folder import rectangle
from tests.yolact_tf.data.augmentation.made import image, sample, solid
from yolact_tf.data.augmentation.copy_paste import Donor, copy_paste, cut_out, pastable
from yolact_tf.data.coco import AnnotatedImage, AnnotatedObject
from yolact_tf.data.coco_segmentation import compressed
from yolact_tf.data.ground_truth import CROWD

DONOR = Donor(np.full((30, 10, 3), 250, np.uint8), np.full((30, 10), 255, np.uint8), 4)


@pytest.mark.parametrize("seed", range(30))
def test_pasted_objects_show_where_their_masks_are_and_nothing_is_covered_twice(seed):
    below = sample(48, [(4, 4, 44, 44)])
    pasted = copy_paste(below, 1.0, lambda: DONOR, 3, np.random.default_rng(seed))
    assert pasted.masks.sum(axis=0).max() <= 1
    above = pasted.masks[pasted.classes == 4]
    assert len(above) <= 3
    assert (pasted.pixels[above.any(axis=0)] == 250).all()
    assert not pasted.pixels[pasted.masks[pasted.classes == 0].any(axis=0)].any()


def test_a_sample_without_objects_gains_some():
    counts = {
        len(copy_paste(sample(48, []), 1.0, lambda: DONOR, 3, np.random.default_rng(seed)).classes)
        for seed in range(30)
    }
    assert {1, 2, 3} <= counts


def test_what_is_covered_but_for_a_rest_is_no_longer_annotated():
    for seed in range(60):
        below = sample(48, [(20, 20, 30, 30)])
        pasted = copy_paste(below, 1.0, lambda: DONOR, 3, np.random.default_rng(seed))
        left = pasted.masks[pasted.classes == 0].sum()
        assert left == 0 or left >= 10


def test_a_pasted_object_is_squashed_like_the_image():
    square = Donor(DONOR.pixels[:10], DONOR.mask[:10], 4)
    ratios = []
    for seed in range(30):
        pasted = copy_paste(sample(200, []), 0.5, lambda: square, 1, np.random.default_rng(seed))
        for mask in pasted.masks:
            rows, columns = mask.any(axis=1), mask.any(axis=0)
            if not (rows[0] or rows[-1] or columns[0] or columns[-1]):
                ratios.append(columns.sum() / rows.sum())
    assert len(ratios) > 5
    np.testing.assert_allclose(ratios, 0.5, atol=0.03)


@pytest.mark.parametrize(
    ("box", "is_pastable"),
    [
        ((10, 10, 10, 20), True),
        ((0, 10, 20, 20), False),
        ((10, 0, 20, 20), False),
        ((10, 10, 50, 20), False),
        ((10, 10, 20, 30), False),
        ((1, 1, 58, 38), True),
        ((10, 10, 4, 6), False),
        ((10, 10, 5, 5), True),
    ],
)
def test_only_whole_and_large_objects_are_pasted(box, is_pastable):
    assert pastable(annotated(box)).tolist() == ([0] if is_pastable else [])


def test_crowds_are_not_pasted_and_places_are_those_of_the_image():
    boxes = [(0, 0, 10, 10), (10, 10, 10, 20), (20, 5, 30, 30)]
    assert pastable(annotated(*boxes)).tolist() == [1, 2]
    assert pastable(annotated(*boxes, crowd=True)).tolist() == []
    assert pastable(annotated()).tolist() == []


def annotated(*boxes, crowd=False):
    """An image of 40 x 60 with rectangles of x, y, width, height."""
    objects = [
        AnnotatedObject(0, crowd, box, compressed(rectangle(*box), 40, 60)[0], 1.0) for box in boxes
    ]
    return AnnotatedImage("", 40, 60, tuple(objects))


def test_objects_without_masks_are_not_pasted():
    whole = annotated((10, 10, 10, 20))
    boxed = whole._replace(objects=(whole.objects[0]._replace(mask_annotated=False),))
    assert pastable(boxed).tolist() == []


def test_who_is_pasted_before_another_covers_a_part_and_stands_no_higher():
    shares = []
    for seed in range(80):
        below = sample(100, [(40, 30, 60, 80)])
        pasted = copy_paste(below, 1.0, lambda: DONOR, 1, np.random.default_rng(seed), overlap=1.0)
        behind, before = pasted.masks[pasted.classes == 0], pasted.masks[pasted.classes == 4]
        assert len(before) == 1
        assert not (behind.any(axis=0) & before[0].astype(bool)).any()
        assert np.flatnonzero(before[0].any(axis=1)).max() >= 79
        shares.append(behind.sum() / (20 * 50))
    assert max(shares) < 1, "every one covers something"
    assert min(shares) > 0.2
    assert np.mean(shares) < 0.9


def test_of_several_before_others_the_lowest_feet_lie_on_top():
    for seed in range(40):
        below = sample(100, [(40, 10, 60, 60)])
        pasted = copy_paste(below, 1.0, lambda: DONOR, 4, np.random.default_rng(seed), overlap=1.0)
        masks = pasted.masks[pasted.classes == 4]
        feet = [np.flatnonzero(mask.any(axis=1)).max() for mask in masks]
        assert feet[-1] == max(feet)
        assert masks[-1].sum() == masks[-1].any(axis=0).sum() * masks[-1].any(axis=1).sum()


def test_a_box_that_is_covered_for_more_than_a_fifth_becomes_a_crowd():
    kinds = {}
    for seed in range(60):
        below = sample(100, [(40, 30, 60, 80)])
        below.mask_annotated[:] = False
        below.keypoints[0, :2] = [[41.5, 31.5], [50, 55]]
        pasted = copy_paste(below, 1.0, lambda: DONOR, 1, np.random.default_rng(seed), overlap=1.0)
        (place,) = np.flatnonzero(pasted.classes != 4)
        left = pasted.masks[place].sum() / (20 * 50)
        kinds.setdefault(int(pasted.classes[place]), []).append(left)
        for x, y in pasted.keypoints[place, :2]:
            assert np.isnan(x) or pasted.masks[place, int(y), int(x)]
    assert max(kinds[CROWD]) < 0.8
    assert min(kinds.get(0, [0.8])) >= 0.8


def test_where_nothing_can_be_drawn_the_sample_stays():
    below = sample(48, [(4, 4, 44, 44)])
    pasted = copy_paste(below, 1.0, lambda: None, 3, np.random.default_rng(0))
    np.testing.assert_array_equal(pasted.masks, sample(48, [(4, 4, 44, 44)]).masks)
    assert not pasted.pixels.any()


def test_an_object_is_cut_out_by_its_box():
    found = solid(4, (10, 10, 20, 30))
    donor = cut_out(found, image([found]))
    assert donor.pixels.shape == (20, 10, 3)
    assert (donor.pixels == 204).all()
    assert donor.category == 4
