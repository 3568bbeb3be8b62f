import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.registry.branch_versions import branch_versions, describe, difference, flattened
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.workspace import Workspace
from serving.lifecycle.head_promotion import roll_back
from tests.serving.fake_versions import publish_branch, publish_model, publish_trunk


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """bald: 0001 served, 0002 rolled back, 0003 for another trunk; suit: 0001 damaged."""
    workspace = Workspace(str(tmp_path_factory.mktemp("grown")))
    publish_trunk(workspace)
    publish_branch(workspace, "bald")
    publish_model(workspace)
    publish_branch(workspace, "bald", seed=2, graft_after=2)
    publish_model(workspace)
    roll_back(workspace, "bald", provenance=Provenance())
    publish_branch(workspace, "suit")
    publish_trunk(workspace, seed=7)
    publish_branch(workspace, "bald", seed=3)
    with open(workspace.path("branches/suit/0001/saved_model/saved_model.pb"), "ab") as file:
        file.write(b"x")
    return workspace


def test_every_version_is_listed_with_its_state(grown):
    rows = {(some.task, some.version): some for some in branch_versions(grown)}
    states = {
        key: (some.trunk, some.fits, some.served, some.withdrawn, some.damage is not None)
        for key, some in rows.items()
    }
    assert states == {
        ("bald", "0001"): ("0001", True, True, False, False),
        ("bald", "0002"): ("0001", True, False, True, False),
        ("bald", "0003"): ("0002", False, False, False, False),
        ("suit", "0001"): ("0001", True, False, False, True),
    }
    second = rows["bald", "0002"]
    assert (second.graft_after, second.last_block, second.pooling) == (2, 3, "gap")
    assert second.published.startswith("20")
    assert "saved_model/saved_model.pb" in rows["suit", "0001"].damage


def test_tasks_can_be_chosen(grown):
    assert [some.task for some in branch_versions(grown, ["suit"])] == ["suit"]
    with pytest.raises(GraftNetError, match="No branches/hat"):
        branch_versions(grown, ["hat"])


def test_the_served_version_is_shown_unless_another_is_named(grown):
    assert describe(grown, "bald")["version"] == "0001"
    assert describe(grown, "bald", "0003")["version"] == "0003"
    assert describe(grown, "suit")["version"] == "0001", "the newest of one not served"
    with pytest.raises(GraftNetError, match="No branches/bald/0009"):
        describe(grown, "bald", "0009")


def test_only_what_differs_is_in_the_difference(grown):
    changes = difference(grown, "bald", "0001", "0002")
    assert set(changes) == {"graft_after", "last_block", "trunk_fingerprint"}
    assert changes["graft_after"] == [1, 2]
    assert difference(grown, "bald", "0001", "0001") == {}
    assert difference(grown, "bald", "0001", "0003")["trunk_version"] == ["0001", "0002"]


def test_an_unreadable_manifest_is_damage_of_its_version_alone(tmp_path):
    workspace = Workspace(str(tmp_path))
    publish_trunk(workspace)
    publish_branch(workspace, "bald")
    publish_branch(workspace, "bald")
    (tmp_path / "branches/bald/0001/manifest.json").write_text("{")
    first, second = branch_versions(workspace)
    assert "manifest.json is not valid JSON" in first.damage
    assert (first.trunk, first.fits) == (None, False)
    assert second.damage is None


def test_nested_fields_are_joined_by_points():
    nested = {"a": {"b": {"c": 1}, "d": {}}, "e": [2]}
    assert flattened(nested) == {"a.b.c": 1, "a.d": {}, "e": [2]}
