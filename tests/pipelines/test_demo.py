"""The demo's workflow; run in full, at a small scale, by `make slow`."""

import dataclasses

import numpy as np
import pytest
from pycocotools import mask as run_lengths

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.lift_scenes.dataset.attribute_tasks import ATTRIBUTE_TASKS, GENDER
from graftnet_tf.lift_scenes.dataset.cutting import Cutout
from graftnet_tf.lift_scenes.dataset.person_crop import person_crop
from graftnet_tf.lift_scenes.scene.scene import render_snapshot
from graftnet_tf.trunk.pretraining import TrunkConfig
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.tasks import Task
from graftnet_tf.workspace.workspace import Workspace
from pipelines.demo_workflow import (
    SNAPSHOTS_SHOWN,
    DemoWorkflow,
    Passenger,
    Scale,
    answers,
    cut_passengers,
    identical,
)
from pipelines.shipped_people import shipped_cutter
from serving.client import ImageResult

BEFORE = [ImageResult("00-0.jpg", {"bald": 0.25, "male": 0.75}, {"bald": False, "male": True})]


def changed(**scores):
    return [dataclasses.replace(BEFORE[0], scores={**BEFORE[0].scores, **scores})]


def test_a_new_head_beside_equal_ones_is_identical():
    assert identical(BEFORE, changed(suit=0.5))


def test_one_bit_of_difference_is_not_identical():
    assert not identical(BEFORE, changed(male=0.75 + 2**-24))


def test_answers_stand_beside_what_was_drawn():
    passengers = [Passenger("00-0.jpg", frozenset({"bald", "suit"}))]
    row = answers(BEFORE, passengers).splitlines()[1].split()
    assert row == ["00-0.jpg", "male", "0.75", "bald"], "the model has no head for suits"


def test_passengers_are_cut_out_with_their_truth(tmp_path):
    workspace = Workspace(str(tmp_path))
    drawn = iter([render_snapshot(0, index) for index in range(SNAPSHOTS_SHOWN)])

    def cut(image):
        masks = [seen.mask for seen in next(drawn).passengers]
        return [
            Cutout(person_crop(image, mask), run_lengths.encode(np.asfortranarray(mask, np.uint8)))
            for mask in masks
        ]

    passengers = list(cut_passengers(workspace, cut, seed=0))
    known = {name for task in ATTRIBUTE_TASKS for name in task.attributes}
    assert passengers
    for passenger in passengers:
        with open(passenger.path, "rb") as file:
            assert file.read(3) == b"\xff\xd8\xff"
        assert passenger.attributes <= known


@pytest.mark.slow
def test_the_demo_ends_with_a_late_label_and_unchanged_heads(tmp_path):
    scale = Scale(
        snapshots=10,
        trunk=TrunkConfig(height=80, width=80, last_block=3, steps=4, batch=4),
        branch=BranchConfig(graft_after=1, steps=4, batch=4, views=1),
    )
    workflow = DemoWorkflow(Workspace(str(tmp_path)), scale, shipped_cutter(), 0, Provenance())
    outcome = workflow.run([GENDER, Task.binary("suit")], Task.binary("bald"))
    assert outcome.identical
    assert outcome.versions == (1, 2)
    measured = {attribute.name for attribute in outcome.evaluation.attributes}
    assert measured == {"male", "female", "suit", "bald"}
    with open(outcome.report) as page:
        assert "bald" in page.read()
