"""Images a second through `graftnet-serve` beside the same model called without a server.

    python -m tests.benchmarks.served_rate --model=W/serving/graftnet/0001 [--clients=64]

Clients on the same machine ask for one drawn JPEG at a time; without a server, full batches of as
many images as ask at once, 16 at most, are computed. Both take turns. Prints one JSON object.
"""

import tempfile

from absl import flags

from pipelines import shell
from serving.model_server.models.weight_layouts import keep_weight_layouts
from tests.benchmarks.turns import times_as_fast
from tests.serving.sample_images import image_file
from tests.serving.soak.throughput import throughput

MODEL = flags.DEFINE_string("model", None, "Composed SavedModel.", required=True)
CLIENTS = flags.DEFINE_integer("clients", 64, "That ask at once.", lower_bound=1)
SECONDS = flags.DEFINE_float("seconds", 8.0, "Of a measurement.")
TURNS = flags.DEFINE_integer("turns", 3, "Of each.", lower_bound=1)

_FULL_BATCH = 16


def main() -> None:
    keep_weight_layouts()  # as the server does
    count = min(CLIENTS.value, _FULL_BATCH)
    images = [image_file(seed, size=(120, 240)) for seed in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        found = throughput(
            MODEL.value,
            folder,
            images,
            seconds=SECONDS.value,
            turns=TURNS.value,
            clients=CLIENTS.value,
        )
    served, direct = found["served_per_second"], found["direct_per_second"]
    ratios = times_as_fast([1 / rate for rate in served], [1 / rate for rate in direct])
    shell.print_json({"ratios": {"served beside the model called directly": ratios}, **found})


if __name__ == "__main__":
    shell.run(main)
