"""What the dynamic graph's batches and batch norms do to a trunk's features, on validation photos.

python -m tests.benchmarks.evidence ablate --seeds=0 …
"""

from collections.abc import Iterator
from typing import Any

from tests.benchmarks.evidence.contenders.public_probe import probe
from tests.benchmarks.evidence.networks import Network, Shape, task_batches
from tests.benchmarks.evidence.search import mean_auc
from tests.benchmarks.evidence.setting import Setting

STEPS = (0, 100, 300)
_LEARNING_RATE = 2e-4
_STRENGTH = 1e-3


def ablate(setting: Setting) -> Iterator[dict[str, Any]]:
    """Trains blocks 5 to 8 in each way.

    Yields:
      Steps, whether a batch is of one task, whether batch norms use its statistics, and the mean
      AUC on validation photos: of the trunk's heads, and of linear probes on its features.
    """
    for steps in STEPS:
        ways = [(True, False), (True, True), (False, False)] if steps else [(False, False)]
        for one_task, batch_statistics in ways:
            yield {
                "steps": steps,
                "one_task": one_task,
                "batch_statistics": batch_statistics,
                **_trained(setting, steps, one_task, batch_statistics),
            }


def _trained(
    setting: Setting, steps: int, one_task: bool, batch_statistics: bool
) -> dict[str, float]:
    train, validation = setting.division.train, setting.division.validation
    network = Network(
        Shape(batch_statistics=batch_statistics),
        len(setting.names),
        setting.preprocessing,
        setting.initial_weights,
    )
    network.start_head(train)
    if steps:
        order = task_batches(train.labels, steps, setting.seed) if one_task else None
        network.train(
            train, steps=steps, learning_rate=_LEARNING_RATE, seed=setting.seed, order=order
        )
    learnt, found = train.each(network.pooled), validation.each(network.pooled)
    probed = probe(train, learnt, found, found, strength=_STRENGTH)
    return {
        "heads": round(mean_auc(validation, network.scores(validation)), 4),
        "probes": round(mean_auc(validation, probed.validation), 4),
    }
