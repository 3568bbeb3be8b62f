"""Tests of the protocol of pedestrian attribute recognition on a composed model."""

import hashlib
import json
import os
import shutil

import numpy as np
import pytest
from PIL import Image

from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation.evaluate import evaluate
from graftnet_tf.evaluation.openings import LOG
from graftnet_tf.evaluation.par_evaluation import join, par_evaluation
from graftnet_tf.evaluation.report.directory import write_report
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.tasks import Example, Task, write_task
from graftnet_tf.workspace.workspace import Workspace

GENDER = Task("gender", ("other", "male", "female"), {"male": "male", "female": "female"})
PEOPLE = {  # (red, green, blue) are the scores for bald, male and female, of 255; then the labels
    "bald_man": ((200, 255, 0), 1, 1),
    "man": ((200, 255, 0), 0, 1),
    "woman": ((0, 0, 255), 0, 2),
    "nobody": ((0, 0, 0), 0, 0),
}


class Crops:
    """A workspace whose test images are labelled for bald and gender; the model's hat is not."""

    def __init__(self, root):
        self.root = root
        os.makedirs(root / "images")
        self.examples = {"bald": {"train": [], "test": []}, "gender": {"train": [], "test": []}}
        for name, (colour, bald, gender) in PEOPLE.items():
            self.draw(name, colour)
            self.add("bald", name, bald)
            self.add("gender", name, gender)

    def draw(self, name, colour):
        Image.new("RGB", (20, 30), colour).save(self.root / "images" / f"{name}.png")

    def add(self, task, name, label, split="test", group=None):
        image = f"images/{name}.png"
        data = (self.root / image).read_bytes()
        self.examples[task][split].append(
            Example(image, label, group or name, hashlib.sha256(data).hexdigest())
        )

    def workspace(self):
        for name, splits in self.examples.items():
            task = GENDER if name == "gender" else Task.binary(name)
            write_task(str(self.root / "tasks" / name), task, splits)
        return Workspace(str(self.root))


@pytest.fixture
def crops(tmp_path):
    return Crops(tmp_path / "workspace")


def measured(crops, model, **options):
    workspace = crops.workspace()
    return par_evaluation(workspace, evaluate(workspace, model), **options)


def test_the_rows_of_all_tasks_are_joined_to_images_with_every_label(crops, colour_model):
    par = measured(crops, colour_model)
    assert par.joined.attributes == ("bald", "male", "female")
    assert par.joined.labels.tolist() == [
        [True, True, False],
        [False, True, False],
        [False, False, True],
        [False, False, False],
    ]
    # bald: 1 of 1 and 2 of 3; the two others whole
    assert par.figures.mean_accuracy == pytest.approx((5 / 6 + 1 + 1) / 3)
    assert par.figures.accuracy == pytest.approx((1 + 1 / 2 + 1 + 0) / 4)
    assert par.cautions == []


def test_the_order_of_a_tasks_rows_decides_nothing(crops, colour_model):
    whole = measured(crops, colour_model).figures
    crops.examples["gender"]["test"].reverse()
    assert measured(crops, colour_model).figures == whole


def test_the_same_image_elsewhere_is_found_by_its_hash(crops, colour_model):
    whole = measured(crops, colour_model).figures
    images = crops.root / "images"
    crops.examples["gender"]["test"] = []
    for name, (_, _, gender) in PEOPLE.items():
        if name == "man":  # the colours of bald_man: the same bytes, so only one can stay elsewhere
            crops.add("gender", name, gender)
            continue
        shutil.copy(images / f"{name}.png", images / f"copy_of_{name}.png")
        crops.add("gender", f"copy_of_{name}", gender)
    par = measured(crops, colour_model)
    assert par.figures == whole
    assert par.joined.incomplete == 0


def test_images_that_lack_a_label_are_left_out_and_counted(crops, colour_model):
    crops.draw("another", (9, 200, 9))
    crops.add("gender", "another", 1)
    par = measured(crops, colour_model)
    assert (par.figures.images, par.joined.incomplete, par.joined.left_out) == (4, 1, 1)
    assert "1 test images are not labelled for all 3 attributes: left out." in par.cautions


def test_images_that_cannot_be_scored_are_left_out_and_counted(crops, colour_model):
    (crops.root / "images" / "nobody.png").write_bytes(b"no image")
    par = measured(crops, colour_model)
    assert (par.figures.images, par.joined.unscored) == (3, 1)
    assert par.figures.accuracy == pytest.approx((1 + 1 / 2 + 1) / 3)
    assert not np.isnan(par.joined.scores).any()


def test_tasks_over_other_images_have_nothing_to_join(colour_model, colour_workspace):
    evaluation = evaluate(colour_workspace, colour_model)
    assert join(colour_workspace, evaluation).incomplete == 7  # one image is in both
    alone = [e for e in colour_workspace.examples("bald", "test") if "shared" not in e.image]
    write_task(colour_workspace.path("tasks", "bald"), Task.binary("bald"), {"test": alone})
    with pytest.raises(GraftNetError, match=r"None of the 8 .* all of bald, gender: .* --task"):
        par_evaluation(colour_workspace, evaluate(colour_workspace, colour_model))


def test_persons_on_both_sides_are_told(crops, colour_model):
    for task in ("bald", "gender"):
        crops.add(task, "man", 0, split="train")
    par = measured(crops, colour_model)
    assert (par.leak.groups, par.leak.test_images) == (1, 1)
    assert "The split leaks: 1 groups are in both train and test, with 1 of 4 test images." in (
        par.cautions
    )


def test_test_images_that_look_like_training_images_are_told(crops, colour_model):
    workspace = crops.workspace()
    with open(workspace.path("tasks", "gender", "near_duplicates.csv"), "w") as file:
        file.write("group,image,split\n0,a.png,train\n0,man.png,test\n0,woman.png,test\n")
    par = par_evaluation(workspace, evaluate(workspace, colour_model))
    assert par.near_duplicates == 2
    assert par.cautions == ["2 test images look like training images."]


def test_what_is_selected_on_test_stands_beside(crops, colour_model, tmp_path, monkeypatch):
    better = str(tmp_path / "better")
    shutil.copytree(colour_model, better)
    workspace = crops.workspace()
    evaluation = evaluate(workspace, colour_model)
    truth = evaluate(workspace, better)
    for attribute in truth.attributes:
        attribute.scores[:] = attribute.labels
    monkeypatch.setattr("graftnet_tf.evaluation.par_evaluation.evaluate", lambda *_, **__: truth)
    par = par_evaluation(workspace, evaluation, candidates=[better, colour_model])
    model, figures = par.selected_on_test
    assert model == better
    assert figures.mean_accuracy == 1 > par.figures.mean_accuracy
    assert par_evaluation(workspace, evaluation).selected_on_test is None


def test_the_command_is_recorded_where_a_candidate_opens_the_test_split(
    crops, colour_model, tmp_path
):
    other = str(tmp_path / "other")
    shutil.copytree(colour_model, other)
    workspace = crops.workspace()
    evaluation = evaluate(workspace, colour_model)
    par_evaluation(workspace, evaluation, candidates=[other], provenance=Provenance("compare"))
    with open(workspace.path(*LOG), encoding="utf-8") as file:
        commands = [json.loads(line)["command"] for line in file]
    assert commands == ["library call", "compare"]


def test_published_figures_of_a_part_are_marked(crops, colour_model):
    par = measured(crops, colour_model, published="pa100k")
    reasons = dict((result.method, reasons) for result, reasons in par.published)
    assert reasons["ResNet-50"] == ("4 test images, not 10,000", "3 attributes, not 26")
    with pytest.raises(GraftNetError, match=r"No published figures of 'pa'; there are .*pa100k"):
        measured(crops, colour_model, published="pa")


def test_the_report_has_the_joint_figures(crops, colour_model, tmp_path):
    workspace = crops.workspace()
    evaluation = evaluate(workspace, colour_model)
    par = par_evaluation(workspace, evaluation, published="pa100k", candidates=[colour_model])
    with open(write_report(evaluation, str(tmp_path / "with"), par), encoding="utf-8") as file:
        page = file.read()
    assert "All attributes jointly" in page
    assert f"{100 * par.figures.mean_accuracy:.2f}" in page
    assert "80.21" in page
    assert "not comparable: 4 test images, not 10,000" in page
    with open(write_report(evaluation, str(tmp_path / "without")), encoding="utf-8") as file:
        assert "All attributes jointly" not in file.read()
