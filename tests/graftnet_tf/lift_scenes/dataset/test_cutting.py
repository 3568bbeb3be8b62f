import numpy as np
import pytest
from pycocotools import mask as run_lengths

from graftnet_tf.lift_scenes.dataset.cutting import Cutout, Tally, cut_snapshots
from graftnet_tf.lift_scenes.scene.records import PassengerRecord, SnapshotRecord, jpeg, pixels

SHAPE = (40, 60)
LEFT, RIGHT, HIDDEN = (0, 0, 20, 40), (30, 0, 50, 40), (52, 0, 60, 40)


def _mask(box):
    x1, y1, x2, y2 = box
    mask = np.zeros(SHAPE, np.uint8, order="F")
    mask[y1:y2, x1:x2] = 1
    return mask


def _passenger(box, name, hidden=False):
    mask = _mask(box)
    rle = run_lengths.encode(mask)
    return PassengerRecord(frozenset({name}), box, int(mask.sum()), 1.0, hidden, rle)


def _cutout(box, shade):
    return Cutout(np.full((8, 8, 3), shade, np.uint8), run_lengths.encode(_mask(box)))


SNAPSHOT = SnapshotRecord(
    jpeg(np.zeros((*SHAPE, 3), np.uint8)),
    SHAPE[1],
    SHAPE[0],
    (_passenger(LEFT, "bald"), _passenger(RIGHT, "suit"), _passenger(HIDDEN, "male", hidden=True)),
)


def _cut(*cutouts):
    tally = Tally()
    (crops,) = cut_snapshots([SNAPSHOT], lambda _: cutouts, tally)
    shades = {next(iter(crop.attributes)): int(pixels(crop.jpeg).mean()) for crop in crops}
    return shades, (tally.visible, tally.found, tally.spurious)


def test_every_passenger_gets_the_crop_that_covers_it_best():
    near = (0, 0, 14, 40)  # IoU 0.7 with LEFT
    cutouts = [_cutout(RIGHT, 50), _cutout(near, 100), _cutout(LEFT, 150)]
    assert _cut(*cutouts) == ({"bald": 150, "suit": 50}, (2, 2, 1))


@pytest.mark.parametrize(("width", "found"), [(10, 1), (9, 0)])
def test_crops_overlap_their_passenger_by_half(width, found):
    shades, tally = _cut(_cutout((0, 0, width, 40), 100))
    assert len(shades) == found
    assert tally == (2, found, 1 - found)


def test_a_hidden_passenger_is_left_out_and_its_crop_is_not_spurious():
    assert _cut(_cutout(HIDDEN, 100)) == ({}, (2, 0, 0))


def test_nobody_found_and_nobody_there():
    assert _cut() == ({}, (2, 0, 0))
    tally = Tally()
    empty = SNAPSHOT.__class__(SNAPSHOT.jpeg, *reversed(SHAPE), ())
    assert list(cut_snapshots([empty], lambda _: [_cutout(LEFT, 9)], tally)) == [[]]
    assert tally == Tally(0, 0, 1)
    assert str(tally) == "0 of 0 visible passengers found; 1 crops of nobody left out"
