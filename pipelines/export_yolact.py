"""Publishes person segmentation for TF Serving: WORKSPACE/serving/yolact/N.

export_yolact --workspace=DIR [--weights=FILE.npz] [--crop_size=299,299]

The SavedModel's signatures are described in yolact_tf/inference/saved_model.py.
"""

import os
import time
from typing import Any

from absl import flags

from graftnet_tf.io import atomic_files
from graftnet_tf.registry.served_models import YOLACT_DIR
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.manifest import BuildInfo
from pipelines import shell
from pipelines.flags import person_detection
from yolact_tf.inference.saved_model import export

CROP_SIZE = flags.DEFINE_list(
    "crop_size", "299,299", "Height and width of the crops that are returned, pixels."
)


def main() -> None:
    """Exports and publishes under the next number."""
    started = time.monotonic()
    workspace = shell.open_workspace(create=True)
    height, width = _crop_size()
    style, segmenter = person_detection.style(), person_detection.segmenter()
    weights = person_detection.weights_path()

    def write(path: str, version: str) -> dict[str, Any]:
        export(segmenter, path, style, (height, width), version)
        return {
            "network": segmenter.model.config.name,
            "classes": segmenter.classes,
            "fingerprint": segmenter.fingerprint(),
        }

    version = manifest.publish(
        workspace.path(*YOLACT_DIR),
        write,
        kind="person segmentation",
        build_info=BuildInfo(
            {os.path.basename(weights): atomic_files.sha256(weights)},
            shell.SEED.value,
            started,
            shell.provenance(),
        ),
        name=str,
    )
    print(f"Person segmentation is served model version {version}: ", end="")
    print(workspace.path(*YOLACT_DIR, version))


def _crop_size() -> tuple[int, int]:
    """The two sides of --crop_size.

    Raises:
      flags.Error: it is not two positive numbers.
    """
    try:
        height, width = map(int, CROP_SIZE.value)
        if min(height, width) < 1:
            raise ValueError
    except ValueError:
        raise flags.Error(
            f"--crop_size is {','.join(CROP_SIZE.value)}; expected HEIGHT,WIDTH."
        ) from None
    return height, width


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
