"""Imports real data as single-label tasks into a workspace.

prepare_tasks --workspace=DIR --format=ccp --source=CCP [--task=hat,bag]
"""

from absl import flags

from graftnet_tf.importers.classes import Reporting
from graftnet_tf.importers.formats import IMPORTERS, PARTITIONS
from graftnet_tf.importers.store import Imported, import_tasks
from graftnet_tf.importers.stored_images import FORGOTTEN
from graftnet_tf.workspace.split_leak import split_leak
from graftnet_tf.workspace.tasks import SPLITS, class_counts
from pipelines import shell

FORMAT = flags.DEFINE_enum("format", None, sorted(IMPORTERS), "Layout of the source.")
SOURCE = flags.DEFINE_string(
    "source", None, "Folder or file to import, or address of a project of Label Studio."
)
TASK = flags.DEFINE_list(
    "task",
    [],
    "folders, csv: the name of the one task, that of the folder or file by default. Other "
    "formats: the tasks to import, all by default; peta: the 35 that are evaluated.",
)
PARTITION = flags.DEFINE_integer(
    "partition",
    None,
    f"peta: which of its {PARTITIONS['peta']} published splits; the first by default.",
    lower_bound=1,
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
APPEND = flags.DEFINE_bool(
    "append",
    False,
    "Add labels to tasks that exist: none that they have changes, and a group stays on its side "
    "of the split.",
)
COPY = flags.DEFINE_bool(
    "copy",
    True,
    "Copy images into the workspace. Without it, those taken whole stay where they are, and "
    "the workspace needs them there.",
)

_GROUPS_SHOWN = 10
_TASKS_NAMED = 3


@flags.multi_flags_validator(
    ["overwrite", "append"],
    message="--overwrite replaces tasks and --append adds to them: give one.",
)
def _one_way(values: dict) -> bool:
    return not (values["overwrite"] and values["append"])


def main() -> None:
    if not (shell.WORKSPACE.value and FORMAT.value and SOURCE.value):
        raise flags.Error(
            "--workspace, --format and --source are needed: where to, what, from where."
        )
    if PARTITION.value and PARTITION.value > PARTITIONS.get(FORMAT.value, 0):
        several = ", ".join(f"{name} (1 to {count})" for name, count in PARTITIONS.items())
        raise flags.Error(f"--partition={PARTITION.value} is none; it goes with {several}.")
    split = {"partition": PARTITION.value} if PARTITION.value else {}
    existing = shell.open_workspace(create=True).tasks() if APPEND.value else {}
    reporting = Reporting(POSITIVE.value, tuple(ATTRIBUTES.value), existing)
    collection = IMPORTERS[FORMAT.value](SOURCE.value, TASK.value, reporting, **split)
    results = import_tasks(
        shell.open_workspace(create=True),
        collection,
        test_fraction=TEST_FRACTION.value,
        seed=shell.SEED.value,
        overwrite=OVERWRITE.value,
        append=APPEND.value,
        copy=COPY.value,
    )
    for note in collection.notes:
        print(note)
    print(_counts_table(results))
    for imported in results:
        if APPEND.value:
            print(_appended(imported))
        _warn_of_empty_classes(imported)
    skipped = {path: why for imported in results for path, why in imported.skipped.items()}
    print(f"{len(skipped)} images left out{':' if skipped else '.'}")
    for path, why in skipped.items():
        print(f"  {path}: {why}")
    if forgotten := sum(why == FORGOTTEN for why in skipped.values()):
        print(f"{forgotten} of them {'is' if forgotten == 1 else 'are'} to be forgotten.")
    _warn_of_leak(results)
    for alike in _different(results):
        _warn_of_near_duplicates(alike)


def _warn_of_empty_classes(imported: Imported) -> None:
    """Says which classes a split lacks, where it has examples at all."""
    task = imported.task
    counts = {split: class_counts(task, imported.examples[split]) for split in SPLITS}
    for name in task.classes:
        if not any(counts[split][name] for split in SPLITS):
            print(f"Task {task.name} has no image of class {name}: not trainable.")
        elif not counts["train"][name] and imported.examples["train"]:
            print(f"Task {task.name} has no image of class {name} in train: not trainable.")
        elif not counts["test"][name] and imported.examples["test"]:
            print(f"Task {task.name} has no image of class {name} in test: not measurable.")


def _appended(imported: Imported) -> str:
    """How many labels joined a task, and what became of the others of its images."""
    added = sum(map(len, imported.examples.values())) - imported.earlier
    line = (
        f"Task {imported.task.name}: {added} labels joined {imported.earlier}; "
        f"{imported.repeated} images had the same label already"
    )
    if not imported.contradicted:
        return f"{line}."
    return f"{line}, {imported.contradicted} another one, which stays: see below."


def _different(results: list[Imported]) -> list[list[Imported]]:
    """Tasks by what looks alike in them: those of one source often share it."""
    found: list[list[Imported]] = []
    for imported in results:
        for same in found:
            if same[0].near_duplicates == imported.near_duplicates:
                same.append(imported)
                break
        else:
            found.append([imported])
    return found


def _warn_of_leak(results: list[Imported]) -> None:
    """Says what groups a published split has on both sides; all tasks of such a source share it."""
    groups = ([e.group for e in results[0].examples[split]] for split in SPLITS)
    leak = split_leak(*groups)
    if leak.groups:
        print(
            f"The published split leaks: {leak.groups:,} groups are in both train and test, with "
            f"{leak.test_images:,} of {leak.test_total:,} test images; test results promise "
            "too much."
        )


def _warn_of_near_duplicates(same: list[Imported]) -> None:
    groups = same[0].near_duplicates
    if groups:
        named = ", ".join(imported.task.name for imported in same[:_TASKS_NAMED])
        more = f" and {len(same) - _TASKS_NAMED} more" if len(same) > _TASKS_NAMED else ""
        print(
            f"{'Task' if len(same) == 1 else 'Tasks'} {named}{more}: {_alike(len(groups))} in both "
            "train and test. If they show the same, give them one group in a CSV table, or test "
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
