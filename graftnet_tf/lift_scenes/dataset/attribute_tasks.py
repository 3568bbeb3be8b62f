"""The paper's 16 tasks, which report its 18 attributes."""

from collections.abc import Set

from graftnet_tf.workspace.tasks import Task

AGE = Task("age", ("other", "youth", "middle_age"), {"youth": "youth", "middle_age": "middle_age"})
GENDER = Task("gender", ("other", "male", "female"), {"male": "male", "female": "female"})

ATTRIBUTE_TASKS: tuple[Task, ...] = (
    Task.binary("suit"),
    Task.binary("watching_phone"),
    Task.binary("bald"),
    Task.binary("food_deliverer"),
    Task.binary("ladys_bag"),
    AGE,
    Task.binary("holding_baby"),
    Task.binary("sport_style"),
    Task.binary("maintenance"),
    Task.binary("backpack"),
    Task.binary("pregnant"),
    Task.binary("courier"),
    Task.binary("old_age"),
    Task.binary("baby"),
    GENDER,
    Task.binary("child"),
)
"""In the order of the paper's tables, a 3-class task where its first attribute stands."""


def label(task: Task, attributes: Set[str]) -> int:
    """Index of the task's class for a passenger who shows `attributes`.

    The first class is that of passengers who show none of the task's attributes.
    """
    shown = (task.class_index(name) for name in task.attributes if name in attributes)
    return next(shown, 0)
