import dataclasses

import numpy as np
import pytest

from graftnet_tf.lift_scenes.dataset.person_crop import bounding_box, person_crop
from graftnet_tf.lift_scenes.people.figure import draw_figure
from graftnet_tf.lift_scenes.scene.casting import cast_passenger
from graftnet_tf.lift_scenes.scene.scene import SIZES, compose, render_snapshot


@pytest.fixture(scope="module")
def snapshots():
    return [render_snapshot(5, index) for index in range(10)]


def test_same_seed_same_bytes():
    first, second = render_snapshot(5, 1), render_snapshot(5, 1)
    np.testing.assert_array_equal(first.image, second.image)
    assert [p.attributes for p in first.passengers] == [p.attributes for p in second.passengers]
    for one, other in zip(first.passengers, second.passengers, strict=True):
        np.testing.assert_array_equal(one.mask, other.mask)


@pytest.mark.parametrize(("seed", "index"), [(6, 1), (5, 2)])
def test_another_seed_or_index_gives_another_snapshot(seed, index):
    size = SIZES[1]
    other = render_snapshot(seed, index, size).image
    assert not np.array_equal(render_snapshot(5, 1, size).image, other)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_size_as_asked(width, height):
    assert render_snapshot(0, 0, (width, height)).image.shape == (height, width, 3)


def test_both_sizes_and_up_to_five_passengers_occur(snapshots):
    assert {s.image.shape[:2] for s in snapshots} == {(1080, 1920), (720, 1280)}
    assert all(len(s.passengers) <= 5 for s in snapshots)
    assert max(len(s.passengers) for s in snapshots) >= 4


def test_masks_are_disjoint_and_boxes_bound_them(snapshots):
    for snapshot in snapshots:
        owners = np.zeros(snapshot.image.shape[:2], np.uint8)
        for passenger in snapshot.passengers:
            assert passenger.mask.shape == owners.shape
            owners += passenger.mask
            x, y, width, height = passenger.box
            inside = passenger.mask[y : y + height, x : x + width]
            assert inside.sum() == passenger.mask.sum() > 0
            assert inside[0].any()
            assert inside[-1].any()
            assert inside[:, 0].any()
            assert inside[:, -1].any()
            assert 0 < passenger.visible_fraction <= 1
        assert owners.max(initial=0) <= 1


def test_the_nearer_hides_the_farther():
    rng = np.random.default_rng(0)
    crowd = [cast_passenger(rng) for _ in range(40)]
    seen = compose(rng, crowd, SIZES[1]).passengers
    assert min(passenger.visible_fraction for passenger in seen) < 0.5
    assert any(passenger.hidden for passenger in seen)


def test_flipped_figure_is_the_mirror_image():
    passenger = cast_passenger(np.random.default_rng(3))
    (straight, (x, _)), (mirrored, (flipped_x, _)) = (
        draw_figure(dataclasses.replace(passenger, flipped=flipped, worn=frozenset()), 200)
        for flipped in (False, True)
    )
    np.testing.assert_array_equal(np.asarray(straight)[:, ::-1], np.asarray(mirrored))
    assert x + flipped_x == pytest.approx(straight.width)


def test_bounding_box_by_hand():
    mask = np.zeros((6, 8), bool)
    mask[2:5, 3] = mask[4, 3:7] = True
    assert bounding_box(mask) == (3, 2, 4, 3)


def test_person_crop_keeps_the_person_alone_with_a_margin():
    image = np.full((40, 50, 3), 200, np.uint8)
    mask = np.zeros((40, 50), bool)
    mask[10:30, 0:10] = True
    mask[10, 0] = False
    crop = person_crop(image, mask, margin=0.1)
    assert crop.shape == (24, 12, 3)  # 2 pixels around; the image ends on the left
    assert (crop > 0).all(axis=2).sum() == mask.sum()
    assert not crop[:2].any()
    assert not crop[2, 0].any()
