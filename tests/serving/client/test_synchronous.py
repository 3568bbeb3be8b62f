import os

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.workspace.workspace import Workspace
from serving.client import AttributeClient
from serving.model_server.server import ModelServer
from tests.serving.fake_versions import publish_branch, publish_model, publish_trunk
from tests.serving.sample_images import image_file

GOOD = [image_file(seed) for seed in range(5)]


@pytest.fixture(scope="module")
def server(workspace):
    with ModelServer(workspace.path(*GRAFTNET_DIR), poll_seconds=0) as server:
        yield server


@pytest.fixture
def client(server):
    with AttributeClient(server.address) as client:
        yield client


def test_metadata(client):
    metadata = client.metadata()
    assert metadata.model_version == "1"
    assert metadata.thresholds == dict.fromkeys(("bald", "t_shirt", "male", "female"), 0.5)


def test_every_image_gets_its_scores_and_decisions_whatever_the_batch(client):
    results = client.predict(GOOD, batch=2)
    assert [result.image for result in results] == ["#0", "#1", "#2", "#3", "#4"]
    for result, image_bytes in zip(results, GOOD, strict=True):
        (alone,) = client.predict([image_bytes])
        assert result.scores == pytest.approx(alone.scores, rel=1e-5)
        assert result.decisions == {name: score >= 0.5 for name, score in result.scores.items()}
        assert result.error is None
        assert result.model_version == 1
    assert {True, False} == {value for result in results for value in result.decisions.values()}


@pytest.mark.parametrize("batch", [1, 2, 16])
def test_bad_images_get_an_error_each_and_harm_no_other(client, tmp_path, batch):
    good = tmp_path / "good.jpg"
    good.write_bytes(GOOD[0])
    text = tmp_path / "text.jpg"
    text.write_text("no image")
    missing = str(tmp_path / "missing.jpg")
    results = client.predict([missing, str(good), str(text), b"", GOOD[0]], batch=batch)
    assert [result.error is None for result in results] == [False, True, False, False, True]
    assert "cannot be read" in results[0].error
    assert "not a JPEG or PNG" in results[2].error
    assert results[2].scores == {}
    assert results[1].scores == pytest.approx(results[4].scores, rel=1e-5)


def test_no_image_gives_no_result(client):
    assert client.predict([]) == []


def test_an_unreachable_server_is_said_to_be(server):
    with (
        AttributeClient("127.0.0.1:1", attempts=1) as client,
        pytest.raises(GraftNetError, match=r"No model server answers at 127\.0\.0\.1:1"),
    ):
        client.predict(GOOD)


def test_an_unknown_model_is_said_to_be(server):
    with (
        AttributeClient(server.address, model="yolo") as client,
        pytest.raises(GraftNetError, match="NOT_FOUND: Unknown model 'yolo'"),
    ):
        client.predict(GOOD)


def test_scores_and_names_follow_the_model_to_its_next_version(tmp_path):
    workspace = Workspace(str(tmp_path))
    publish_trunk(workspace)
    publish_branch(workspace, "bald")
    publish_model(workspace)
    with (
        ModelServer(workspace.path(*GRAFTNET_DIR), poll_seconds=0) as server,
        AttributeClient(server.address) as client,
    ):
        (before,) = client.predict(GOOD[:1])
        publish_branch(workspace, "suit")
        publish_model(workspace)
        server.store.refresh()
        (after,) = client.predict(GOOD[:1])
    assert (before.model_version, after.model_version) == (1, 2)
    assert set(before.scores) == {"bald"}
    assert set(after.scores) == {"bald", "suit"}
    assert after.scores["bald"] == before.scores["bald"]
    assert os.path.isdir(workspace.path(*GRAFTNET_DIR, "2"))
