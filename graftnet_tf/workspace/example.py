"""One image and its one label."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Example:
    """One image and its one label.

    Attributes:
      image: Path, absolute or relative to the workspace.
      label: Index into the task's classes.
      group: What must stay on one side of any split (a photo, a person, a camera visit).
      content: Hex SHA-256 of the image file's bytes; empty where unknown. Examples that differ
        in it alone are equal.
    """

    image: str
    label: int
    group: str
    content: str = dataclasses.field(default="", compare=False)
