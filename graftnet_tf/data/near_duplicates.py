"""Near-duplicates among images: alike in coarse shape and in colour.

The shape is a perceptual hash of 64 bits, the colour a thumbnail of 8 x 8 pixels, brought to one
brightness so that exposure does not count. Of 1,500 street crops (PA-100K, 1.1 million pairs)
15 pairs are near, each of one person on a look; of 750 drawn passengers (280,875 pairs), whose
hashes alone are as near in 671 pairs, none. A crop saved again (JPEG quality 60), halved or
brightened by a tenth is found, of those whose edges were cut by 2 % 95 of 100, by 5 % 11.
"""

import hashlib
import itertools
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import imagehash
import numpy as np
from PIL import Image
from scipy import sparse

MAX_BITS = 8
"""Bits of 64 in which the hashes of near-duplicates differ at most."""

MAX_COLOUR = 8.0
"""Mean difference of their thumbnails at most, of values whose mean is `_BRIGHTNESS`."""

_BITS = 64
_SIDE = 8
COLOURS = 3 * _SIDE**2
"""Values of a thumbnail."""

_BRIGHTNESS = 96.0
_ENOUGH_PAIRS = 1_000_000
_COMPARED = 1 << 15  # pairs of thumbnails at a time
_AT_ONCE = 1 << 12  # images compared with all of some others
_DIGEST = 16
_MOST_AGREEING = 4
_SORTING = 2  # comparisons that take as long as the sorting of one image
_SET_BITS = np.array([number.bit_count() for number in range(1 << 16)], np.uint8)


class Look(NamedTuple):
    """How an image looks.

    Attributes:
      shape: Perceptual hash, an integer of 64 bits.
      colour: bytes of a float16 [8, 8, 3] RGB thumbnail whose values have one mean.
    """

    shape: int
    colour: bytes


def look(image: np.ndarray) -> Look:
    """How an image looks: the signs of low frequencies (imagehash's `phash`), and its colours.

    Args:
      image: uint8 [H, W, 3] RGB.
    """
    opened = Image.fromarray(image)
    bits = imagehash.phash(opened).hash.ravel()
    small = np.asarray(opened.resize((_SIDE, _SIDE), Image.Resampling.BOX), np.float32)
    colour = small * (_BRIGHTNESS / max(small.mean(), 1.0))
    shape = int.from_bytes(np.packbits(bits).tobytes(), "big")
    return Look(shape, colour.astype(np.float16).tobytes())


def near_duplicate_groups(looks: Sequence[Look]) -> list[list[int]]:
    """Images that are near-duplicates of one another, straight or through others.

    Args:
      looks: Looks of `look`.

    Returns:
      Places in `looks`, ascending, of every group of two or more, in order of the first.
    """
    if not looks:
        return []
    codes = near_duplicate_codes(
        np.array([found.shape for found in looks], np.uint64),
        np.stack([np.frombuffer(found.colour, np.float16) for found in looks]),
    )
    order = np.argsort(codes, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)
    return sorted(part.tolist() for part in parts if len(part) > 1)


def near_duplicate_codes(shapes: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """The same groups as numbers.

    The bits of a hash are cut into `MAX_BITS` + k bands: hashes that differ in no more bits agree
    in k whole bands, so only those that share some k bands are compared; k grows with the number
    of images. A set in which all are alike takes time by its square.

    Args:
      shapes: uint64 [n], `shape` of each look.
      colours: float16 [n, `COLOURS`], `colour` of each look.

    Returns:
      int32 [n], equal for images of one group, 0…groups - 1.
    """
    digests = [
        hashlib.blake2b(shape.tobytes() + colour.tobytes(), digest_size=_DIGEST).digest()
        for shape, colour in zip(shapes, colours, strict=True)
    ]
    _, firsts, different = np.unique(
        np.frombuffer(b"".join(digests), f"V{_DIGEST}"), return_index=True, return_inverse=True
    )
    if not len(firsts):
        return np.zeros(0, np.int32)
    return _groups(shapes[firsts], colours[firsts])[different]


def near_any(
    shapes: np.ndarray, colours: np.ndarray, others: np.ndarray, colours_of_others: np.ndarray
) -> np.ndarray:
    """Which images are near-duplicates of any of some others; takes time by the product of both.

    Args:
      shapes, colours: As for `near_duplicate_codes`.
      others, colours_of_others: The same of the m others.

    Returns:
      bool [n].
    """
    found = np.zeros(len(shapes), bool)
    signs_of_others = _signs(others)
    colours_of_others = colours_of_others.astype(np.float32)
    for first in range(0, len(shapes), _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        agreeing_less_differing = _signs(shapes[some]) @ signs_of_others.T
        near, other = np.nonzero(agreeing_less_differing >= _BITS - 2 * MAX_BITS)
        of_near = colours[some][near].astype(np.float32)
        differences = np.abs(of_near - colours_of_others[other]).mean(axis=1)
        found[first + near[differences <= MAX_COLOUR]] = True
    return found


def _signs(shapes: np.ndarray) -> np.ndarray:
    """float32 [n, 64] of uint64 [n]: 1 for a bit that is set, -1 for one that is not."""
    bits = np.unpackbits(np.ascontiguousarray(shapes).view(np.uint8).reshape(-1, 8), axis=1)
    return 2 * bits.astype(np.float32) - 1


def _groups(shapes: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """int32 [n], the group of each of n different looks."""
    count = len(shapes)
    groups = np.arange(count, dtype=np.int32)
    links: list[np.ndarray] = []

    def joined() -> np.ndarray:
        firsts = np.unique(groups, return_index=True)[1]
        pairs = np.concatenate([*links, np.stack([firsts[groups], np.arange(count)], axis=1)])
        graph = sparse.coo_array((np.ones(len(pairs), bool), pairs.T), shape=(count, count))
        return sparse.csgraph.connected_components(graph, directed=False)[1]

    found = 0
    for pairs in _near(shapes, colours):
        links.append(pairs)
        found += len(pairs)
        if found > _ENOUGH_PAIRS:  # what has been found is kept as groups alone
            groups, found = joined(), 0
            links.clear()
    return joined()


def _near(shapes: np.ndarray, colours: np.ndarray) -> Iterator[np.ndarray]:
    """int64 [pairs, 2] of places of near looks, some of them more than once."""
    for mask in _masks(len(shapes)):
        for firsts, seconds in _pairs_of_equal(shapes & mask):
            near = _set_bits(shapes[firsts] ^ shapes[seconds]) <= MAX_BITS
            firsts, seconds = firsts[near], seconds[near]
            for first in range(0, len(firsts), _COMPARED):
                some, others = firsts[first : first + _COMPARED], seconds[first : first + _COMPARED]
                before, after = (colours[side].astype(np.float32) for side in (some, others))
                alike = np.abs(before - after).mean(axis=1) <= MAX_COLOUR
                if alike.any():
                    yield np.stack([some[alike], others[alike]], axis=1)


def _masks(count: int) -> list[np.uint64]:
    """Bits that near hashes of `count` may agree in, one of these masks at least."""

    def cost(agreeing: int) -> float:
        bands = MAX_BITS + agreeing
        compared = count**2 / 2 ** (1 + _BITS * agreeing / bands)
        return math.comb(bands, agreeing) * (_SORTING * count + compared)

    agreeing = min(range(1, _MOST_AGREEING + 1), key=cost)
    edges = np.linspace(0, _BITS, MAX_BITS + agreeing + 1).astype(int).tolist()
    bands = [(1 << high) - (1 << low) for low, high in itertools.pairwise(edges)]
    return [np.uint64(sum(some)) for some in itertools.combinations(bands, agreeing)]


def _pairs_of_equal(keys: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Places of equal keys, each pair once, as (int64 [pairs], int64 [pairs])."""
    order = np.argsort(keys, kind="stable")
    in_order = keys[order]
    left = np.arange(len(keys))
    for distance in range(1, len(keys)):
        left = left[: np.searchsorted(left, len(keys) - distance)]
        left = left[in_order[left] == in_order[left + distance]]
        if not len(left):
            return
        yield order[left], order[left + distance]


def _set_bits(values: np.ndarray) -> np.ndarray:
    """Number of bits that are set in uint64 [n], uint8 [n]."""
    return _SET_BITS[values.view(np.uint16).reshape(-1, 4)].sum(axis=1, dtype=np.uint8)
