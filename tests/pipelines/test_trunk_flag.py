import pytest
from absl import flags
from absl.testing import flagsaver

from graftnet_tf.workspace import Workspace
from pipelines import trunk_flag
from tests.serving.fake_versions import publish_branch, publish_model, publish_trunk


@pytest.fixture(scope="module")
def served_first(tmp_path_factory):
    """Trunk 0001 is served, 0002 is not."""
    workspace = Workspace(str(tmp_path_factory.mktemp("workspace")))
    publish_trunk(workspace)
    publish_branch(workspace, "bald")
    publish_model(workspace)
    publish_trunk(workspace, seed=2)
    return workspace


@pytest.mark.parametrize(
    ("asked", "version"), [(None, "0001"), ("newest", "0002"), ("0002", "0002"), ("9", "9")]
)
def test_the_served_trunk_is_the_default_and_can_be_overridden(served_first, asked, version):
    flags.FLAGS.mark_as_parsed()
    with flagsaver.flagsaver(trunk=asked):
        assert trunk_flag.trunk_version(served_first) == version
