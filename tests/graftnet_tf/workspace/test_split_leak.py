"""Tests of counting what is on both sides of a split."""

from graftnet_tf.workspace.split_leak import split_leak


def test_groups_on_both_sides_are_counted_with_their_images():
    leak = split_leak(["ann", "ann", "bob", "cat"], ["ann", "cat", "cat", "dan"])
    assert leak.groups == 2
    assert leak.train_images == 3
    assert leak.test_images == 3
    assert leak.test_total == 4


def test_a_clean_split_leaks_nothing():
    assert split_leak(iter(["ann"]), iter(["bob"])) == (0, 0, 0, 1)
    assert split_leak([], []) == (0, 0, 0, 0)
