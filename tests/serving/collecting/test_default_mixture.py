"""What is chosen by where nobody says it."""

import shutil

import pytest

from graftnet_tf.active_learning.mixture import Mixture
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.tasks import Task
from graftnet_tf.workspace.workspace import Workspace
from serving.collecting.default_mixture import WITH_HEAD, WITHOUT_HEAD, default_mixture
from serving.composition.compose import compose


@pytest.fixture(scope="module")
def workspace(trained, tmp_path_factory):
    root = str(tmp_path_factory.mktemp("served") / "workspace")
    shutil.copytree(trained.workspace.root, root, ignore=shutil.ignore_patterns("serving"))
    return Workspace(root)


def test_a_served_head_is_asked_where_it_is_unsure(workspace):
    hat = Task.binary("hat")
    assert default_mixture(workspace, hat) == Mixture.parse(WITHOUT_HEAD), "nothing is served"
    compose(workspace, provenance=Provenance())
    assert default_mixture(workspace, hat) == Mixture.parse(WITH_HEAD)
    assert default_mixture(workspace, Task.binary("umbrella")) == Mixture.parse(WITHOUT_HEAD)


def test_of_several_attributes_one_has_to_be_named(workspace):
    compose(workspace, provenance=Provenance())
    gender = workspace.task("gender")
    assert len(gender.attributes) > 1
    assert default_mixture(workspace, gender) == Mixture.parse(WITHOUT_HEAD)
    assert default_mixture(workspace, gender, "male") == Mixture.parse(WITH_HEAD)


@pytest.mark.parametrize("text", [WITH_HEAD, WITHOUT_HEAD])
def test_rates_can_be_told_from_either(text):
    assert Mixture.parse(text).reaches_all
