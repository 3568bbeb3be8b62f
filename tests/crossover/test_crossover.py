"""What another TensorFlow has made is used here: run it with OTHER_PYTHON, or by `make crossover`.

Each test prints the figure that docs/current_tensorflow.md has.
"""

import os
import subprocess

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from graftnet_tf.features.graft_features import CachedFeatures
from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.registry.verification import damage
from graftnet_tf.trunk.dynamic_graph import DynamicTrunk
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.workspace import Workspace
from serving import compose, roll_back
from serving.model_server.models.model_config import read_config
from serving.model_server.models.servable import Servable
from serving.model_server.requests.limits import Limits
from serving.schema import warmup_requests
from tests.crossover import kept
from tests.killed_runs import counted_steps
from tests.trained_workspace import train_tiny_branch, train_tiny_trunk
from tests.yolact_tf import tiny
from yolact_tf.checkpoints import weights_file
from yolact_tf.training.train_step import TrainStep

OTHER = os.environ.get("OTHER_PYTHON", "")
CLOSE = 1e-5  # of scores in 0…1
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not OTHER, reason="OTHER_PYTHON names no interpreter of another TensorFlow"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What the other interpreter's TensorFlow made."""
    folder = tmp_path_factory.mktemp("kept")
    done = subprocess.run(
        [OTHER, "-m", "tests.crossover.kept", str(folder)],
        env={key: at for key, at in os.environ.items() if key != "TF_USE_LEGACY_KERAS"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.fixture(scope="module")
def workspace(folder):
    return Workspace(str(folder / "workspace"))


@pytest.fixture(scope="module")
def answers(folder):
    """What the networks gave where they were made, by kind and name."""
    with np.load(folder / "answers.npz") as arrays:
        return dict(arrays)


def difference(found, answers, kind):
    """The largest between what is found and what was answered there."""
    expected = {name.partition("/")[2]: it for name, it in answers.items() if name.startswith(kind)}
    assert set(found) == set(expected)
    assert all(found[name].shape == expected[name].shape for name in found)
    worst = max(float(np.abs(found[name] - expected[name]).max()) for name in found)
    print(f"\n{kind} of the other TensorFlow differ by at most {worst:.1e}")
    return worst


def test_it_was_another_tensorflow(workspace):
    made = manifest.read(workspace.path("trunks", "0001"))["packages"]["tensorflow"]
    print(f"\nMade by TensorFlow {made}, used by {tf.__version__}")
    assert made != tf.__version__


def test_every_published_version_is_whole(workspace):
    assert damage(workspace) == {}


def test_a_composed_model_scores_as_it_did(workspace, answers):
    assert difference(kept.composed_scores(workspace, "1"), answers, "score") <= CLOSE


def test_a_tree_is_composed_anew_to_the_same_scores(workspace, answers):
    (tree,) = workspace.versions("trees")
    version = compose(workspace, tree)
    assert difference(kept.composed_scores(workspace, version), answers, "score") <= CLOSE


def test_warm_up_records_are_answered(workspace):
    directory = workspace.path(*GRAFTNET_DIR, "1")
    servable, answered = Servable(directory, 1), set()
    for record in tf.data.TFRecordDataset(os.path.join(directory, warmup_requests.PATH)):
        request = PredictionLog.FromString(record.numpy()).predict_log.request
        name = request.model_spec.signature_name
        assert servable.predict(name, request.inputs, limits=Limits()).outputs
        answered.add(name)
    assert answered == {name for name, it in servable.signatures.items() if it.inputs}


def test_the_servers_configuration_is_read(folder, workspace):
    (model,) = read_config(str(folder / "models.config"))
    assert (model.name, model.base_path) == ("graftnet", workspace.path(*GRAFTNET_DIR))


def test_a_branch_grows_on_the_trunk_and_the_other_heads_keep_every_bit(workspace):
    before = kept.composed_scores(workspace, compose(workspace))
    train_tiny_branch(workspace, "hat", seed=9)
    after = kept.composed_scores(workspace, compose(workspace))
    assert not np.array_equal(after["hat"], before["hat"])
    for name in set(before) - {"hat"}:
        np.testing.assert_array_equal(after[name], before[name])
    back = kept.composed_scores(workspace, roll_back(workspace, "hat").model_version)
    for name, values in before.items():
        np.testing.assert_array_equal(back[name], values)


def test_weights_of_a_segmentation_network_come_over(folder, answers, monkeypatch):
    tiny.register(monkeypatch)
    network, classes = weights_file.load(str(folder / "yolact.npz"))
    assert classes == ("person",)
    assert difference(kept.network_outputs(network), answers, "yolact") <= 1e-4


def goes_on(owner, method, run):
    """The steps that were taken now; a refusal, if it comes, is one line of ours."""
    with counted_steps(owner, method, steps := []):
        run()
    print(f"\nOf a training that was begun there, steps {steps} were taken here")
    return steps


def test_a_trunks_training_goes_on(folder):
    begun = Workspace(str(folder / "begun"))
    initial = begun.path("initial.npz")
    assert goes_on(DynamicTrunk, "train", lambda: train_tiny_trunk(begun, initial)) == [2, 3]
    assert begun.versions("trunks") == ["0001", "0002"]


def test_a_branchs_training_goes_on(folder):
    begun = Workspace(str(folder / "begun"))
    steps = goes_on(CachedFeatures, "augmented", lambda: train_tiny_branch(begun, kept.TASK))
    assert steps == [2, 3]


def test_a_segmentation_networks_training_goes_on(folder, monkeypatch):
    tiny.register(monkeypatch)
    directory = str(folder / "segmentation")
    steps = goes_on(TrainStep, "__call__", lambda: kept.segmentation_training(directory, seed=9))
    assert steps == [2, 3]
