"""Tests of what is drawn: the tasks, and the pools of the labels that mining is tried on."""

import numpy as np

from graftnet_tf.io import atomic_files
from graftnet_tf.lift_scenes.dataset.attribute_tasks import ATTRIBUTE_TASKS
from graftnet_tf.lift_scenes.scene.records import pixels
from graftnet_tf.workspace.workspace import Workspace
from tests.benchmarks.evidence.drawn import scenes
from tests.benchmarks.evidence.drawn.setting import Setting


def test_tasks_and_pools_are_drawn_spoilt_and_share_no_crop(tmp_path, monkeypatch):
    some = [task for task in ATTRIBUTE_TASKS if task.name in ("bald", "old_age")]
    monkeypatch.setattr(scenes, "ATTRIBUTE_TASKS", some)
    monkeypatch.setattr(scenes, "SNAPSHOTS", 4)
    monkeypatch.setattr(scenes, "POOL_SNAPSHOTS", 8)
    workspace = Workspace(str(tmp_path / "workspace"), create=True)
    scenes.draw(Setting(workspace, "", str(tmp_path / "results"), 0))
    drawn = scenes.pool(workspace)
    assert (workspace.task_names(), drawn.task_names()) == (["bald", "old_age"], ["old_age"])
    own, pooled = (holder.examples("old_age", "train") for holder in (workspace, drawn))
    assert len(own) < len(pooled)
    assert not {e.content for e in own} & {e.content for e in pooled}
    crop = pixels(atomic_files.read_bytes(workspace.image_path(own[0].image)))
    assert np.ptp(crop.astype(int), axis=-1).max() <= 2
