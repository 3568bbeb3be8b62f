import io

import numpy as np
import pytest
from PIL import Image

from graftnet_tf.data.near_duplicates import near_duplicate_groups, perceptual_hash


def test_hashes_within_the_distance_are_of_a_group():
    hashes = [0, 0b111111, 1 << 63, 0, 0xFF << 40, 0b11111111]
    assert near_duplicate_groups(hashes, 4) == [[0, 2, 3], [1, 5]]
    assert near_duplicate_groups(hashes, 0) == [[0, 3]]
    assert near_duplicate_groups(hashes, 6) == [[0, 1, 2, 3, 5]]  # the last through the second


@pytest.mark.parametrize("distance", [0, 1, 4, 15])
def test_every_pair_is_found_as_by_comparing_all(distance):
    rng = np.random.default_rng(distance)
    for _ in range(40):
        value = int(rng.integers(0, 1 << 62))
        flipped = rng.choice(64, int(rng.integers(0, 2 * distance + 2)), replace=False)
        other = value ^ sum(1 << int(bit) for bit in flipped)
        expected = [[0, 1]] if len(flipped) <= distance else []
        assert near_duplicate_groups([value, other], distance) == expected


def test_few_hashes_make_no_group_and_many_equal_ones_one():
    assert near_duplicate_groups([]) == []
    assert near_duplicate_groups([7]) == []
    assert near_duplicate_groups([7] * 5000) == [list(range(5000))]


def test_a_distance_out_of_range_is_refused():
    with pytest.raises(ValueError, match="expected 0 to 15"):
        near_duplicate_groups([1, 2], 16)


def scene(seed: int) -> Image.Image:
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (80, 120), "grey")
    for left, top in rng.integers(0, (60, 90), (12, 2)).tolist():
        colour = tuple(rng.integers(0, 256, 3).tolist())
        image.paste(colour, (left, top, left + 20, top + 30))
    return image


def test_an_image_saved_again_smaller_is_near_and_another_is_far():
    data = io.BytesIO()
    scene(0).resize((40, 60)).save(data, "JPEG", quality=60)
    images = [scene(0), Image.open(data), scene(1)]
    hashes = [perceptual_hash(np.asarray(image)) for image in images]
    assert near_duplicate_groups(hashes) == [[0, 1]]
