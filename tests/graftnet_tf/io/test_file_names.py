import os

import pytest

from graftnet_tf.io.file_names import is_utf8, printable


@pytest.mark.parametrize(
    ("name", "utf8", "shown"),
    [(b"a b.jpg", True, "a b.jpg"), ("ä.jpg".encode(), True, "ä.jpg"), (b"\xe4", False, r"\xe4")],
)
def test_names_as_they_are_told(name, utf8, shown):
    name = os.fsdecode(name)
    assert (is_utf8(name), printable(name)) == (utf8, shown)
