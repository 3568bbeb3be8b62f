import os

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.registry.served_models import PASSENGERS_DIR
from serving.client import Endpoint
from serving.model_server.models.model_config import models_of
from serving.model_server.server import ModelServer
from tests.serving.conformance.passengers_under_test import PassengersUnderTest
from tests.serving.conformance.server_under_test import ServerUnderTest, endpoint_from_environment
from tests.serving.model_server.number_models import config, specific


@pytest.fixture(scope="package")
def server(request):
    """The server named by the environment, or an embedded one of two versions."""
    endpoint = endpoint_from_environment()
    if endpoint is None:
        needed = ("model_dir", "passengers_workspace", "tmp_path_factory")
        yield from _embedded(*map(request.getfixturevalue, needed))
        return
    with endpoint.channel() as channel:
        label = os.environ.get("TF_SERVING_LABEL", "")
        yield ServerUnderTest(endpoint, channel, label=label, is_ours=False)


@pytest.fixture(scope="package")
def passengers(server):
    """The server's passengers model."""
    name = "passengers" if server.is_ours else os.environ.get("TF_SERVING_PASSENGERS")
    if not name:
        pytest.skip("no TF_SERVING_PASSENGERS is given")
    return PassengersUnderTest(server, name)


def _embedded(model_dir, passengers_workspace, tmp_path_factory):
    base_path = tmp_path_factory.mktemp("versions")
    for version in ("1", "2"):
        (base_path / version).symlink_to(model_dir)
    labelled = {**specific(1, 2), "version_labels": {"stable": 1}}
    passengers = (passengers_workspace.path(*PASSENGERS_DIR), {})
    listed = models_of(config(graftnet=(str(base_path), labelled), passengers=passengers))
    with ModelServer(listed, poll_seconds=0) as embedded:
        endpoint = Endpoint(embedded.address)
        with endpoint.channel() as channel:
            yield ServerUnderTest(endpoint, channel, label="stable", is_ours=True)


@pytest.fixture(scope="session")
def images():
    """uint8 [H, W, 3] of noise: four sizes."""
    random = np.random.default_rng(0)
    sizes = ((48, 36), (64, 40), (17, 90), (120, 50))
    return [random.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]


@pytest.fixture(scope="session")
def image_files(images):
    """The images as PNG files, which keep every pixel, and one of them as a JPEG too."""
    pngs = [tf.io.encode_png(image).numpy() for image in images]
    return [*pngs, tf.io.encode_jpeg(images[0]).numpy()]
