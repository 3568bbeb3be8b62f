"""One call of a passengers model beside the two calls that it replaces, in turns.

    python -m tests.benchmarks.passengers --workspace=W [--runs=10]

Snapshots are drawn, 1280×720, with 1, 2 and 3 people found. The models run as the embedded server
runs them, with requests encoded and decoded but not sent: two calls also send the crops back and
forth, and that is not in the figures. The median of the runs counts; prints one JSON object.
"""

import functools
import statistics
from collections.abc import Iterator

import numpy as np
import tensorflow as tf
from absl import flags

from graftnet_tf.lift_scenes.scene.scene import render_snapshot
from graftnet_tf.registry.served_models import (
    GRAFTNET_DIR,
    PASSENGERS_DIR,
    YOLACT_DIR,
    newest_served,
)
from pipelines import shell
from serving.model_server.models.servable import Servable
from serving.model_server.requests.limits import Limits
from tests.benchmarks.turns import seconds_of_turns, times_as_fast

RUNS = flags.DEFINE_integer("runs", 10, "Of each way, for each snapshot.", lower_bound=1)

_SIZE = (1280, 720)
_PEOPLE = (1, 2, 3)
Outputs = dict[str, np.ndarray]


def main() -> None:
    workspace = shell.open_workspace()
    passengers, people, attributes = (
        Servable(workspace.path(*folder, name), int(name))
        for folder in (PASSENGERS_DIR, YOLACT_DIR, GRAFTNET_DIR)
        for name in [newest_served(workspace, folder)]
    )

    def one_call(snapshot: bytes) -> Outputs:
        return _call(passengers, "serving_default", snapshots=[snapshot])

    def two_calls(snapshot: bytes) -> Outputs:
        found = _call(people, "detect_jpeg", image_bytes=[snapshot])
        crops = found["crops"][0, : found["count"][0]]
        return _call(attributes, "serving_default", images=crops)

    result = {}
    wanted = set(_PEOPLE)
    for snapshot in _snapshots(shell.SEED.value):
        count = int(one_call(snapshot)["count"][0])
        if count in wanted:
            wanted.remove(count)
            result[count] = _compare(one_call, two_calls, snapshot, count)
        if not wanted:
            break
    ratios = {
        f"one call beside two, {count} found": result[count].pop("times_as_fast")
        for count in sorted(result)
    }
    shell.print_json({"runs": RUNS.value, "people": result, "ratios": ratios})


def _compare(one_call, two_calls, snapshot: bytes, count: int) -> dict:  # type: ignore[no-untyped-def]
    ways = {"one_call": one_call, "two_calls": two_calls}
    answers = {name: way(snapshot) for name, way in ways.items()}
    calls = {name: functools.partial(way, snapshot) for name, way in ways.items()}
    seconds = seconds_of_turns(calls, RUNS.value)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    differences = [
        np.abs(answers["one_call"][name][0, :count] - values).max()
        for name, values in answers["two_calls"].items()
    ]
    return {
        **{f"{name}_ms": round(1000 * median, 1) for name, median in medians.items()},
        "ratio": round(medians["one_call"] / medians["two_calls"], 3),
        "times_as_fast": times_as_fast(seconds["one_call"], seconds["two_calls"]),
        "largest_score_difference": float(max(differences)),
    }


def _snapshots(seed: int) -> Iterator[bytes]:
    for index in range(100):
        yield tf.io.encode_jpeg(render_snapshot(seed, index, _SIZE).image).numpy()


def _call(servable: Servable, signature: str, **inputs: object) -> Outputs:
    sent = {name: tf.make_tensor_proto(values) for name, values in inputs.items()}
    return servable.predict(signature, sent, limits=Limits()).outputs


if __name__ == "__main__":
    shell.run(main)
