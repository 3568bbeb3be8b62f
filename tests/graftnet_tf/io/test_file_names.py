import os

import pytest

from graftnet_tf.io.file_names import is_utf8, printable, short_name


@pytest.mark.parametrize(
    ("name", "utf8", "shown"),
    [(b"a b.jpg", True, "a b.jpg"), ("ä.jpg".encode(), True, "ä.jpg"), (b"\xe4", False, r"\xe4")],
)
def test_names_as_they_are_told(name, utf8, shown):
    name = os.fsdecode(name)
    assert (is_utf8(name), printable(name)) == (utf8, shown)


def test_short_names_are_ends_of_paths_and_urls_without_a_query():
    assert short_name("gs://archive/day 1/a.jpg") == "a.jpg"
    assert short_name("https://example.org/b.png?size=2/3") == "b.png"
    assert short_name(f"people/{'c' * 120}.jpg") == f"{'c' * 96}.jpg"
