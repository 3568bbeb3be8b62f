"""The split into train and test."""

import hashlib
from collections.abc import Mapping, Sequence

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.collection import Photo


def assign_splits(
    photos: Sequence[Photo],
    groups: Mapping[str, str],
    *,
    test_fraction: float,
    seed: int,
    leaks: bool = False,
) -> dict[str, str]:
    """The split of every photo: its group's, as the source says, else drawn.

    Args:
      photos: Photos of one collection.
      groups: Groups of each photo, by source; see `joint_groups`.
      test_fraction, seed: Test fraction and seed, as in `draw_split`.
      leaks: Whether a group may be on both sides, as the source says.

    Returns:
      "train" or "test" by source.

    Raises:
      GraftNetError: the source puts a group on both sides, and `leaks` is false.
    """
    own = {photo.source: photo.split for photo in photos if photo.split and leaks}
    stated: dict[str, str] = {}
    for photo in photos:
        group = groups[photo.source]
        if not photo.split or photo.source in own:
            continue
        if stated.setdefault(group, photo.split) != photo.split:
            raise GraftNetError(
                f"Group {group} is in both train and test; a group must stay on one side, "
                "or the test results mean nothing. Give all its images one split."
            )
    return {
        source: own.get(source)
        or stated.get(group)
        or draw_split(group, test_fraction=test_fraction, seed=seed)
        for source, group in groups.items()
    }


def draw_split(group: str, *, test_fraction: float, seed: int) -> str:
    """Draws train or test for one group by a hash of it and the seed.

    A group's side depends on no other group: a photo never moves from test to train when
    the source grows or shrinks, and every task and every part of a source splits alike. The
    price is that the share of the test side is `test_fraction` only on average: its
    standard deviation over n groups is sqrt(test_fraction · (1 - test_fraction) / n).

    Args:
      group: What must stay on one side.
      test_fraction: Share of the groups for test, in 0…1; at 0 every group is train, at 1 every
        group is test.
      seed: Another seed is another split.

    Returns:
      "train" or "test".
    """
    digest = hashlib.sha256(f"{seed}/{group}".encode()).digest()
    drawn = int.from_bytes(digest[:6], "big") / (1 << 48)
    return "test" if drawn < test_fraction else "train"
