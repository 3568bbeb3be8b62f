"""What a client gets back."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class ImageResult:
    """What the model says of one image.

    Attributes:
      image: Its path, or its place among those given as content (`"#0"`).
      scores: Score in 0…1 of each attribute; empty when there is an error.
      decisions: Whether each attribute's score reaches its threshold.
      error: Why there are no scores, or None.
      model_version: Version of the model that answered; None when none gave scores.
      classes: The likeliest class of each task of more than two classes; None where the
        scores do not tell which it is.
    """

    image: str
    scores: dict[str, float] = dataclasses.field(default_factory=dict)
    decisions: dict[str, bool] = dataclasses.field(default_factory=dict)
    error: str | None = None
    model_version: int | None = None
    classes: dict[str, str | None] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Passenger:
    """What the model says of one person in a snapshot.

    Attributes:
      box: x1, y1, x2, y2 in pixels of the snapshot.
      detection_score: Detection score in 0…1, how sure it is that this is a person.
      scores, decisions, classes: Scores, decisions and classes, as of an `ImageResult`.
    """

    box: tuple[int, int, int, int]
    detection_score: float
    scores: dict[str, float]
    decisions: dict[str, bool]
    classes: dict[str, str | None]


@dataclasses.dataclass(frozen=True)
class SnapshotResult:
    """Everybody in one snapshot.

    Attributes:
      image: Its path, or its place among those given as content (`"#0"`).
      passengers: The people found, the surest first; none when there is an error.
      error: Why the snapshot was not looked at, or None.
      model_version: Version of the model that answered; None when it did not look at the
        snapshot.
    """

    image: str
    passengers: tuple[Passenger, ...] = ()
    error: str | None = None
    model_version: int | None = None
