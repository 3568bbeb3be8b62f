"""Intel's person-attributes-recognition-crossroad-0230 as it is, on the attributes it shares.

Trained by its makers on far more than is given here; nothing is trained.
"""

from typing import Any

import numpy as np

from tests.benchmarks.evidence.outside_models import features
from tests.benchmarks.evidence.photos import Photos
from tests.benchmarks.evidence.search import Scores
from tests.benchmarks.evidence.setting import Setting

RECIPES: list[dict[str, Any]] = [{}]
LENGTH = 1
# Its outputs: male, bag, backpack, hat, long sleeves, long trousers, long hair, coat or jacket.
OUTPUTS = {  # by the names of PA-100K and of CCP: which output, and whether it says the opposite
    "Female": (0, True),
    "bag": (1, False),
    "Backpack": (2, False),
    "Hat": (3, False),
    "hat": (3, False),
    "LongSleeve": (4, False),
    "ShortSleeve": (4, True),
    "Trousers": (5, False),
    "coat": (7, False),
}


def train(setting: Setting, recipe: dict[str, Any], length: int) -> Scores:
    """Scores; NaN for attributes that it does not know."""

    def scores(photos: Photos) -> np.ndarray:
        outputs = features(setting.outside_model, photos, setting.peer_python)
        found = np.full((len(photos), len(photos.names)), np.nan, np.float32)
        for column, name in enumerate(photos.names):
            if name in OUTPUTS:
                output, opposite = OUTPUTS[name]
                found[:, column] = 1 - outputs[:, output] if opposite else outputs[:, output]
        return found

    return Scores(
        scores(setting.division.validation),
        scores(setting.division.test),
        cpu_seconds=0.0,
        cpu_seconds_per_label=0.0,
        bytes_per_label=0,
        multiply_adds_per_label=0,
    )
