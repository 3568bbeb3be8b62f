"""The shipped person model as what cuts passengers out of drawn snapshots."""

from collections.abc import Sequence

import numpy as np

from graftnet_tf.lift_scenes.dataset.cutting import Cutout, Cutter
from yolact_tf.inference.people_finder import CropStyle, PeopleFinder

_MARGIN = 0.05


def shipped_cutter() -> Cutter:
    """Loads the model.

    Raises:
      YolactError: this installation lacks it.
    """
    finder = PeopleFinder(style=CropStyle(margin=_MARGIN))

    def cut(snapshot: np.ndarray) -> Sequence[Cutout]:
        (people,) = finder([snapshot])
        return [Cutout(person.crop, person.run_lengths(*snapshot.shape[:2])) for person in people]

    return cut
