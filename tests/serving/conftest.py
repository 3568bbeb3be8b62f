import pytest

from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.workspace import Workspace
from serving.composition.compose_passengers import compose_passengers
from serving.model_server.models.servable import Servable
from tests.serving.fake_people import publish_people
from tests.serving.fake_versions import GENDER, publish_branch, publish_model, publish_trunk


@pytest.fixture(scope="session")
def workspace(tmp_path_factory):
    """A workspace with a trunk, three branches and version 1 of the served model.

    Read only: tests that publish make their own.
    """
    workspace = Workspace(str(tmp_path_factory.mktemp("workspace")))
    publish_trunk(workspace)
    publish_branch(workspace, "bald", graft_after=1, seed=1)
    publish_branch(workspace, "t_shirt", graft_after=3, seed=2)
    publish_branch(workspace, GENDER, graft_after=0, seed=3)
    publish_model(workspace)
    return workspace


@pytest.fixture(scope="session")
def model_dir(workspace):
    return workspace.path(*GRAFTNET_DIR, "1")


@pytest.fixture(scope="session")
def servable(model_dir):
    return Servable(model_dir, 1)


@pytest.fixture(scope="session")
def passengers_workspace(model_dir, tmp_path_factory):
    """A workspace with version 1 of the composed, the segmentation and the passengers model.

    Read only.
    """
    root = tmp_path_factory.mktemp("passengers")
    root.joinpath(*GRAFTNET_DIR).mkdir(parents=True)
    root.joinpath(*GRAFTNET_DIR, "1").symlink_to(model_dir)
    workspace = Workspace(str(root))
    publish_people(workspace)
    compose_passengers(workspace, provenance=Provenance("compose"))
    return workspace
