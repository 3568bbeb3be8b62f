"""Drawn passengers as lifts would see them, each labelled for every attribute."""

import os

from graftnet_tf.io import atomic_files
from graftnet_tf.lift_scenes.people.passenger import ATTRIBUTES
from graftnet_tf.lift_scenes.scene.casting import Wish
from graftnet_tf.lift_scenes.scene.drawing_pool import draw_all
from graftnet_tf.lift_scenes.scene.records import crop_records
from graftnet_tf.workspace.tasks import Example, Task, write_task
from graftnet_tf.workspace.workspace import Workspace

SIZE = (256, 144)  # of snapshots, width and height in pixels
_PASSENGERS = 3
_ANYONE = Wish(frozenset(), frozenset())


def draw(workspace: Workspace, snapshots: int, seed: int) -> int:
    """Writes a binary task for each attribute, all with the same crops; returns their number."""
    arguments = [([seed, number], [_ANYONE] * _PASSENGERS, SIZE) for number in range(snapshots)]
    seen: list[tuple[str, str, frozenset[str]]] = []
    drawn = draw_all(crop_records, arguments=arguments, workers=-1, description="Drawing")
    for number, crops in enumerate(drawn):
        for place, crop in enumerate(crops):
            name = os.path.join("images", "people", f"{number:06d}-{place}.jpg")
            atomic_files.write_bytes(workspace.path(name), crop.jpeg)
            seen.append((name, f"{number:06d}", crop.attributes))
    for attribute in ATTRIBUTES:
        examples = [Example(name, int(attribute in shown), group) for name, group, shown in seen]
        write_task(workspace.path("tasks", attribute), Task.binary(attribute), {"train": examples})
    return len(seen)
