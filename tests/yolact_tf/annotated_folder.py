"""Small images with annotations, made in a test."""

import json
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

HEIGHT, WIDTH = 60, 80


def rectangle(x: float, y: float, width: float, height: float) -> list[list[float]]:
    """One polygon."""
    return [[x, y, x + width, y, x + width, y + height, x, y + height]]


def annotation(number: int, image: int, box: Sequence[float], **changes: Any) -> dict[str, Any]:
    """A rectangular object of category 7."""
    x, y, width, height = box
    return {
        "id": number,
        "image_id": image,
        "category_id": 7,
        "iscrowd": 0,
        "bbox": list(box),
        "segmentation": rectangle(x, y, width, height),
        **changes,
    }


def content(annotations: Sequence[dict[str, Any]], images: int = 1) -> dict[str, Any]:
    """Images 1.png, 2.png … of 60 x 80 and categories 7, person, and 9, bag."""
    return {
        "images": [
            {"id": number, "file_name": f"{number}.png", "height": HEIGHT, "width": WIDTH}
            for number in range(1, images + 1)
        ],
        "categories": [{"id": 9, "name": "bag"}, {"id": 7, "name": "person"}],
        "annotations": list(annotations),
    }


def write(folder: str, instances: dict[str, Any]) -> str:
    """Writes random images and the annotations; returns the path of the latter."""
    for number, image in enumerate(instances["images"]):
        pixels = np.random.default_rng(number).integers(
            0, 256, (image["height"], image["width"], 3), np.uint8
        )
        Image.fromarray(pixels).save(os.path.join(folder, image["file_name"]))
    path = os.path.join(folder, "instances.json")
    with open(path, "w") as file:
        json.dump(instances, file)
    return path
