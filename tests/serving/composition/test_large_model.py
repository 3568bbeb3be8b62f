"""A model of more weights than one protocol buffer holds."""

import os
import tempfile

import numpy as np
import pytest
import tensorflow as tf

from serving.model_server.models.servable import Servable
from serving.model_server.requests.limits import Limits
from tests.benchmarks.composed_graph.networks import SIDE, Networks, Shape

BRANCHES = 26  # of 87 MB each, since they begin after the trunk's first block


@pytest.mark.slow
def test_more_than_two_gigabytes_are_composed_loaded_and_answered():
    with tempfile.TemporaryDirectory() as folder:
        networks = Networks(folder, Shape(graft_after=0))
        networks.add_branch()
        for number in range(1, BRANCHES):
            networks.copy_branch(number)
        directory = networks.compose("float32")
        weights = os.path.join(directory, "variables", "variables.data-00000-of-00001")
        assert os.path.getsize(weights) > 1 << 31
        servable = Servable(directory, 1)
    images = np.random.default_rng(0).integers(0, 256, (1, SIDE, SIDE, 3), dtype=np.uint8)
    outputs = servable.predict(
        "serving_default", {"images": tf.make_tensor_proto(images)}, limits=Limits()
    ).outputs
    scores = np.array([values.item() for values in outputs.values()])
    assert len(scores) == BRANCHES
    assert np.isfinite(scores).all()
    np.testing.assert_allclose(scores, scores[0], atol=1e-6)
