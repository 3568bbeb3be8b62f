"""Images that are tested by and learnt from: the same bytes, alike, or of one group.

A trunk learns from the train lists of all tasks, so that what one task tests by leaks from
another's train list too.
"""

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np

from graftnet_tf.dataset_statistics.seen_images import SeenImages
from graftnet_tf.workspace.example_table import ExampleTable

SAME, ALIKE, GROUP = "same", "alike", "group"


@dataclasses.dataclass(frozen=True)
class SplitImages:
    """The images of a list.

    Attributes:
      task: Name of its task.
      examples: M examples.
      rows: int64 [M], rows of the images in `SeenImages`; -1 for those that cannot be decoded.
    """

    task: str
    examples: ExampleTable
    rows: np.ndarray


@dataclasses.dataclass(frozen=True)
class Leak:
    """What of a task's test list is in a train list.

    Attributes:
      test, train: Names of the tasks.
      same: Test images whose very bytes are learnt from.
      alike: Others that look like an image that is learnt from.
      groups: Others of a group that is learnt from; within a task alone, whose groups they are.
    """

    test: str
    train: str
    same: int
    alike: int
    groups: int


@dataclasses.dataclass(frozen=True)
class LeakingImage:
    """A test image that leaks.

    Attributes:
      kind: `SAME`, `ALIKE` or `GROUP`.
      test: Task that tests by it.
      image: `image` of its example.
      train: Task that learns from it.
      learnt: `image` of an example of its train list.
    """

    kind: str
    test: str
    image: str
    train: str
    learnt: str


def find_leaks(
    seen: SeenImages, train: Sequence[SplitImages], test: Sequence[SplitImages]
) -> Iterator[tuple[Leak, Iterator[LeakingImage]]]:
    """Compares every test list with every train list.

    Args:
      seen: All images.
      train: Train list of each task.
      test: Test list of each task.

    Yields:
      What leaks from a train list into a test list, unless it is nothing, and which images.
    """
    for learnt in train:
        contents = _first_of(seen.contents, learnt.rows)
        looks = _first_of(seen.looks, learnt.rows)
        for tested in test:
            own = tested.task == learnt.task
            found = {
                SAME: _found(contents, seen.contents, tested.rows),
                ALIKE: _found(looks, seen.looks, tested.rows),
                GROUP: _of_one_group(learnt, tested) if own else _nothing(tested),
            }
            found[ALIKE][found[SAME] >= 0] = -1
            found[GROUP][(found[SAME] >= 0) | (found[ALIKE] >= 0)] = -1
            same, alike, groups = (int((places >= 0).sum()) for places in found.values())
            if same or alike or groups:
                leak = Leak(tested.task, learnt.task, same, alike, groups)
                yield leak, _images(found, learnt, tested)


def _images(
    found: dict[str, np.ndarray], learnt: SplitImages, tested: SplitImages
) -> Iterator[LeakingImage]:
    for kind, places in found.items():
        for place in np.flatnonzero(places >= 0).tolist():
            yield LeakingImage(
                kind,
                tested.task,
                tested.examples.image(place),
                learnt.task,
                learnt.examples.image(int(places[place])),
            )


def _nothing(tested: SplitImages) -> np.ndarray:
    return np.full(len(tested.rows), -1, np.int64)


def _first_of(codes: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """int64 [codes]: the first place in int [M] rows of each code, -1 for those that are not."""
    first = np.full(codes.max(initial=-1) + 1, -1, np.int64)
    places = np.flatnonzero(rows >= 0)[::-1]
    first[codes[rows[places]]] = places  # of several, the last to be written stays
    return first


def _found(first: np.ndarray, codes: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """int64 [M]: what `first` has of each row's code, -1 for a row of -1."""
    found = np.full(len(rows), -1, np.int64)
    readable = rows >= 0
    found[readable] = first[codes[rows[readable]]]
    return found


def _of_one_group(learnt: SplitImages, tested: SplitImages) -> np.ndarray:
    """int64 [M]: a place in the train list of each test example's group, or -1."""
    names = learnt.examples.group_names
    codes, firsts = np.unique(learnt.examples.groups, return_index=True)
    place_of = {names[code]: int(place) for code, place in zip(codes, firsts, strict=True)}
    places = np.array(
        [place_of.get(name, -1) for name in tested.examples.group_names], np.int64
    ).reshape(-1)
    return places[tested.examples.groups]
