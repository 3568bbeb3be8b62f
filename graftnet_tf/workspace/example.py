"""One image and its one label."""

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class Example:
    """One image and its one label.

    Attributes:
      image: Path, absolute or relative to the workspace.
      label: Index into the task's classes.
      group: What must stay on one side of any split (a photo, a person, a camera visit).
      content: Hex SHA-256 of the image file's bytes; empty where unknown.
      columns: What else is known of it, by column of the task's list: `camera`, `site`. It is in
        the list alone, to evaluate by; what is read of a list for training has none.

    Examples that differ in content or columns alone are equal.
    """

    image: str
    label: int
    group: str
    content: str = dataclasses.field(default="", compare=False)
    columns: Mapping[str, str] = dataclasses.field(default_factory=dict, compare=False)
