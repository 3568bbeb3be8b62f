"""Tests of the tasks that class names make."""

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.classes import task_name, task_of_classes
from graftnet_tf.tasks import Task


def test_negative_and_positive_make_a_binary_task():
    classes = ["positive", "negative", "positive"]
    assert task_of_classes("bald", classes, "here") == Task.binary("bald")


def test_other_comes_first_and_is_not_reported():
    task = task_of_classes("gender", ["male", "other", "female"], "here")
    assert task.classes == ("other", "female", "male")
    assert task.attributes == {"female": "female", "male": "male"}


def test_two_named_classes_are_both_reported():
    task = task_of_classes("gender", ["male", "female"], "here")
    assert task.attributes == {"female": "female", "male": "male"}


@pytest.mark.parametrize("classes", [[], ["positive"]])
def test_fewer_than_two_classes_are_refused(classes):
    with pytest.raises(GraftNetError, match="a task needs two or more"):
        task_of_classes("bald", classes, "here")


def test_the_name_is_the_given_one_or_the_source_s():
    assert task_name(["hat"], "folder") == "hat"
    assert task_name([], "folder") == "folder"


@pytest.mark.parametrize(("named", "default"), [(["a", "b"], "x"), (["../a"], "x"), ([], "my hat")])
def test_names_that_will_not_do_are_refused(named, default):
    with pytest.raises(GraftNetError, match="--tasks"):
        task_name(named, default)
