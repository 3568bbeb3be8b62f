import json
import os

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from graftnet_tf.errors import GraftNetError
from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.tasks import Task
from graftnet_tf.workspace.workspace import Workspace
from tests.serving.fake_versions import GENDER, publish_branch, publish_model, publish_trunk

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 50, 40, 3), dtype=np.uint8)


@pytest.fixture
def own_workspace(tmp_path):
    workspace = Workspace(str(tmp_path))
    publish_trunk(workspace)
    return workspace


def scores(workspace, version, images=IMAGES):
    model = tf.saved_model.load(workspace.path(*GRAFTNET_DIR, version))
    answer = model.signatures["serving_default"](images=tf.constant(images))
    return {name: values.numpy() for name, values in answer.items()}


def served_versions(workspace):
    folder = workspace.path(*GRAFTNET_DIR)
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def part(workspace, *path):
    return tf.saved_model.load(workspace.path(*path, "saved_model")).signatures


def test_a_head_gives_what_its_branch_gives_on_the_trunk(workspace):
    trunk = part(workspace, "trunks", "0001")
    blocks = trunk["taps"](inputs=trunk["preprocess"](images=tf.constant(IMAGES))["inputs"])
    composed = scores(workspace, "1")
    assert set(composed) == {"bald", "t_shirt", "male", "female"}
    for task, block, columns in (
        ("bald", "block1", {"bald": 1}),
        ("t_shirt", "block3", {"t_shirt": 1}),
        ("gender", "block0", {"male": 1, "female": 2}),
    ):
        branch = part(workspace, "branches", task, "0001")
        expected = branch["scores"](features=blocks[block])["scores"].numpy()
        for attribute, column in columns.items():
            np.testing.assert_array_equal(composed[attribute], expected[:, column])


def test_other_heads_keep_every_bit_when_a_branch_is_added_replaced_or_removed(own_workspace):
    publish_branch(own_workspace, "bald", graft_after=1, seed=1)
    publish_branch(own_workspace, GENDER, graft_after=3, seed=2)
    before = scores(own_workspace, publish_model(own_workspace))
    publish_branch(own_workspace, "suit", graft_after=2, seed=3)
    added = scores(own_workspace, publish_model(own_workspace))
    publish_branch(own_workspace, "suit", graft_after=1, seed=4)
    replaced = scores(own_workspace, publish_model(own_workspace))
    removed = scores(own_workspace, publish_model(own_workspace, tasks=["bald", "gender"]))
    assert set(added) == set(replaced) == {*before, "suit"}
    assert not np.array_equal(added["suit"], replaced["suit"])
    assert set(removed) == set(before)
    for after in (added, replaced, removed):
        for attribute, values in before.items():
            np.testing.assert_array_equal(after[attribute], values)


def test_the_graph_has_core_ops_alone(model_dir):
    saved = SavedModel()
    with open(os.path.join(model_dir, "saved_model.pb"), "rb") as file:
        saved.ParseFromString(file.read())
    graph = saved.meta_graphs[0].graph_def
    ops = {node.op for node in graph.node}
    ops |= {node.op for function in graph.library.function for node in function.node_def}
    assert {"Conv2D", "IgnoreErrorsDataset"} <= ops
    assert not [op for op in ops if "PyFunc" in op or not hasattr(tf.raw_ops, op)]


def test_the_model_says_what_it_is(workspace, model_dir):
    signatures = tf.saved_model.load(model_dir).signatures
    document = json.loads(signatures["metadata"]()["metadata"].numpy())
    trunk = manifest.read(workspace.path("trunks", "0001"))
    assert document["model_version"] == "1"
    assert document["tree"] == "0001"
    assert document["trunk"] == {
        "version": "0001",
        "backbone": "inception_v3",
        "fingerprint": trunk["fingerprints"]["3"],
    }
    assert document["preprocessing"] == {"height": 32, "width": 16, "low": 0.0, "high": 1.0}
    assert document["tasks"]["gender"] == {
        "classes": ["other", "male", "female"],
        "attributes": {"male": "male", "female": "female"},
        "branch_version": "0001",
        "graft_after": 0,
        "last_block": 1,
        "pooling": "gap",
        "reduction": 0,
        "temperature": 1.0,
    }
    assert document["attributes"]["female"] == {
        "task": "gender",
        "class": "female",
        "threshold": 0.5,
    }


def test_the_manifest_records_what_went_in(model_dir):
    manifest.verify(model_dir)
    content = manifest.read(model_dir)
    assert content["kind"] == "composed model"
    assert set(content["inputs"]) == {
        "trunks/0001/manifest.json",
        "trees/0001.json",
        "branches/bald/0001/manifest.json",
        "branches/gender/0001/manifest.json",
        "branches/t_shirt/0001/manifest.json",
    }


def test_a_branch_of_another_trunk_is_refused_naming_both(own_workspace):
    publish_branch(own_workspace, "bald")
    publish_trunk(own_workspace, seed=9)
    prints = [
        manifest.read(own_workspace.path("trunks", trunk))["fingerprints"]["1"]
        for trunk in ("0001", "0002")
    ]
    with pytest.raises(GraftNetError) as refusal:
        publish_model(own_workspace)
    for expected in ("bald/0001", "trunk 0001", "trunk 0002", *prints):
        assert expected in str(refusal.value)
    assert served_versions(own_workspace) == []


def test_an_attribute_of_two_tasks_is_refused_naming_both(own_workspace):
    publish_branch(own_workspace, "male")
    publish_branch(own_workspace, GENDER)
    with pytest.raises(GraftNetError, match="gender and male both report the attribute 'male'"):
        publish_model(own_workspace)


@pytest.mark.parametrize("name", ["lady's bag", "decoded", "2nd"])
def test_an_attribute_that_cannot_name_an_output_is_refused(own_workspace, name):
    publish_branch(own_workspace, Task("bag", ("no", "yes"), {name: "yes"}))
    with pytest.raises(GraftNetError, match="Task bag reports an attribute"):
        publish_model(own_workspace)


def test_a_damaged_part_is_refused(own_workspace):
    publish_branch(own_workspace, "bald")
    path = own_workspace.path("branches", "bald", "0001", "saved_model", "saved_model.pb")
    with open(path, "ab") as file:
        file.write(b"x")
    with pytest.raises(GraftNetError, match=r"damaged: saved_model/saved_model\.pb"):
        publish_model(own_workspace)


def test_versions_are_plain_numbers_and_nothing_is_left_beside_them(own_workspace):
    publish_branch(own_workspace, "bald")
    assert [publish_model(own_workspace), publish_model(own_workspace)] == ["1", "2"]
    assert served_versions(own_workspace) == ["1", "2"]
