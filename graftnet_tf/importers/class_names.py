"""How sources spell the names of classes."""

import re

from graftnet_tf.workspace.tasks import BINARY_CLASSES

BINARY_PAIRS = frozenset(
    {
        BINARY_CLASSES,
        ("neg", "pos"),
        ("no", "yes"),
        ("n", "y"),
        ("false", "true"),
        ("off", "on"),
        ("0", "1"),
        ("absent", "present"),
        ("without", "with"),
        ("other", "positive"),
    }
)
"""(negative, positive) as `plain` has them."""

_NEGATION = re.compile(r"(without|not|non|no)[ _-]")


def plain(label: str) -> str:
    """A label without what labels of one class differ in: case and blanks."""
    return " ".join(label.split()).casefold()


def without_negation(label: str) -> str:
    """What a plain label denies: `hat` of `no_hat`; the label itself where it denies nothing."""
    return _NEGATION.sub("", label, count=1)
