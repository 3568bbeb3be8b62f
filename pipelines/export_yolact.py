"""Publishes person segmentation for TF Serving: WORKSPACE/serving/yolact/N.

export_yolact --workspace=DIR [--weights=FILE.npz] [--crop_size=299,299]

The SavedModel's signatures are described in yolact_tf/inference/saved_model.py.
"""

from absl import flags

from graftnet_tf.registry.served_models import YOLACT_DIR
from pipelines import shell
from pipelines.flags import person_detection
from pipelines.people_publishing import publish_people

CROP_SIZE = flags.DEFINE_list(
    "crop_size", "299,299", "Height and width of the crops that are returned, pixels."
)


def main() -> None:
    """Exports and publishes under the next number."""
    workspace = shell.open_workspace(create=True)
    version = publish_people(
        workspace,
        person_detection.segmenter(),
        person_detection.style(),
        _crop_size(),
        weights=person_detection.weights_path(),
        seed=shell.SEED.value,
        provenance=shell.provenance(),
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
