"""Writes snapshots with their ground truth: JPEGs, COCO instances, and a table."""

import os
from typing import Any

from graftnet_tf.io import atomic_files
from graftnet_tf.io.csv_tables import to_csv
from graftnet_tf.lift_scenes.dataset.attribute_tasks import ATTRIBUTE_TASKS, label
from graftnet_tf.lift_scenes.scene.drawing_pool import draw_all
from graftnet_tf.lift_scenes.scene.records import PassengerRecord, SnapshotRecord, snapshot_record

PERSON = 1
TRUTH_COLUMNS = (
    "snapshot", "passenger", "x", "y", "width", "height", "visible_fraction", "hidden",
    *(task.name for task in ATTRIBUTE_TASKS),
)  # fmt: skip


def write_scenes(directory: str, count: int, seed: int, *, workers: int = -1) -> None:
    """Draws a series of snapshots.

    Writes `snapshots/NNNNNN.jpg`, `instances.json` (COCO instances, category person,
    compressed RLE) and `truth.csv` (one line per passenger: box in pixels, visible
    fraction, whether it is hidden too far to be judged, and its class in every task).

    Args:
      directory: Directory made when absent; files of an earlier series are replaced.
      count: Number of snapshots.
      seed: Seed of the series: the same seed, the same bytes.
      workers: Processes; -1 uses every core.
    """
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    truth: list[list[Any]] = []
    arguments = [(seed, index) for index in range(count)]
    records = draw_all(snapshot_record, arguments, workers=workers, description="Drawing")
    for index, record in enumerate(records):
        name = f"{index:06d}"
        atomic_files.write_bytes(os.path.join(directory, "snapshots", f"{name}.jpg"), record.jpeg)
        images.append(_coco_image(index, f"{name}.jpg", record))
        for number, passenger in enumerate(record.passengers):
            annotations.append(_coco_annotation(len(annotations) + 1, index, passenger))
            truth.append(_truth_row(name, number, passenger))
    atomic_files.write_json(
        os.path.join(directory, "instances.json"),
        {
            "images": images,
            "annotations": annotations,
            "categories": [{"id": PERSON, "name": "person", "supercategory": "person"}],
        },
    )
    atomic_files.write_text(os.path.join(directory, "truth.csv"), to_csv(TRUTH_COLUMNS, truth))


def _coco_image(index: int, file_name: str, record: SnapshotRecord) -> dict[str, Any]:
    return {
        "id": index,
        "file_name": file_name,
        "width": record.width,
        "height": record.height,
    }


def _coco_annotation(identity: int, image: int, passenger: PassengerRecord) -> dict[str, Any]:
    return {
        "id": identity,
        "image_id": image,
        "category_id": PERSON,
        "bbox": list(passenger.box),
        "area": passenger.area,
        "iscrowd": 0,
        "segmentation": passenger.rle,
    }


def _truth_row(snapshot: str, number: int, passenger: PassengerRecord) -> list[Any]:
    classes = [task.classes[label(task, passenger.attributes)] for task in ATTRIBUTE_TASKS]
    visible = f"{passenger.visible_fraction:.4f}"
    return [snapshot, number, *passenger.box, visible, int(passenger.hidden), *classes]
