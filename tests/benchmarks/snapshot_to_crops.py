"""What finding people costs: the shipped network, and the same with other settings.

    python -m tests.benchmarks.snapshot_to_crops [--turns=10] [--seed=0]

A drawn snapshot of 1280×720 from array to crops, in turns of the shipped person network without
and with scored masks, and at inputs of 640 and 736 pixels. Prints one JSON object: milliseconds
(median), and times as long as without scored masks.
"""

import dataclasses
import statistics
from typing import Any

from absl import flags

from graftnet_tf.lift_scenes.scene.scene import render_snapshot
from pipelines import shell
from tests.benchmarks.turns import median_and_range, seconds_of_turns, times_as_fast
from yolact_tf.checkpoints.person_model import load_person_model
from yolact_tf.inference.people_finder import PeopleFinder
from yolact_tf.inference.segmenter import Segmenter
from yolact_tf.models.yolact import build_yolact

TURNS = flags.DEFINE_integer("turns", 10, "Turns.", lower_bound=1)
_PLAIN = "without scored masks"
_SETTINGS: dict[str, dict[str, Any]] = {
    _PLAIN: {"scored_masks": False},
    "shipped": {},
    "640": {"size": 640},
    "736": {"size": 736},
}


def main() -> None:
    shipped, classes = load_person_model()
    image = render_snapshot(shell.SEED.value, 0, (1280, 720)).image
    finders = {}
    for name, changes in _SETTINGS.items():
        config = dataclasses.replace(shipped.config, **changes)
        model = build_yolact(config, num_classes=len(classes) + 1)
        model.set_weights(shipped.get_weights())
        finders[name] = PeopleFinder(Segmenter(model, classes))
    calls = {name: lambda finder=finder: finder([image]) for name, finder in finders.items()}
    seconds = seconds_of_turns(calls, TURNS.value)
    shell.print_json(
        {
            name: {
                "ms": round(1000 * statistics.median(some)),
                "times_as_long": median_and_range(times_as_fast(seconds[_PLAIN], some)),
            }
            for name, some in seconds.items()
        }
    )


if __name__ == "__main__":
    shell.run(main)
