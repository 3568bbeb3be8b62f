"""SavedModels in sessions: variables, tables and their files; what cannot be loaded."""

import os

import pytest
import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from serving.model_server.models.graph_session import load_saved_model


class Vocabulary(tf.Module):
    """Places of words in a file, times a variable."""

    def __init__(self, path):
        super().__init__()
        file = tf.lookup.TextFileInitializer(
            path,
            tf.string,
            tf.lookup.TextFileIndex.WHOLE_LINE,
            tf.int64,
            tf.lookup.TextFileIndex.LINE_NUMBER,
        )
        self._table = tf.lookup.StaticHashTable(file, -1)
        self._times = tf.Variable(10, dtype=tf.int64)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "words")])
    def places(self, words):
        return {"places": self._times * self._table.lookup(words)}


@pytest.fixture
def directory(tmp_path):
    """A model whose words were moved away after it was saved."""
    words = tmp_path / "words.txt"
    words.write_text("umbrella\nhat\nsuit\n")
    model = Vocabulary(str(words))
    tf.saved_model.save(model, str(tmp_path / "model"), {"serving_default": model.places})
    words.unlink()
    return tmp_path / "model"


def test_variables_are_restored_and_tables_filled_from_the_models_own_files(directory):
    session, signatures = load_saved_model(str(directory))
    signature = signatures["serving_default"]
    with session:
        places = session.run(
            signature.outputs["places"].name, {signature.inputs["words"].name: ["suit", "hat", "x"]}
        )
    assert places.tolist() == [20, 10, -10]


def test_a_model_without_variables_needs_no_file_of_them(tmp_path):
    module = tf.Module()
    module.double = tf.function(lambda x: {"y": 2 * x}, [tf.TensorSpec([], tf.float32, "x")])
    tf.saved_model.save(module, str(tmp_path), {"serving_default": module.double})
    session, signatures = load_saved_model(str(tmp_path))
    signature = signatures["serving_default"]
    with session:
        assert session.run(signature.outputs["y"].name, {signature.inputs["x"].name: 4}) == 8


def test_what_is_not_there_or_no_savedmodel_is_named(directory):
    with pytest.raises(tf.errors.NotFoundError, match=r"away/saved_model\.pb"):
        load_saved_model(str(directory / "away"))
    (directory / "saved_model.pb").write_bytes(b"\xff\xff")
    with pytest.raises(ValueError, match=r"saved_model\.pb is no SavedModel"):
        load_saved_model(str(directory))


def test_another_tag_is_refused_with_those_that_are_there(directory):
    path = directory / "saved_model.pb"
    model = SavedModel.FromString(path.read_bytes())
    model.meta_graphs[0].meta_info_def.tags[:] = ["train"]
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ValueError, match=r"tags \[\['train'\]\]; expected one with 'serve' alone"):
        load_saved_model(str(directory))


def test_lost_variables_are_told_of(directory):
    os.remove(directory / "variables" / "variables.index")
    with pytest.raises(tf.errors.OpError, match="variables/variables"):
        load_saved_model(str(directory))
