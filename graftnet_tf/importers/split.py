"""The split into train and test."""

import hashlib


def draw_split(group: str, *, test_fraction: float, seed: int) -> str:
    """ "train" or "test", drawn for one group by a hash of it and the seed.

    A group's side depends on no other group: a photo never moves from test to train when
    the source grows or shrinks, and every task and every part of a source splits alike. The
    price is that the share of the test side is `test_fraction` only on average: its
    standard deviation over n groups is sqrt(test_fraction · (1 - test_fraction) / n).

    Args:
      group: what must stay on one side.
      test_fraction: in 0…1; at 0 every group is train, at 1 every group is test.
      seed: another seed is another split.
    """
    digest = hashlib.sha256(f"{seed}/{group}".encode()).digest()
    drawn = int.from_bytes(digest[:6], "big") / (1 << 48)
    return "test" if drawn < test_fraction else "train"
