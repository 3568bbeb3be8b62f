"""Snapshots and crops as bytes and plain values: what drawing processes hand back."""

import dataclasses
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image
from pycocotools import mask as run_lengths

from graftnet_tf.lift_scenes.dataset.person_crop import person_crop
from graftnet_tf.lift_scenes.scene.casting import Wish
from graftnet_tf.lift_scenes.scene.scene import (
    SeenPassenger,
    Snapshot,
    render_snapshot,
    render_wished,
)

JPEG_QUALITY = 92


@dataclasses.dataclass(frozen=True)
class PassengerRecord:
    """Ground truth of one passenger; `area` in pixels.

    `rle` is its mask over the whole snapshot, as COCO compresses it: `size` and a `counts` of
    text.
    """

    attributes: frozenset[str]
    box: tuple[int, int, int, int]
    area: int
    visible_fraction: float
    hidden: bool
    rle: dict[str, Any]


@dataclasses.dataclass(frozen=True)
class SnapshotRecord:
    """One snapshot: JPEG bytes, width and height in pixels, ground truth."""

    jpeg: bytes
    width: int
    height: int
    passengers: tuple[PassengerRecord, ...]


@dataclasses.dataclass(frozen=True)
class CropRecord:
    """One passenger cut out: JPEG bytes, and the attributes that it shows."""

    jpeg: bytes
    attributes: frozenset[str]


def snapshot_record(seed: int, index: int) -> SnapshotRecord:
    """Snapshot `index` of the series `seed`."""
    return _snapshot_record(render_snapshot(seed, index))


def wished_record(
    seeds: Sequence[int], wishes: Sequence[Wish], size: tuple[int, int] | None = None
) -> SnapshotRecord:
    """The snapshot that `crop_records` cuts."""
    return _snapshot_record(render_wished(np.random.default_rng(seeds), wishes, size))


def crop_records(
    seeds: Sequence[int], wishes: Sequence[Wish], size: tuple[int, int] | None = None
) -> list[CropRecord]:
    """Crops of the well visible passengers of a snapshot with one passenger per wish.

    Args:
      seeds: Seeds of the snapshot: the same seeds and wishes, the same bytes.
      wishes: One per passenger.
      size: (width, height) of the snapshot in pixels, see `render_snapshot`.
    """
    snapshot = render_wished(np.random.default_rng(seeds), wishes, size)
    return [
        CropRecord(jpeg(person_crop(snapshot.image, seen.mask)), seen.attributes)
        for seen in snapshot.passengers
        if not seen.hidden
    ]


def _snapshot_record(snapshot: Snapshot) -> SnapshotRecord:
    height, width = snapshot.image.shape[:2]
    passengers = tuple(_passenger_record(seen) for seen in snapshot.passengers)
    return SnapshotRecord(jpeg(snapshot.image), width, height, passengers)


def _passenger_record(seen: SeenPassenger) -> PassengerRecord:
    area = int(np.count_nonzero(seen.mask))
    runs = run_lengths.encode(np.asfortranarray(seen.mask, np.uint8))
    rle = {**runs, "counts": runs["counts"].decode()}
    return PassengerRecord(seen.attributes, seen.box, area, seen.visible_fraction, seen.hidden, rle)


def jpeg(image: np.ndarray) -> bytes:
    """An image, uint8 [H, W, 3] RGB, as a file."""
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "JPEG", quality=JPEG_QUALITY)
    return stream.getvalue()


def pixels(data: bytes) -> np.ndarray:
    """uint8 [H, W, 3] RGB of a file that `jpeg` made."""
    return np.asarray(Image.open(io.BytesIO(data)))
