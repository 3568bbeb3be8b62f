"""Near-duplicates among images: alike in coarse shape and in colour.

The shape is a perceptual hash of 64 bits, the colour a thumbnail of 8 x 8 pixels, brought to one
brightness so that exposure does not count. Of 1,500 street crops (PA-100K, 1.1 million pairs)
15 pairs are near, each of one person on a look; of 750 drawn passengers (280,875 pairs), whose
hashes alone are as near in 671 pairs, none. A crop saved again (JPEG quality 60), halved or
brightened by a tenth is found, of those whose edges were cut by 2 % 95 of 100, by 5 % 11.
"""

import itertools
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
_BRIGHTNESS = 96.0
_ENOUGH_PAIRS = 1_000_000
_COMPARED = 1 << 15  # pairs at a time
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

    The bits of a hash are cut into `MAX_BITS` + 1 bands: hashes that differ in no more bits
    agree in a whole band, so only those that share a band are compared. 100,000 images of
    random hashes take half a minute; a set in which all are alike takes time by its square.

    Args:
      looks: Looks of `look`.

    Returns:
      Places in `looks`, ascending, of every group of two or more, in order of the first.
    """
    different = list(dict.fromkeys(looks))
    if not different:
        return []
    place_of = {found: place for place, found in enumerate(different)}
    groups = _groups(
        np.array([found.shape for found in different], np.uint64),
        np.stack([np.frombuffer(found.colour, np.float16) for found in different]),
    )
    group_of = groups[[place_of[found] for found in looks]]
    order = np.argsort(group_of, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(group_of[order])) + 1)
    return sorted(part.tolist() for part in parts if len(part) > 1)


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
    edges = np.linspace(0, _BITS, MAX_BITS + 2).astype(int)
    for low, high in itertools.pairwise(edges):
        band = (shapes >> np.uint64(low)) & np.uint64((1 << int(high - low)) - 1)
        order = np.argsort(band, kind="stable")
        for places in np.split(order, np.flatnonzero(np.diff(band[order])) + 1):
            rows = max(_COMPARED // len(places), 1)
            for first in range(0, len(places) - 1, rows):
                some, others = places[first : first + rows], places[first:]
                near = _distances(shapes[some, np.newaxis], shapes[others]) <= MAX_BITS
                pairs = np.argwhere(np.triu(near, 1))
                pairs = np.stack([some[pairs[:, 0]], others[pairs[:, 1]]], axis=1)
                before, after = (colours[side].astype(np.float32) for side in pairs.T)
                pairs = pairs[np.abs(before - after).mean(axis=1) <= MAX_COLOUR]
                if len(pairs):
                    yield pairs


def _distances(values: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Number of bits in which uint64 [n, 1] and [m] differ, uint8 [n, m]."""
    return _SET_BITS[(values ^ others)[..., np.newaxis].view(np.uint16)].sum(
        axis=-1, dtype=np.uint8
    )
