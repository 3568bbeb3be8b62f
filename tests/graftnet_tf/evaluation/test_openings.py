import json
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation.openings import record_opening
from graftnet_tf.workspace.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    return Workspace(str(tmp_path))


def opened(workspace, splits):
    return record_opening(workspace, splits, model_version="7", command="evaluate --json")


def lines(workspace):
    with open(workspace.path("reports", "test_openings.jsonl")) as file:
        return [json.loads(line) for line in file]


def test_openings_of_the_same_content_are_counted(workspace):
    assert opened(workspace, {"bald": "a1", "hat": "b1"}) == {"bald": 0, "hat": 0}
    assert opened(workspace, {"bald": "a1"}) == {"bald": 1}
    assert opened(workspace, {"bald": "a2", "hat": "b1"}) == {"bald": 0, "hat": 1}


def test_a_line_says_when_what_and_by_which_command(workspace):
    opened(workspace, {"bald": "a1"})
    (line,) = lines(workspace)
    assert line.pop("time").startswith("20")
    assert line == {"command": "evaluate --json", "model_version": "7", "splits": {"bald": "a1"}}
    assert os.listdir(workspace.path("reports")) == ["test_openings.jsonl"], "no lock is left"


def test_openings_at_once_are_all_kept(workspace):
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _: opened(workspace, {"bald": "a1"})["bald"], range(20)))
    assert sorted(counts) == list(range(20))
    assert len(lines(workspace)) == 20


@pytest.mark.parametrize("line", ["{", "[]", '{"splits": 3}', '{"time": "now"}', "\udcff"])
def test_a_damaged_record_is_named_and_left_as_it_is(workspace, line):
    opened(workspace, {"bald": "a1"})
    path = workspace.path("reports", "test_openings.jsonl")
    with open(path, "a", errors="surrogateescape") as file:
        file.write(f"{line}\n")
    with open(path, "rb") as file:
        before = file.read()
    with pytest.raises(GraftNetError, match=r"test_openings.jsonl, line 2 is damaged"):
        opened(workspace, {"bald": "a1"})
    with open(path, "rb") as file:
        assert file.read() == before
