"""compose_passengers as a person runs it; its models: serving/composition/test_passengers.py."""

from graftnet_tf.registry.served_models import PASSENGERS_DIR
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.workspace import Workspace
from tests.pipelines.forked_runs import run_all
from tests.serving.fake_people import publish_people
from tests.serving.fake_versions import publish_branch, publish_model, publish_trunk


def test_the_newest_models_are_joined(tmp_path):
    workspace = Workspace(str(tmp_path))
    publish_trunk(workspace)
    publish_branch(workspace, "bald")
    publish_model(workspace)
    publish_people(workspace)
    (run,) = run_all(
        "compose_passengers", [[f"--workspace={tmp_path}", "--max_people=2", "--min_score=.5"]]
    )
    path = workspace.path(*PASSENGERS_DIR, "1")
    assert (run.status, run.stdout) == (0, f"Passengers are served model version 1: {path}\n")
    manifest.verify(path)
    assert manifest.read(path)["flags"] == {
        "workspace": str(tmp_path),
        "max_people": 2,
        "min_score": 0.5,
    }


def test_mistakes_get_one_line_and_a_status(tmp_path):
    usual = f"--workspace={tmp_path}"
    nowhere, nobody, nothing = run_all(
        "compose_passengers", [[], [usual, "--max_people=0"], [usual]]
    )
    assert (nowhere.status, nobody.status, nothing.status) == (2, 2, 1)
    assert "--workspace is missing" in nowhere.error
    assert "max_people" in nobody.error
    assert "make one with graftnet-compose." in nothing.error
    assert "Traceback" not in nothing.stderr
