"""Tests of a task's examples."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from graftnet_tf.data.class_weights import class_weights
from graftnet_tf.data.image_reader import ImageReader
from graftnet_tf.data.labelled_rows import LabelledRows
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.errors import GraftNetError
from graftnet_tf.workspace.tasks import Task

SIZE = Preprocessing(30, 20)


def labelled(labels, groups):
    labels = np.array(labels, np.int32)
    task = Task("task", tuple("abc"[: labels.max() + 1]), {"task": "a"})
    rows = np.arange(len(labels)) + 100
    reader = ImageReader([[""] * 1000], np.zeros([1000, 32], np.uint8), SIZE)
    names, codes = np.unique(groups, return_inverse=True)
    return LabelledRows(task, reader, rows, labels, codes, names.tolist())


@settings(deadline=None, max_examples=30)
@given(
    labels=st.lists(st.integers(0, 2), min_size=12, max_size=60),
    people=st.integers(5, 20),
    fraction=st.sampled_from([0.1, 0.15, 0.3, 0.5]),
    seed=st.integers(0, 3),
)
def test_no_group_and_no_example_is_on_both_sides_and_every_class_is(
    labels, people, fraction, seed
):
    whole = labelled([0, 1, 2, *labels], [f"p{n % people}" for n in range(len(labels) + 3)])
    try:
        fitted, held_out = whole.split(fraction, seed)
    except GraftNetError:
        return  # a class of few people may not be divisible
    assert not set(fitted.groups) & set(held_out.groups)
    assert sorted([*fitted.rows, *held_out.rows]) == list(whole.rows)
    for part in (fitted, held_out):
        assert set(part.labels) == {0, 1, 2}
        np.testing.assert_array_equal(part.labels, whole.labels[part.rows - 100])
        np.testing.assert_array_equal(part.groups, whole.groups[part.rows - 100])
        np.testing.assert_allclose(part.class_weights, class_weights(part.labels, 3))


def test_the_validation_part_has_about_the_fraction_of_each_class():
    whole = labelled([0] * 80 + [1] * 20, [str(n) for n in range(100)])
    _, held_out = whole.split(0.2, 0)
    assert np.bincount(held_out.labels).tolist() == [16, 4]


def test_the_seed_decides():
    whole = labelled([0, 1] * 30, [str(n) for n in range(60)])
    parts = [set(whole.split(0.2, seed)[1].rows) for seed in (0, 0, 1)]
    assert parts[0] == parts[1] != parts[2]


def test_a_rare_class_is_on_both_sides():
    whole = labelled([0] * 60 + [1] * 2, [str(n) for n in range(62)])
    for seed in range(5):
        fitted, held_out = whole.split(0.15, seed)
        assert np.bincount(fitted.labels)[1] == np.bincount(held_out.labels)[1] == 1


def test_few_images_are_split_all_the_same():
    fitted, held_out = labelled([0, 1, 0, 1], list("abcd")).split(0.15, 0)
    assert set(fitted.labels) == set(held_out.labels) == {0, 1}


@pytest.mark.parametrize(
    ("labels", "groups"),
    [
        ([0, 0, 0, 1], list("abcd")),
        ([0, 0, 0, 1, 1, 1], list("abcddd")),
        ([0, 1], list("ab")),
        ([0, 1, 0, 1], list("aaaa")),
    ],
)
def test_a_class_of_one_group_is_refused(labels, groups):
    with pytest.raises(GraftNetError, match="Task task has a class of too few"):
        labelled(labels, groups).split(0.3, 0)


def test_examples_can_be_limited_to_some_images_of_every_class():
    whole = labelled([0, 1, 0, 1, 1], list("abcde"))
    some = whole.among(np.array([102, 104, 7]))
    assert (some.rows.tolist(), some.labels.tolist()) == ([102, 104], [0, 1])
    with pytest.raises(GraftNetError, match=r"no training image left \(counts: {'a': 0, 'b': 2}"):
        whole.among(np.array([101, 103]))


@pytest.fixture
def half_broken(tmp_path):
    """Eight images of eight greys, of which 1, 2 and 7 are no images."""
    paths, contents = [], []
    for number in range(8):
        path = tmp_path / f"{number}.png"
        Image.new("RGB", (20, 30), (10 * number,) * 3).save(path)
        if number in (1, 2, 7):
            path.write_bytes(b"no image")
        paths.append(str(path))
        contents.append(np.frombuffer(hashlib.sha256(path.read_bytes()).digest(), np.uint8))
    reader = ImageReader([paths], np.stack(contents), SIZE)
    labels = np.array([0, 1] * 4, np.int32)
    return LabelledRows(
        Task.binary("hat"), reader, np.arange(8), labels, np.arange(8), list("abcdefgh")
    )


@pytest.mark.parametrize("asked_before", [[], [0], [7, 1]])
def test_the_next_example_stands_for_one_that_is_unreadable(half_broken, asked_before):
    if asked_before:
        half_broken.batch(np.array(asked_before), half_broken.reader.read)
    chosen, images = half_broken.batch(np.array([0, 1, 2, 4, 7, 1]), half_broken.reader.read)
    assert chosen.tolist() == [0, 3, 3, 4, 0, 3]
    assert images[:, 0, 0, 0].tolist() == [0, 30, 30, 40, 0, 30]


def test_what_is_left_over_is_readable_and_of_every_class(half_broken):
    half_broken.batch(np.arange(8), half_broken.reader.read)
    left = half_broken.readable()
    assert left.rows.tolist() == [0, 3, 4, 5, 6]
    assert left.counts == {"negative": 3, "positive": 2}
    with pytest.raises(GraftNetError, match=r"Task hat has no readable .* {'negative': 3, 'pos"):
        half_broken.subset(np.array([0, 1, 2, 4, 6, 7])).readable()


@pytest.mark.parametrize("left", [[1, 2, 7], [0, 1, 2, 4, 7]])
def test_a_class_of_unreadable_images_ends_the_training_when_that_is_found(half_broken, left):
    broken = half_broken.subset(np.array(left))
    with pytest.raises(GraftNetError, match=r"^Task hat has no readable training image of some"):
        broken.batch(np.arange(len(left)), broken.reader.read)


def test_a_task_of_unreadable_images_is_given_up(half_broken):
    half_broken.reader.unreadable[:] = True
    with pytest.raises(GraftNetError, match=r"^Task hat has no readable training image at all"):
        half_broken.batch(np.array([0]), half_broken.reader.read)


def test_all_can_be_read_once_to_know_those_that_are_readable(half_broken):
    assert half_broken.read_once().rows.tolist() == [0, 3, 4, 5, 6]
