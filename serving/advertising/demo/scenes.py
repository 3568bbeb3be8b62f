"""Drawn scenes that show something which the demonstration advertises for."""

import dataclasses
from collections.abc import Collection

from graftnet_tf.lift_scenes.scene.records import SnapshotRecord, snapshot_record

_TRIES = 300
_MOST_PEOPLE = 2


@dataclasses.dataclass(frozen=True)
class DemoScene:
    """What a camera sees.

    Attributes:
      title: What it is of.
      jpeg: The snapshot.
    """

    title: str
    jpeg: bytes


def telling_scenes(attributes: Collection[str], seed: int) -> list[DemoScene]:
    """An empty lift, then for each attribute a scene in which it is well seen, and nobody again."""
    found: dict[str, SnapshotRecord] = {}
    empty = None
    for index in range(_TRIES):
        record = snapshot_record(seed, index)
        if not record.passengers:
            empty = empty or record
        elif len(record.passengers) <= _MOST_PEOPLE:
            for passenger in record.passengers:
                for name in passenger.attributes & set(attributes):
                    if not passenger.hidden and passenger.visible_fraction > 0.95:
                        found.setdefault(name, record)
        if empty and len(found) == len(set(attributes)):
            break
    nobody = [DemoScene("Nobody there", empty.jpeg)] if empty else []
    seen = [DemoScene(name.replace("_", " "), found[name].jpeg) for name in sorted(found)]
    return [*nobody, *seen, *nobody]
