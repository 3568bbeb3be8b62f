"""Says what images tasks or an archive have: sizes, classes, duplicates, and what leaks into tests.

graftnet-dataset-statistics --workspace=DIR --output=DIR [--task=hat,bag] [--fail_on_leak]
graftnet-dataset-statistics --images=ARCHIVE --output=DIR

Prints a table; writes DIR/statistics.json, DIR/statistics.txt, DIR/duplicates.csv with images that
are the same or look alike, and, of tasks, DIR/leaks.csv with test images that some train list has.
The same command again looks at new and replaced images alone.
"""

import os

from absl import flags

from graftnet_tf.dataset_statistics.job import (
    LEAKS,
    Statistics,
    archive_statistics,
    task_statistics,
)
from graftnet_tf.dataset_statistics.table import to_table
from graftnet_tf.errors import GraftNetError
from pipelines import shell
from pipelines.flags import archive
from pipelines.flags.json_output import tell
from pipelines.flags.part_runner import runner

TASK = flags.DEFINE_list("task", [], "Tasks to look at; by default all of the workspace.")
OUTPUT = flags.DEFINE_string("output", None, "Folder for tables and statistics.", required=True)
FAIL_ON_LEAK = flags.DEFINE_bool(
    "fail_on_leak", False, "Exit with 1 if a test image, or one like it, is in a train list."
)


def main() -> None:
    """Looks, and prints what there is."""
    statistics = _statistics()
    found = statistics.to_dict()
    tell(to_table(found), found)
    if statistics.leaks and FAIL_ON_LEAK.value:
        leaking = sorted({leak.test for leak in statistics.leaks})
        raise GraftNetError(
            f"Train lists have test images of {', '.join(leaking)}, or some like them: see "
            f"{os.path.join(OUTPUT.value, LEAKS)}."
        )


def _statistics() -> Statistics:
    part_size, timeout = archive.PART_SIZE.value, archive.TIMEOUT.value
    if not archive.IMAGES.value:
        return task_statistics(
            shell.open_workspace(),
            OUTPUT.value,
            TASK.value,
            part_size=part_size,
            timeout=timeout,
            runner=runner(),
        )
    if shell.WORKSPACE.value or TASK.value or FAIL_ON_LEAK.value:
        raise flags.Error(
            "--images is an archive without tasks; leave out --workspace, --task and "
            "--fail_on_leak, or --images."
        )
    return archive_statistics(
        archive.IMAGES.value,
        OUTPUT.value,
        part_size=part_size,
        timeout=timeout,
        runner=runner(),
    )


def main_cli() -> None:
    shell.run(main)


if __name__ == "__main__":
    main_cli()
