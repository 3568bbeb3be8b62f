"""Tests of the tasks that class names make."""

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.classes import Reporting, label_scheme, task_name
from graftnet_tf.workspace.tasks import Task


@pytest.mark.parametrize(
    ("negative", "positive"),
    [
        ("negative", "positive"),
        ("Negative", "POSITIVE "),
        ("neg", "pos"),
        ("no", "Yes"),
        ("0", "1"),
        ("False", "True"),
        ("no_bag", "bag"),
        ("not bag", "bag"),
        ("Non-Smoker", "smoker"),
    ],
)
@pytest.mark.parametrize("is_first", [False, True])
def test_two_classes_of_which_one_denies_the_other_make_a_binary_task(negative, positive, is_first):
    labels = [negative, positive, positive]
    scheme = label_scheme("bald", labels if is_first else labels[::-1], "here")
    assert scheme.task == Task.binary("bald")
    assert scheme.index == {negative: 0, positive: 1}
    assert bool(scheme.notes) == (negative.lower() != "negative")


def test_other_comes_first_and_is_not_reported():
    scheme = label_scheme("gender", ["male", "Other", "female"], "here")
    assert scheme.task.classes == ("other", "female", "male")
    assert scheme.task.attributes == {"female": "female", "male": "male"}
    assert scheme.index == {"Other": 0, "female": 1, "male": 2}


def test_one_class_beside_other_is_reported_alone():
    assert label_scheme("x", ["hat", "other"], "here").task.attributes == {"hat": "hat"}


def test_spellings_that_differ_in_blanks_or_case_are_one_class():
    labels = ["male", "Male ", "male", "fe  male", "fe male", "boy"]
    scheme = label_scheme("gender", labels, "here", Reporting(attributes=["male"]))
    assert scheme.task.classes == ("boy", "fe  male".replace("  ", " "), "male")
    assert scheme.index["Male "] == scheme.index["male"]
    assert scheme.notes == (
        "Taken as one class: 'Male ', 'male'.",
        "Taken as one class: 'fe  male', 'fe male'.",
    )


def test_two_classes_that_do_not_tell_need_a_word():
    labels = ["male", "female"]
    with pytest.raises(GraftNetError, match=r"'female', 'male'.*--positive=CLASS.*--attributes"):
        label_scheme("gender", labels, "here")
    positive = label_scheme("woman", labels, "here", Reporting(positive="Female"))
    assert positive.task == Task.binary("woman")
    assert positive.index == {"male": 0, "female": 1}
    both = label_scheme("gender", labels, "here", Reporting(attributes=labels))
    assert both.task.attributes == {"female": "female", "male": "male"}


@pytest.mark.parametrize(
    ("labels", "reporting", "message"),
    [
        (["a", "b"], Reporting(positive="c"), "--positive names class 'c'; here has 'a', 'b'"),
        (["a", "b", "c"], Reporting(positive="a"), "goes with two classes"),
        (["a", "b"], Reporting("a", ["b"]), "without --attributes"),
        (["a", "b"], Reporting(attributes=["c"]), "--attributes names class 'c'"),
    ],
)
def test_a_word_that_does_not_fit_is_refused(labels, reporting, message):
    with pytest.raises(GraftNetError, match=message):
        label_scheme("task", labels, "here", reporting)


@pytest.mark.parametrize(
    ("name", "labels", "would_do"),
    [
        ("t-shirt", ["negative", "positive"], "--task=t_shirt"),
        ("3d_glasses", ["no", "yes"], "--task=has_3d_glasses"),
        ("features", ["0", "1"], "--task=has_features"),
        ("count", ["no", "yes"], "--task=has_count"),
        ("hat_decision", ["no", "yes"], "--task=hat"),
        ("sleeves", ["other", "long sleeve", "half"], "to long_sleeve for example"),
        ("size", ["0", "1", "2"], "to has_0 for example"),
        ("bald", ["other", "decoded"], "to has_decoded"),
    ],
)
def test_names_that_cannot_be_served_are_refused_with_one_that_can(name, labels, would_do):
    with pytest.raises(GraftNetError, match=f"cannot be served; expected a letter.*{would_do}"):
        label_scheme(name, labels, "here")


@pytest.mark.parametrize("classes", [[], ["positive"]])
def test_fewer_than_two_classes_are_refused(classes):
    with pytest.raises(GraftNetError, match="a task needs two or more"):
        label_scheme("bald", classes, "here")


def test_the_name_is_the_given_one_or_the_source_s():
    assert task_name(["hat"], "folder") == "hat"
    assert task_name([], "folder") == "folder"


@pytest.mark.parametrize(("named", "default"), [(["a", "b"], "x"), (["../a"], "x"), ([], "my hat")])
def test_names_that_will_not_do_are_refused(named, default):
    with pytest.raises(GraftNetError, match="--task"):
        task_name(named, default)
