import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graftnet_tf.data import labelled_images
from graftnet_tf.data.class_weights import class_weights
from graftnet_tf.data.labelled_images import LabelledRows
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.errors import GraftNetError
from graftnet_tf.workspace.tasks import Example, Task, write_task
from tests.trained_workspace import COUNT, GENDER, UNREADABLE, draw_workspace

SIZE = Preprocessing(30, 20)


def labelled(labels, groups):
    labels = np.array(labels, np.int32)
    task = Task("task", tuple("abc"[: labels.max() + 1]), {"task": "a"})
    rows = np.arange(len(labels)) + 100
    return LabelledRows(task, rows, labels, groups)


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
        assert part.groups == [whole.groups[row - 100] for row in part.rows]
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


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return draw_workspace(str(tmp_path_factory.mktemp("drawn") / "workspace"))


def loaded_from(workspace, names, size):
    return labelled_images.load([workspace.training_split(name) for name in names], size)


def test_tasks_share_images_and_unreadable_ones_are_left_out(workspace, caplog):
    loaded = loaded_from(workspace, ["hat", "gender"], SIZE)
    assert loaded.images.shape == (COUNT, 30, 20, 3)
    assert list(loaded.unreadable) == [workspace.path(UNREADABLE)]
    hat, gender = loaded.tasks
    assert gender.task == GENDER
    assert gender.labels.tolist() == [number % 3 for number in range(COUNT)]
    assert hat.labels.tolist() == [number % 2 for number in range(COUNT)]
    np.testing.assert_array_equal(hat.rows, gender.rows)
    np.testing.assert_allclose(hat.class_weights, [1, 1])
    assert UNREADABLE in caplog.text


def test_inputs_tell_labels_and_pixels_apart(workspace):
    hat = loaded_from(workspace, ["hat"], SIZE).inputs
    assert hat == loaded_from(workspace, ["hat"], SIZE).inputs
    smaller = loaded_from(workspace, ["hat"], Preprocessing(15, 10)).inputs
    assert smaller["tasks/hat"] == hat["tasks/hat"]
    assert smaller["images"] != hat["images"]
    bag = loaded_from(workspace, ["bag"], SIZE).inputs
    assert bag["images"] == hat["images"]
    assert bag["tasks/bag"] != hat["tasks/hat"]


def test_a_task_can_be_limited_to_some_images_of_every_class(workspace):
    loaded = loaded_from(workspace, ["hat"], SIZE)
    hat = loaded.tasks[0]
    paths = [workspace.path(f"images/person{number:02d}.png") for number in (2, 5, 7)]
    some = loaded.among(hat, [*paths, "not/there.png"])
    assert [loaded.rows[path] for path in paths] == list(some.rows)
    assert some.labels.tolist() == [0, 1, 1]
    with pytest.raises(GraftNetError, match=r"no training image left \(counts: \[0, 2\]"):
        loaded.among(hat, paths[1:])


def test_a_class_without_a_readable_image_is_refused(tmp_path):
    workspace = draw_workspace(str(tmp_path / "workspace"))
    people = [
        dataclasses.replace(example, label=0) for example in workspace.examples("bag", "train")
    ]
    directory = workspace.path("tasks", "shoes")
    write_task(directory, Task.binary("shoes"), {"train": people})
    with pytest.raises(GraftNetError, match="no training image of class positive"):
        loaded_from(workspace, ["shoes"], SIZE)
    broken = [*people, Example(UNREADABLE, 1, "x")]
    write_task(directory, Task.binary("shoes"), {"train": broken})
    with pytest.raises(GraftNetError, match="no readable training image of some class"):
        loaded_from(workspace, ["shoes"], SIZE)
    with pytest.raises(GraftNetError, match="No task 'boots'"):
        loaded_from(workspace, ["boots"], SIZE)


def test_images_decoded_for_other_tasks_too_change_nothing(tmp_path):
    workspace = draw_workspace(str(tmp_path / "workspace"))
    late = workspace.examples("bag", "train")[COUNT // 2 :]
    write_task(workspace.path("tasks", "late"), Task.binary("late"), {"train": late})
    alone = loaded_from(workspace, ["late"], SIZE)
    splits = [workspace.training_split(name) for name in ("hat", "late")]
    together = labelled_images.load_each(splits, SIZE)["late"]
    assert together.inputs == alone.inputs
    assert together.unreadable == alone.unreadable == {}
    rows = [loaded.tasks[0].rows for loaded in (alone, together)]
    assert rows[0].tolist() != rows[1].tolist()
    np.testing.assert_array_equal(alone.images[rows[0]], together.images[rows[1]])
    assert [alone.digests[row] for row in rows[0]] == [together.digests[row] for row in rows[1]]
