"""Tests of what is done once."""

from graftnet_tf.workspace.workspace import Workspace
from tests.benchmarks.evidence.drawn.setting import Setting


def test_what_is_kept_is_not_done_again_and_another_seed_is_another_thing(tmp_path):
    done = []

    def do():
        done.append(None)
        return {"auc": 0.5 + len(done)}

    first, second = (Setting(Workspace(str(tmp_path)), "", str(tmp_path), seed) for seed in (0, 1))
    found = first.once("row", do)
    assert found == first.once("row", do)
    assert found.keys() == {"auc", "cpu_seconds", "wall_seconds"}
    assert [found["auc"], second.once("row", do)["auc"]] == [1.5, 2.5]
