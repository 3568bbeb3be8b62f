"""Crops that a segmentation cut, each given the drawn passenger that it shows."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from pycocotools import mask as run_lengths
from scipy.optimize import linear_sum_assignment

from graftnet_tf.lift_scenes.scene.records import (
    CropRecord,
    PassengerRecord,
    SnapshotRecord,
    jpeg,
    pixels,
)

SAME_PERSON_IOU = 0.5


class Cutout(NamedTuple):
    """What a segmentation makes of one person.

    Attributes:
      crop: uint8 [h, w, 3] RGB, background and other people removed.
      mask: Run lengths over the whole snapshot, compressed as COCO has them.
    """

    crop: np.ndarray
    mask: dict[str, Any]


Cutter = Callable[[np.ndarray], Sequence[Cutout]]
"""From a snapshot uint8 [H, W, 3] RGB to the people in it."""


@dataclasses.dataclass
class Tally:
    """How the segmentation did.

    Attributes:
      visible: Passengers seen well enough to be judged.
      found: Number of those with a crop of their own.
      spurious: Crops that show no passenger, or one that has a crop already.
    """

    visible: int = 0
    found: int = 0
    spurious: int = 0

    def __str__(self) -> str:
        return (
            f"{self.found} of {self.visible} visible passengers found; "
            f"{self.spurious} crops of nobody left out"
        )


def cut_snapshots(
    snapshots: Iterable[SnapshotRecord], cutter: Cutter, tally: Tally
) -> Iterator[list[CropRecord]]:
    """Cuts the passengers out of each snapshot, labelled with what was drawn.

    Crops and passengers are paired so that their masks overlap most in all, and only where
    they overlap by `SAME_PERSON_IOU`. Passengers hidden too far to be judged are left out.

    Args:
      snapshots: Snapshots with their ground truth.
      cutter: Finds the people.
      tally: Counts to add to.
    """
    for snapshot in snapshots:
        cutouts = cutter(pixels(snapshot.jpeg))
        pairs = list(_pairs(cutouts, snapshot.passengers))
        shown = [(cutout, seen) for cutout, seen in pairs if not seen.hidden]
        tally.visible += sum(not passenger.hidden for passenger in snapshot.passengers)
        tally.found += len(shown)
        tally.spurious += len(cutouts) - len(pairs)
        yield [CropRecord(jpeg(cutout.crop), seen.attributes) for cutout, seen in shown]


def _pairs(
    cutouts: Sequence[Cutout], passengers: Sequence[PassengerRecord]
) -> Iterator[tuple[Cutout, PassengerRecord]]:
    if not cutouts or not passengers:
        return
    drawn = [seen.rle for seen in passengers]
    overlaps = run_lengths.iou([cutout.mask for cutout in cutouts], drawn, [False] * len(drawn))
    for crop, passenger in zip(*linear_sum_assignment(overlaps, maximize=True), strict=True):
        if overlaps[crop, passenger] >= SAME_PERSON_IOU:
            yield cutouts[crop], passengers[passenger]
