import dataclasses

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import checksummed_json
from graftnet_tf.registry.tree import (
    GraftedBranch,
    Tree,
    grafting_trunk,
    newest_tree,
    publish_tree,
    read_tree,
    served_tree,
)
from graftnet_tf.workspace.workspace import Workspace
from tests.serving.fake_versions import publish_branch, publish_model, publish_trunk


@pytest.fixture
def grown(tmp_path):
    workspace = Workspace(str(tmp_path))
    publish_trunk(workspace)
    publish_branch(workspace, "bald")
    publish_branch(workspace, "bald", seed=2)
    publish_branch(workspace, "suit")
    return workspace


def test_the_newest_version_of_every_branch_is_taken(grown):
    assert newest_tree(grown) == Tree(
        trunk="0001",
        branches={
            "bald": GraftedBranch("0002", {"bald": 0.5}),
            "suit": GraftedBranch("0001", {"suit": 0.5}),
        },
    )


def test_versions_and_tasks_can_be_chosen(grown):
    tree = newest_tree(grown, branches={"bald": "0001"})
    assert {task: branch.version for task, branch in tree.branches.items()} == {"bald": "0001"}


def test_what_is_published_reads_back(grown):
    tree = newest_tree(grown)
    assert publish_tree(grown, tree) == "0001"
    assert publish_tree(grown, newest_tree(grown, branches={"suit": None})) == "0002"
    assert read_tree(grown, "0001") == tree
    content = checksummed_json.verify(grown.path("trees", "0002.json"))
    assert len(content.pop("sha256")) == 64
    assert content == {
        "version": "0002",
        "trunk": "0001",
        "precision": "float32",
        "branches": {
            "suit": {
                "version": "0001",
                "thresholds": {"suit": 0.5},
                "withdrawn": [],
                "temperature": 1.0,
            }
        },
    }


def test_missing_versions_are_named(grown):
    with pytest.raises(GraftNetError, match=r"'0009'.*there are none"):
        read_tree(grown, "0009")
    with pytest.raises(GraftNetError, match=r"branches/bald/0007.*0001, 0002"):
        newest_tree(grown, branches={"bald": "0007"})
    with pytest.raises(GraftNetError, match="No branches/hat"):
        newest_tree(grown, branches={"hat": None})


def test_a_workspace_without_branches_says_how_to_make_one(tmp_path):
    with pytest.raises(GraftNetError, match="graftnet-train-branch"):
        newest_tree(Workspace(str(tmp_path)))


def test_branches_of_another_trunk_are_passed_over(grown):
    publish_trunk(grown, seed=7)
    publish_branch(grown, "bald", seed=3)
    versions = {task: branch.version for task, branch in newest_tree(grown).branches.items()}
    assert versions == {"bald": "0003", "suit": "0001"}, "suit has none for the new trunk"
    assert newest_tree(grown, trunk="0001").branches["bald"].version == "0002"


def test_branches_go_on_the_trunk_that_is_served(grown):
    assert grafting_trunk(grown) == "0001"
    assert served_tree(grown) is None
    publish_model(grown)
    publish_trunk(grown, seed=7)
    assert grafting_trunk(grown) == "0001"
    publish_branch(grown, "bald", seed=3)
    assert newest_tree(grown).branches["bald"].version == "0002", "0003 is for trunk 0002"
    publish_branch(grown, "suit", seed=3)
    publish_model(grown, trunk="0002")
    version, tree = served_tree(grown)
    assert (version, tree.trunk, grafting_trunk(grown)) == ("0002", "0002", "0002")


@pytest.mark.parametrize(
    ("asked", "version"), [(None, "0001"), ("newest", "0002"), ("0002", "0002"), ("9", "9")]
)
def test_another_trunk_than_the_served_one_can_be_asked_for(grown, asked, version):
    publish_model(grown)
    publish_trunk(grown, seed=7)
    assert grafting_trunk(grown, asked) == version


def test_a_workspace_without_a_trunk_has_none_to_graft_on(tmp_path):
    with pytest.raises(GraftNetError, match="No trunks"):
        grafting_trunk(Workspace(str(tmp_path)))


def test_withdrawn_versions_are_passed_over_even_by_a_tree_of_other_tasks_between(grown):
    tree = newest_tree(grown)
    bald = dataclasses.replace(tree.branches["bald"], version="0001", withdrawn=("0002",))
    publish_model(grown, tree=Tree("0001", {**tree.branches, "bald": bald}))
    publish_model(grown, tasks=["suit"])
    assert newest_tree(grown).branches["bald"] == bald
    assert newest_tree(grown, branches={"bald": "0002"}).branches["bald"].withdrawn == ()


def test_a_task_with_withdrawn_versions_alone_is_named(grown):
    tree = newest_tree(grown, branches={"suit": None})
    suit = dataclasses.replace(tree.branches["suit"], withdrawn=("0001",))
    publish_model(grown, tree=Tree("0001", {"suit": suit}))
    with pytest.raises(GraftNetError, match=r"Every branch of suit .*0001"):
        newest_tree(grown)
