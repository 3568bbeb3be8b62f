"""The shipped person model: cutting passengers out of drawn snapshots, and being served."""

from collections.abc import Sequence

import numpy as np

from graftnet_tf.lift_scenes.dataset.cutting import Cutout, Cutter
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.workspace import Workspace
from pipelines.people_publishing import publish_people
from yolact_tf.checkpoints.person_model import load_person_model, person_model_path
from yolact_tf.inference.people_finder import CropStyle, PeopleFinder
from yolact_tf.inference.segmenter import Segmenter, Selection

_STYLE = CropStyle(margin=0.05)
_MAX_PEOPLE = 8


def shipped_cutter() -> Cutter:
    """Loads the model.

    Raises:
      YolactError: this installation lacks it.
    """
    finder = PeopleFinder(style=_STYLE)

    def cut(snapshot: np.ndarray) -> Sequence[Cutout]:
        (people,) = finder([snapshot])
        return [Cutout(person.crop, person.run_lengths(*snapshot.shape[:2])) for person in people]

    return cut


def publish_shipped(
    workspace: Workspace, crop_size: tuple[int, int], provenance: Provenance
) -> str:
    """Publishes the model in a workspace, to be composed with what knows attributes.

    Args:
      workspace: Workspace to publish in.
      crop_size: Height and width of crops in pixels: those that the trunk takes, or people would
        be letterboxed twice.
      provenance: The command behind this.

    Returns:
      Its version.

    Raises:
      YolactError: this installation lacks it.
    """
    segmenter = Segmenter(*load_person_model(), Selection(max_people=_MAX_PEOPLE))
    return publish_people(
        workspace,
        segmenter,
        _STYLE,
        crop_size,
        weights=person_model_path(),
        seed=0,
        provenance=provenance,
    )
