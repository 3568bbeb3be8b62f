"""Says what more labels of a task will bring, so that a team knows when to stop.

learning_curve --workspace=DIR --task=umbrella [--more=100,200,400]

By a linear probe on the trunk's features, over the task's train split alone; nothing is written
but these features, into the cache.
"""

import dataclasses

from absl import flags

from graftnet_tf.active_learning.label_forecast import Forecast, forecast
from pipelines import shell
from pipelines.flags import feature_cache, trunk_version
from pipelines.flags.json_output import tell

TASK = flags.DEFINE_list("task", None, "Task to look at; may be several.", required=True)
MORE = flags.DEFINE_list("more", ["100", "200", "400"], "Numbers of labels to add.")


@flags.validator("more", message="--more takes numbers above 0: --more=100,200.")
def _numbers(values: list[str]) -> bool:
    return all(value.isdecimal() and int(value) > 0 for value in values)


def main() -> None:
    workspace = shell.open_workspace()
    more = [int(count) for count in MORE.value]
    found = {
        name: forecast(
            workspace,
            name,
            more,
            trunk_version=trunk_version.TRUNK.value,
            cache_directory=feature_cache.CACHE_DIR.value,
            cache_limit=feature_cache.cache_limit(),
            seed=shell.SEED.value,
        )
        for name in TASK.value
    }
    lines = [
        line
        for attributes in found.values()
        for attribute, one in attributes.items()
        for line in _lines(attribute, one)
    ]
    tell(
        "\n".join(lines),
        {
            "tasks": {
                name: {attribute: dataclasses.asdict(one) for attribute, one in attributes.items()}
                for name, attributes in found.items()
            }
        },
    )


def _lines(attribute: str, one: Forecast) -> list[str]:
    points = ", ".join(f"{auc:.3f} of {labels}" for labels, auc in one.aucs.items())
    return [
        f"{attribute}, {one.labels} labels; a probe's AUC by those that it learnt from: {points}",
        *(
            f"  {count} more will bring about {gain.value:+.3f} ({gain.low:+.3f} to "
            f"{gain.high:+.3f})"
            for count, gain in one.gains.items()
        ),
    ]


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
