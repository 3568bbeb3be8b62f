import numpy as np
import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.registry.validation_part import (
    VALIDATION,
    ValidationPart,
    is_kept,
    read_validation_part,
)
from graftnet_tf.workspace.example_table import ExampleTable
from graftnet_tf.workspace.string_column import StringColumn
from graftnet_tf.workspace.tasks import Example
from graftnet_tf.workspace.workspace import Workspace
from tests.serving.fake_versions import GENDER, publish_branch, publish_trunk

EXAMPLES = [
    Example('images/a, "b".jpg', 0, "ann", "0f" * 32),
    Example("images/é.jpg", 2, "bob"),
    Example("images/c.jpg", 1, "ann"),
]
SCORES = np.float32([[0.1, 0.2, 0.7], [1 / 3, 1e-30, 2 / 3], [0, 1, 0]])


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(str(tmp_path))
    publish_trunk(workspace)
    publish_branch(workspace, GENDER)
    part = ValidationPart(GENDER, ExampleTable.of(EXAMPLES), SCORES)
    publish_branch(workspace, GENDER, validation=part)
    return workspace


def test_what_is_kept_reads_back_to_the_last_bit(workspace):
    part = read_validation_part(workspace, "gender", "0002")
    assert part.task == GENDER
    assert part.examples == EXAMPLES
    assert [example.content for example in part.examples] == ["0f" * 32, "", ""]
    assert part.examples.groups.tolist() == [0, 1, 0]
    np.testing.assert_array_equal(part.scores, SCORES)


def test_probabilities_are_kept_as_they_are_and_none_where_there_are_none(workspace):
    assert read_validation_part(workspace, "gender", "0002").probabilities is None
    cells = StringColumn.of(["0.1", "", "1e-3"])
    part = ValidationPart(GENDER, ExampleTable.of(EXAMPLES), SCORES, cells)
    publish_branch(workspace, GENDER, validation=part)
    kept = read_validation_part(workspace, "gender", "0003")
    assert list(kept.probabilities) == ["0.1", "", "1e-3"]
    assert kept.examples == EXAMPLES
    np.testing.assert_array_equal(kept.scores, SCORES)


def test_a_branch_of_before_says_that_it_keeps_none(workspace):
    assert [is_kept(workspace, "gender", version) for version in ("0001", "0002")] == [False, True]
    with pytest.raises(GraftNetError, match=r"gender/0001 keeps no validation part.*--task=gender"):
        read_validation_part(workspace, "gender", "0001")
    with pytest.raises(GraftNetError, match="No branches/gender/0009"):
        read_validation_part(workspace, "gender", "0009")


@pytest.mark.parametrize(
    ("old", "new"),
    [("score of male", "score"), (",0.7\n", ",much\n"), (",0.7\n", "\n")],
)
def test_a_damaged_part_is_named(workspace, old, new):
    path = workspace.path("branches", "gender", "0002", VALIDATION)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    assert old in text
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(old, new))
    with pytest.raises(GraftNetError, match=r"validation.csv is damaged"):
        read_validation_part(workspace, "gender", "0002")
