"""Imports real data as single-label tasks into a workspace.

prepare_tasks --workspace=DIR --format=ccp --source=CCP [--task=hat,bag]
"""

from absl import flags

from graftnet_tf.importers.classes import Reporting
from graftnet_tf.importers.formats import IMPORTERS
from graftnet_tf.importers.store import Imported, import_tasks
from graftnet_tf.workspace.tasks import SPLITS, class_counts
from pipelines import shell

FORMAT = flags.DEFINE_enum("format", None, sorted(IMPORTERS), "Layout of the source.")
SOURCE = flags.DEFINE_string("source", None, "Folder, or CSV file, to import.")
TASK = flags.DEFINE_list(
    "task",
    [],
    "ccp: the tasks to import, all by default. folders, csv: the name of the one task, that "
    "of the folder or file by default.",
)
POSITIVE = flags.DEFINE_string(
    "positive",
    None,
    "folders, csv: of two classes whose names do not tell, the one that the task reports under "
    "its own name.",
)
ATTRIBUTES = flags.DEFINE_list(
    "attributes",
    [],
    "folders, csv: classes to report, each under its own name; by default all but other and "
    "negative, where there are three or more.",
)
TEST_FRACTION = flags.DEFINE_float(
    "test_fraction",
    0.2,
    "Share of the photos to keep aside for test, where the source has no split of its own; "
    "1.0 makes all of it test data.",
    lower_bound=0.0,
    upper_bound=1.0,
)
OVERWRITE = flags.DEFINE_bool(
    "overwrite", False, "Replace tasks that exist, with all that is in their folders."
)
COPY = flags.DEFINE_bool(
    "copy",
    True,
    "Copy images into the workspace. Without it, those taken whole stay where they are, and "
    "the workspace needs them there.",
)

_GROUPS_SHOWN = 10


def main() -> None:
    if not (shell.WORKSPACE.value and FORMAT.value and SOURCE.value):
        raise flags.Error(
            "--workspace, --format and --source are needed: where to, what, from where."
        )
    reporting = Reporting(POSITIVE.value, tuple(ATTRIBUTES.value))
    collection = IMPORTERS[FORMAT.value](SOURCE.value, TASK.value, reporting)
    results = import_tasks(
        shell.open_workspace(create=True),
        collection,
        test_fraction=TEST_FRACTION.value,
        seed=shell.SEED.value,
        overwrite=OVERWRITE.value,
        copy=COPY.value,
    )
    for note in collection.notes:
        print(note)
    print(_counts_table(results))
    for imported in results:
        every = [example for split in SPLITS for example in imported.examples[split]]
        for name, count in class_counts(imported.task, every).items():
            if not count:
                print(f"Task {imported.task.name} has no image of class {name}: not trainable.")
    skipped = {path: why for imported in results for path, why in imported.skipped.items()}
    print(f"{len(skipped)} images left out{':' if skipped else '.'}")
    for path, why in skipped.items():
        print(f"  {path}: {why}")
    for imported in results:
        _warn_of_near_duplicates(imported)


def _warn_of_near_duplicates(imported: Imported) -> None:
    groups = imported.near_duplicates
    if groups:
        print(
            f"Task {imported.task.name}: {_alike(len(groups))} in both train "
            "and test. If they show the same, give them one group in a CSV table, or test "
            "results promise too much:"
        )
    for group in groups[:_GROUPS_SHOWN]:
        print(f"  {', '.join(group)}")
    if len(groups) > _GROUPS_SHOWN:
        print(f"  and {len(groups) - _GROUPS_SHOWN} more")


def _alike(groups: int) -> str:
    if groups == 1:
        return "1 group of images looks alike and is"
    return f"{groups} groups of images look alike and are"


def _counts_table(results: list[Imported]) -> str:
    """Images per class and split of every task."""
    lines = [f"{'task':<20} {'class':<20} {'train':>7} {'test':>7}"]
    for imported in results:
        train, test = (class_counts(imported.task, imported.examples[s]) for s in SPLITS)
        lines += [
            f"{imported.task.name:<20} {name:<20} {train[name]:>7} {test[name]:>7}"
            for name in imported.task.classes
        ]
    return "\n".join(lines)


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
