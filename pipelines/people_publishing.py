"""Publishing a person segmentation in a workspace."""

import os
import time
from typing import Any

from graftnet_tf.io import atomic_files
from graftnet_tf.registry.served_models import YOLACT_DIR
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.manifest import BuildInfo, Provenance
from graftnet_tf.workspace.workspace import Workspace
from yolact_tf.inference.people_finder import CropStyle
from yolact_tf.inference.saved_model import export
from yolact_tf.inference.segmenter import Segmenter


def publish_people(
    workspace: Workspace,
    segmenter: Segmenter,
    style: CropStyle,
    crop_size: tuple[int, int],
    *,
    weights: str,
    seed: int,
    provenance: Provenance,
) -> str:
    """Exports what finds people under the next number of serving/yolact.

    Args:
      workspace: Workspace to publish in.
      segmenter: The network and which detections it keeps.
      style: How people are cut out.
      crop_size: Height and width of the crops in pixels.
      weights: Weight file that the network was loaded from.
      seed: Seed, for the manifest.
      provenance: The command behind this.

    Returns:
      The version.
    """
    started = time.monotonic()

    def write(path: str, version: str) -> dict[str, Any]:
        export(segmenter, path, style, crop_size, version)
        return {
            "network": segmenter.model.config.name,
            "classes": segmenter.classes,
            "fingerprint": segmenter.fingerprint(),
        }

    return manifest.publish(
        workspace.path(*YOLACT_DIR),
        write,
        kind="person segmentation",
        build_info=BuildInfo(
            {os.path.basename(weights): atomic_files.sha256(weights)}, seed, started, provenance
        ),
        name=str,
    )
