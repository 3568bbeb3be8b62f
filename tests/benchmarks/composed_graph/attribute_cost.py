"""What one attribute takes beside all of them."""

import numpy as np

from tests.benchmarks.composed_graph.networks import Shape
from tests.benchmarks.composed_graph.session import Session
from tests.benchmarks.turns import best_of_turns


def attribute_cost(model: Session, branches: int, images: np.ndarray, turns: int) -> dict:
    """Milliseconds of one attribute of `branches`, by its signature and by `output_filter`.

    Returns:
      Milliseconds, and shares of the whole: `expected_share` of its multiply-adds.
    """
    name = "attribute_00"
    seconds = best_of_turns(
        {
            "all, predict_jpeg": model.call(images, "predict_jpeg"),
            "one, its signature": model.call(images, name),
            "one, predict_jpeg filtered": model.call(images, "predict_jpeg", [name]),
            "all, serving_default": model.call(images),
            "one, serving_default filtered": model.call(images, wanted=[name]),
        },
        turns,
    )
    whole = seconds["all, predict_jpeg"]
    return {
        "milliseconds": {key: round(1000 * value, 1) for key, value in seconds.items()},
        "share, its signature": round(seconds["one, its signature"] / whole, 3),
        "share, predict_jpeg filtered": round(seconds["one, predict_jpeg filtered"] / whole, 3),
        "share, serving_default filtered": round(
            seconds["one, serving_default filtered"] / seconds["all, serving_default"], 3
        ),
        "expected_share": round(Shape().multiply_adds(1) / Shape().multiply_adds(branches), 3),
    }
