"""A network applied to annotated images, and measured."""

import contextlib
import dataclasses
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import tensorflow as tf
from tqdm import tqdm

from yolact_tf.data.coco import CocoData, require_objects
from yolact_tf.errors import YolactError
from yolact_tf.evaluation.images import input_batches
from yolact_tf.evaluation.instances import find, instances_in, run_network, warm_up
from yolact_tf.evaluation.scoring import EvaluatedImage, Scores, score
from yolact_tf.models.yolact import Yolact


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """How well and how fast a network did.

    Attributes:
      scores: COCO's figures and curves.
      seconds: Mean per image of `read` (reading, decoding, resizing; runs beside the
        rest), `network`, `detection` (candidates, NMS, masks in the image's pixels as
        run lengths) and `scoring` (COCO's comparison).
      images: Those evaluated.
      skipped: What was left out, annotations and images, each with its reason.
    """

    scores: Scores
    seconds: dict[str, float]
    images: tuple[EvaluatedImage, ...]
    skipped: tuple[str, ...]

    @property
    def metrics(self) -> dict[str, float | None]:
        """See `Scores.metrics`."""
        return self.scores.metrics

    def to_dict(self) -> dict[str, Any]:
        """All figures, ready for JSON: the metrics by name, `images`, `skipped`, `seconds`."""
        return {
            **self.metrics,
            "images": len(self.images),
            "skipped": list(self.skipped),
            "seconds": self.seconds,
        }


def evaluate(
    model: Yolact, data: CocoData, batch_size: int = 8, progress: bool = True
) -> Evaluation:
    """Finds objects in all images, with the settings of `model.config`, and scores them.

    Images that cannot be read take no part and are listed. Of every detection only run
    lengths are kept, so memory grows by some 30 kB an image.

    Args:
      model: Whose class k is the category at place k; see `in_classes`.
      data: Annotations and where the images are.
      batch_size: Images in the network at a time.
      progress: Whether to show a bar on stderr.

    Raises:
      YolactError: categories and classes differ in number, no object is annotated, or no
        image can be read.
    """
    if len(data.categories) != model.num_classes - 1:
        raise YolactError(
            f"{len(data.categories)} categories for a network of {model.num_classes - 1} classes."
        )
    require_objects([data], "evaluate on")
    warm_up(model)
    clock = _Clock()
    evaluated, unreadable = [], []
    with tqdm(total=len(data.images), unit="image", disable=not progress) as bar:
        for batch in input_batches(data.images, model.config, batch_size):
            clock.seconds["read"] += float(tf.reduce_sum(batch.seconds))
            with clock.measuring("network"):
                outputs = run_network(model, batch.images)
            with clock.measuring("detection"):
                found = find(model, outputs)
                for index, place in enumerate(batch.places.numpy()):
                    image, reason = data.images[place], batch.reasons[index].numpy()
                    if reason:
                        unreadable.append(reason.decode())
                        continue
                    instances = instances_in(found, index, image.height, image.width)
                    evaluated.append(EvaluatedImage(image, instances))
            bar.update(len(batch.places))
    skipped = (*data.skipped, *unreadable)
    if not evaluated:
        raise YolactError(
            f"None of the {len(data.images)} images can be read: {'; '.join(unreadable[:3])}"
        )
    with clock.measuring("scoring"):
        scores = score(evaluated, len(data.categories))
    seconds = {stage: total / len(evaluated) for stage, total in clock.seconds.items()}
    return Evaluation(scores, seconds, tuple(evaluated), skipped)


class _Clock:
    """Sums up the seconds of each stage."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextlib.contextmanager
    def measuring(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[stage] += time.perf_counter() - start
