import numpy as np
import pytest

from tests.yolact_tf.data.augmentation.made import image, sample, solid
from yolact_tf.data.augmentation.copy_paste import Donor, copy_paste, cut_out, is_pastable

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
    ("found", "pastable"),
    [
        (solid(0, (10, 10, 20, 30)), True),
        (solid(0, (10, 10, 20, 30), crowd=True), False),
        (solid(0, (0, 10, 20, 30)), False),
        (solid(0, (10, 10, 20, 40)), False),
        (solid(0, (10, 10, 14, 15)), False),
    ],
)
def test_only_whole_single_objects_are_pasted(found, pastable):
    assert is_pastable(found, image([found])) == pastable


def test_an_object_is_cut_out_by_its_box():
    found = solid(4, (10, 10, 20, 30))
    donor = cut_out(found, image([found]))
    assert donor.pixels.shape == (20, 10, 3)
    assert (donor.pixels == 204).all()
    assert donor.category == 4
