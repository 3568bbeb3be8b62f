"""The main job end to end on drawn lift scenes, ending with a table and an HTML report."""

import tempfile

from absl import flags

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.data.augmentation import Augmentation
from graftnet_tf.errors import GraftNetError
from graftnet_tf.lift_scenes.dataset.attribute_tasks import ATTRIBUTE_TASKS
from graftnet_tf.training.loop import Optimization
from graftnet_tf.trunk.pretraining import TrunkConfig
from graftnet_tf.workspace.tasks import Task
from graftnet_tf.workspace.workspace import Workspace
from pipelines import shell
from pipelines.demo_workflow import DemoWorkflow, Outcome, Scale
from pipelines.shipped_people import shipped_cutter

FIRST = ("gender", "suit", "backpack", "child", "food_deliverer")
LATE = "maintenance"
CHANCE = 0.5
_LIGHT = Augmentation(shift=0.04, rotation=0.0, zoom=0.05, colour=0.1, erasing=0.0)

TASK = flags.DEFINE_list(
    "task",
    [*FIRST, LATE],
    "Tasks, of which the last one arrives late; `all` is all 16, with 18 attributes.",
)
SNAPSHOTS_PER_TASK = flags.DEFINE_integer(
    "snapshots_per_task", 90, "Snapshots to draw, with up to three passengers each.", lower_bound=8
)
TRUNK_STEPS_PER_TASK = flags.DEFINE_integer(
    "trunk_steps_per_task", 160, "Of pretraining, which its first tasks share.", lower_bound=1
)
BRANCH_STEPS = flags.DEFINE_integer("branch_steps", 60, "Of each fine-tuning.", lower_bound=0)


def main() -> None:
    tasks = _tasks()
    root = shell.WORKSPACE.value or tempfile.mkdtemp(prefix="graftnet-demo-")
    workspace = Workspace(root, create=True)
    if workspace.task_names():
        raise GraftNetError(f"{root} has tasks already; give the demo a workspace of its own.")
    *first, late = tasks
    workflow = DemoWorkflow(
        workspace,
        _scale(len(first)),
        shipped_cutter(),
        shell.SEED.value,
        shell.provenance(),
    )
    outcome = workflow.run(first, late)
    print(_summary(outcome))
    if not outcome.identical:
        raise GraftNetError("Grafting a branch changed other heads' answers, which it must not.")


def _tasks() -> list[Task]:
    known = {task.name: task for task in ATTRIBUTE_TASKS}
    names = list(known) if TASK.value == ["all"] else TASK.value
    unknown = [name for name in names if name not in known]
    if unknown or len(set(names)) < 2 or len(set(names)) < len(names):
        raise flags.Error(
            f"--task={','.join(names)}: expected all, or two or more different ones of "
            f"{', '.join(known)}."
        )
    return [known[name] for name in names]


def _scale(first: int) -> Scale:
    seed = shell.SEED.value
    return Scale(
        snapshots=SNAPSHOTS_PER_TASK.value,
        trunk=TrunkConfig(
            height=160,
            width=80,
            last_block=5,
            steps=TRUNK_STEPS_PER_TASK.value * first,
            batch=16,
            optimization=Optimization(learning_rate=1e-3, ema=0.95),
            augmentation=_LIGHT,
            seed=seed,
        ),
        branch=BranchConfig(
            graft_after=3,
            steps=BRANCH_STEPS.value,
            optimization=Optimization(learning_rate=2e-4, ema=0.9),
            augmentation=_LIGHT,
            views=2,
            seed=seed,
        ),
    )


def _summary(outcome: Outcome) -> str:
    lines = [f"{'attribute':<18}{'test images':>14}{'AUC':>8}{'accuracy':>10}"]
    for attribute in outcome.evaluation.attributes:
        row = attribute.row
        lines.append(
            f"{attribute.name:<18}{len(attribute.labels):>14}{attribute.auc or CHANCE:>8.3f}"
            f"{row.accuracy or 0:>10.3f}"
        )
    before, after = outcome.versions
    lines += [
        f"mean AUC {outcome.evaluation.mean_auc:.3f} (chance is {CHANCE})",
        f"Served version {before}, then {after} with {outcome.late}: the other heads' answers "
        + ("stayed bit-identical." if outcome.identical else "changed."),
        *(f"{seconds:6.0f} s  {title}" for title, seconds in outcome.seconds.items()),
        f"{sum(outcome.seconds.values()):6.0f} s  in all",
        f"Report: {outcome.report}",
        *([f"A lift and its screen: {outcome.screens}"] if outcome.screens else []),
    ]
    return "\n".join(lines)


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
