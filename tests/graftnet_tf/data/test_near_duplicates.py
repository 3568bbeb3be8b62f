import io

import numpy as np
import pytest
from PIL import Image
from scipy import sparse

from graftnet_tf.data import near_duplicates
from graftnet_tf.data.near_duplicates import (
    COLOURS,
    MAX_BITS,
    Look,
    look,
    near_any,
    near_duplicate_codes,
    near_duplicate_groups,
)
from tests.drawn_looks import scene

GREY = np.full((8, 8, 3), 96, np.float16).tobytes()


def groups(*shapes: int) -> list[list[int]]:
    return near_duplicate_groups([Look(shape, GREY) for shape in shapes])


def test_hashes_within_the_distance_are_of_a_group():
    assert groups(0, (1 << 20) - 1, 1 << 63, 0, 0xFFFF << 40, (1 << 13) - 1) == [[0, 2, 3], [1, 5]]
    assert groups(0, 0xFF, 0xFFFF) == [[0, 1, 2]]  # the last through the second


def test_every_pair_is_found_as_by_comparing_all():
    rng = np.random.default_rng(0)
    for _ in range(150):
        value = int(rng.integers(0, 1 << 62))
        flipped = rng.choice(64, int(rng.integers(0, 2 * MAX_BITS)), replace=False)
        other = value ^ sum(1 << int(bit) for bit in flipped)
        assert groups(value, other) == ([[0, 1]] if len(flipped) <= MAX_BITS else [])


@pytest.mark.parametrize(("count", "masks"), [(100, 9), (30_000, 45), (1_000_000, 165)])
def test_near_hashes_agree_in_a_mask_however_many_there_are(count, masks):
    found = [int(mask) for mask in near_duplicates._masks(count)]
    assert len(found) == masks
    rng = np.random.default_rng(0)
    for _ in range(300):
        flipped = sum(1 << int(bit) for bit in rng.choice(64, MAX_BITS, replace=False))
        assert any(mask & flipped == 0 for mask in found)


def test_groups_are_the_same_by_any_masks(monkeypatch):
    """Of 200 hashes that differ in few bits from one of 20, by their distances and by masks."""
    rng = np.random.default_rng(0)
    centres = [int(rng.integers(0, 1 << 62)) for _ in range(20)]
    shapes = [
        centres[int(rng.integers(20))] ^ sum(1 << int(bit) for bit in rng.choice(64, 6))
        for _ in range(200)
    ]
    near = [[(one ^ other).bit_count() <= MAX_BITS for other in shapes] for one in shapes]
    _, expected = sparse.csgraph.connected_components(np.array(near))
    for enough in (100, 30_000, 1_000_000):
        masks = near_duplicates._masks(enough)
        monkeypatch.setattr(near_duplicates, "_masks", lambda _, masks=masks: masks)
        codes = near_duplicate_codes(
            np.array(shapes, np.uint64),
            np.frombuffer(GREY * len(shapes), np.float16).reshape(200, -1),
        )
        monkeypatch.undo()
        assert len({*zip(codes.tolist(), expected.tolist(), strict=True)}) == codes.max() + 1
        assert codes.max() == expected.max()


def test_alike_in_shape_but_not_in_colour_is_not_near():
    red, reddish, blue = (
        np.tile(np.array(colour, np.float16), (8, 8, 1)).tobytes()
        for colour in ((200, 44, 44), (194, 47, 47), (44, 44, 200))
    )
    assert near_duplicate_groups([Look(5, red), Look(5, blue), Look(5, reddish)]) == [[0, 2]]


def test_those_near_any_of_others_are_told_by_shape_and_colour():
    shapes = np.array([0, 0xFF, 0x1FF, 5, 0xFF << 32], np.uint64)
    colours = np.stack([np.full(COLOURS, value, np.float16) for value in (96, 96, 96, 80, 96)])
    others, of_others = np.array([0, 1 << 63], np.uint64), colours[:2]
    found = near_any(shapes, colours, others, of_others)
    assert found.tolist() == [True, True, False, False, True]
    assert near_any(shapes, colours, others[:0], of_others[:0]).tolist() == [False] * 5


def test_few_make_no_group_and_many_equal_ones_one():
    assert groups() == []
    assert groups(7) == []
    assert groups(*[7] * 5000) == [list(range(5000))]


def test_many_pairs_are_joined_on_the_way(monkeypatch):
    monkeypatch.setattr(near_duplicates, "_ENOUGH_PAIRS", 3)
    shapes = [1 << bit for bit in range(12)]
    assert groups(*shapes, 0xFFFFFF << 40) == [list(range(12))]


def test_an_image_saved_again_smaller_is_near_and_another_is_far():
    data = io.BytesIO()
    scene(0).resize((40, 60)).save(data, "JPEG", quality=60)
    images = [scene(0), Image.open(data), scene(1)]
    looks = [look(np.asarray(image)) for image in images]
    assert near_duplicate_groups(looks) == [[0, 1]]
