"""The tasks that the labels of Clothing Co-Parsing make: 18 binary ones and one of three."""

from graftnet_tf.workspace.tasks import Task

BINARY_TASKS = {
    "bag": {"bag", "purse", "wallet"},
    "sunglasses": {"sunglasses"},
    "hat": {"hat"},
    "scarf": {"scarf"},
    "coat": {"coat"},
    "dress": {"dress"},
    "skirt": {"skirt"},
    "shorts": {"shorts"},
    "jeans": {"jeans"},
    "boots": {"boots"},
    "sandals": {"sandals"},
    "socks": {"socks"},
    "stockings": {"stockings", "tights", "leggings"},
    "belt": {"belt"},
    "necklace": {"necklace"},
    "watch": {"watch"},
    "suit_or_blazer": {"suit", "blazer"},
    "t_shirt": {"t-shirt"},
}
"""A photo is positive when it has any of the labels."""

LOWER_BODY = Task(
    "lower_body",
    ("other", "skirt_or_dress", "pants"),
    {"skirt_or_dress": "skirt_or_dress", "pants": "pants"},
)
SKIRT_OR_DRESS = {"skirt", "dress"}
PANTS = {"pants", "jeans", "leggings"}

TASKS = [*map(Task.binary, BINARY_TASKS), LOWER_BODY]

LABELS_USED = set().union(SKIRT_OR_DRESS, PANTS, *BINARY_TASKS.values())


def label_of(task: Task, tags: set[str]) -> int:
    """The class of a photo in a task of `TASKS`.

    Args:
      task: One of `TASKS`.
      tags: The labels of the photo.

    Returns:
      Index of the class. Skirts and dresses go before pants where a photo has both.
    """
    if task != LOWER_BODY:
        return int(not tags.isdisjoint(BINARY_TASKS[task.name]))
    if tags & SKIRT_OR_DRESS:
        return task.classes.index("skirt_or_dress")
    return task.classes.index("pants" if tags & PANTS else "other")
