"""A person segmentation whose detections are written down, published as a real one is."""

from graftnet_tf.registry.served_models import YOLACT_DIR
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.manifest import BuildInfo, Provenance
from graftnet_tf.workspace.workspace import Workspace
from tests.yolact_tf.fake_network import Figure, fake_segmenter
from yolact_tf.inference.people_finder import CropStyle
from yolact_tf.inference.saved_model import export

# Narrow ones are left out of small snapshots, where they have less than 16 pixels.
FIGURES = (Figure((0, 0, 4, 8), 0.9), Figure((4, 0, 6, 8), 0.6), Figure((6, 1, 8, 8), 0.5))


def publish_people(workspace: Workspace, crop_size: tuple[int, int] = (40, 24)) -> str:
    """Publishes a segmentation that finds `FIGURES` in every snapshot that is not black.

    Args:
      workspace: gets it in serving/yolact.
      crop_size: height and width of crops in pixels.

    Returns:
      Its version.
    """
    segmenter = fake_segmenter(*FIGURES, max_people=4)

    def write(path, version):
        export(segmenter, path, CropStyle(), crop_size, version)
        return {"fingerprint": segmenter.fingerprint()}

    build_info = BuildInfo({}, seed=0, started=0.0, provenance=Provenance())
    folder = workspace.path(*YOLACT_DIR)
    return manifest.publish(
        folder, write, kind="person segmentation", build_info=build_info, name=str
    )
