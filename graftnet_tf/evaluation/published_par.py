"""Published figures of pedestrian attribute recognition, and what may stand beside them."""

import dataclasses
from collections.abc import Sequence

from graftnet_tf.evaluation.par_protocol import ParFigures


@dataclasses.dataclass(frozen=True)
class PublishedFigures:
    """One published result, its figures in 0…1.

    Attributes:
      method: Network.
      source: Where it was published.
      images, attributes: Size of the test split and number of attributes that it is about.
      mean_accuracy: mA.
      accuracy, precision, recall, f1: Means over the images; None where not published.
      milliseconds: Published time for one image; None where not published.
    """

    method: str
    source: str
    images: int
    attributes: int
    mean_accuracy: float
    accuracy: float | None = None
    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    milliseconds: float | None = None


def _resnet50(images: int, attributes: int, *percent: float) -> PublishedFigures:
    shares = (round(value / 100, 4) for value in percent)
    return PublishedFigures("ResNet-50", "Jia et al. 2021", images, attributes, *shares)


PUBLISHED: dict[str, tuple[PublishedFigures, ...]] = {
    "pa100k": (
        _resnet50(10_000, 26, 80.21, 79.15, 87.79, 87.01, 87.40),
        PublishedFigures("PULC", "PaddleClas", 10_000, 26, 0.7859, milliseconds=2.0),
    ),
    "peta": (_resnet50(7_600, 35, 83.96, 78.65, 87.08, 85.62, 86.35),),
    "peta_zs": (_resnet50(3_933, 35, 71.43, 58.69, 74.41, 69.82, 72.04),),
    "rap2": (_resnet50(16_985, 54, 78.52, 66.09, 77.20, 80.23, 78.68),),
    "rap_zs": (_resnet50(4_928, 53, 71.76, 64.83, 78.75, 76.60, 77.66),),
}
"""By data set. All of them learn from train and validation and keep the epoch that is best by the
mA of test, so they belong beside what is selected on test."""


def differences(published: PublishedFigures, figures: ParFigures, left_out: int) -> Sequence[str]:
    """Why figures are not comparable with published ones; nothing where they are.

    Args:
      published: One of `PUBLISHED`.
      figures: What was measured.
      left_out: Number of test images that are not in `figures`.
    """
    reasons = []
    if figures.images != published.images:
        reasons.append(f"{figures.images:,} test images, not {published.images:,}")
    if len(figures.mean_accuracies) != published.attributes:
        reasons.append(f"{len(figures.mean_accuracies)} attributes, not {published.attributes}")
    if left_out:
        reasons.append(f"{left_out:,} test images left out")
    if figures.one_class:
        reasons.append(f"{len(figures.one_class)} attributes of one class")
    return reasons
