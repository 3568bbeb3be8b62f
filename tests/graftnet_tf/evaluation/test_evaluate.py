import json
import os

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation.evaluate import evaluate
from graftnet_tf.evaluation.local_predictor import LocalPredictor
from graftnet_tf.io import atomic_files
from graftnet_tf.workspace.tasks import Example, Task, write_task
from graftnet_tf.workspace.workspace import Workspace


def add_test_image(workspace, task, image, label):
    examples = [*workspace.examples(task, "test"), Example(image, label, image)]
    write_task(workspace.path("tasks", task), workspace.task(task), {"test": examples})


def by_name(evaluation):
    return {attribute.name: attribute for attribute in evaluation.attributes}


def test_each_attribute_is_measured_on_its_own_task(colour_model, colour_workspace):
    evaluation = evaluate(colour_workspace, colour_model)
    attributes = by_name(evaluation)

    assert list(attributes) == ["bald", "male", "female"]
    bald = attributes["bald"]
    assert (bald.row.positives, bald.row.negatives) == (2, 3)
    assert bald.auc == pytest.approx(5 / 6)
    assert bald.row.recall == pytest.approx(1 / 2)  # 200 of 200 and 100 is above 0.5·255
    assert bald.row.fpr == pytest.approx(1 / 3)  # 150 of 150, 50 and 0
    np.testing.assert_allclose(bald.scores, np.array([200, 100, 150, 50, 0]) / 255, rtol=1e-6)


def test_a_class_of_three_is_measured_against_the_other_two(colour_model, colour_workspace):
    attributes = by_name(evaluate(colour_workspace, colour_model))

    assert attributes["male"].labels.tolist() == [True, False, False, False]
    assert attributes["female"].labels.tolist() == [False, True, True, False]
    assert attributes["male"].row.balanced_accuracy == 1


def test_the_threshold_is_the_models(colour_model, colour_workspace):
    attributes = by_name(evaluate(colour_workspace, colour_model))
    assert attributes["female"].row.threshold == 0.9


def test_means_are_over_the_measured_attributes(colour_model, colour_workspace):
    evaluation = evaluate(colour_workspace, colour_model)
    assert evaluation.mean_auc == pytest.approx((5 / 6 + 1 + 1) / 3)
    assert evaluation.mean_accuracy == pytest.approx((7 / 12 + 1 + 1) / 3)


def test_what_could_not_be_measured_is_named(colour_model, colour_workspace):
    evaluation = evaluate(colour_workspace, colour_model)
    assert evaluation.without_test_data == ("hat",)
    assert evaluation.without_branch == ("cap",)


def test_only_the_asked_tasks_are_looked_at(colour_model, colour_workspace):
    evaluation = evaluate(colour_workspace, colour_model, tasks=["bald"])
    assert list(by_name(evaluation)) == ["bald"]
    assert evaluation.without_test_data == evaluation.without_branch == ()


def test_an_image_of_two_tasks_is_scored_once(colour_model, colour_workspace, monkeypatch):
    scored = []
    score = LocalPredictor.score
    monkeypatch.setattr(
        LocalPredictor,
        "score",
        lambda model, images: scored.extend(images) or score(model, images),
    )

    evaluation = evaluate(colour_workspace, colour_model, batch=3)

    assert len(scored) == evaluation.images == 8  # 5 of bald, 4 of gender, 1 in both
    assert sum(len(attribute.paths) for attribute in evaluation.attributes) == 5 + 4 + 4


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_the_batch_size_changes_nothing(colour_model, colour_workspace, batch):
    reference = evaluate(colour_workspace, colour_model, batch=5).to_dict()
    assert evaluate(colour_workspace, colour_model, batch=batch).to_dict() == reference


@pytest.mark.parametrize("batch", [1, 100])  # 1: a request in which no image decodes
def test_unreadable_images_are_listed_and_harm_no_other(colour_model, colour_workspace, batch):
    for name, content in {"empty.png": "", "text.jpg": "no image"}.items():
        with open(colour_workspace.path("images", name), "w") as file:
            file.write(content)
    for name in ("empty.png", "text.jpg", "missing.png"):
        add_test_image(colour_workspace, "bald", f"images/{name}", 1)

    evaluation = evaluate(colour_workspace, colour_model, batch=batch)

    reasons = {os.path.basename(path): reason for path, reason in evaluation.unreadable.items()}
    assert set(reasons) == {"empty.png", "text.jpg", "missing.png"}
    assert "empty" in reasons["empty.png"]
    assert "Not a JPEG or PNG" in reasons["text.jpg"]
    bald = by_name(evaluation)["bald"]
    assert (bald.row.positives, bald.row.unscored) == (2, 3)
    assert bald.auc == pytest.approx(5 / 6)


def test_no_readable_image_at_all_is_an_error(colour_model, colour_workspace):
    for name in os.listdir(colour_workspace.path("images")):
        os.remove(colour_workspace.path("images", name))
    with pytest.raises(GraftNetError, match="None of the 8 test images could be scored"):
        evaluate(colour_workspace, colour_model)


def test_no_test_data_is_an_error_that_names_the_models_tasks(colour_model, tmp_path):
    with pytest.raises(GraftNetError, match="bald, gender, hat"):
        evaluate(Workspace(str(tmp_path)), colour_model)


def test_an_unknown_task_is_an_error(colour_model, colour_workspace):
    with pytest.raises(GraftNetError, match="No task 'beard'"):
        evaluate(colour_workspace, colour_model, tasks=["beard"])


def test_a_task_that_lost_the_reported_class_is_refused(colour_model, colour_workspace):
    task = Task("bald", ("no", "yes"), {"bald": "yes"})
    examples = [Example("images/bald.png", 1, "a")]
    write_task(colour_workspace.path("tasks", "bald"), task, {"test": examples})
    with pytest.raises(GraftNetError, match=r"class positive .* \['no', 'yes'\]"):
        evaluate(colour_workspace, colour_model)


def test_one_class_in_the_test_data_leaves_the_auc_undefined(colour_model, colour_workspace):
    directory = colour_workspace.path("tasks", "bald")
    positives = [e for e in colour_workspace.examples("bald", "test") if e.label]
    write_task(directory, Task.binary("bald"), {"test": positives})

    evaluation = evaluate(colour_workspace, colour_model)

    assert by_name(evaluation)["bald"].auc is None
    assert evaluation.mean_auc == 1  # of male and female
    assert json.loads(json.dumps(evaluation.to_dict()))["attributes"]["bald"]["fpr"] is None


def test_a_directory_without_a_model_is_refused(colour_workspace):
    with pytest.raises(GraftNetError, match="no SavedModel"):
        evaluate(colour_workspace, colour_workspace.root)


def test_a_savedmodel_of_another_kind_is_refused(colour_workspace, tmp_path):
    tf.saved_model.save(tf.Module(), str(tmp_path / "other"))
    with pytest.raises(GraftNetError, match="lacks the signatures"):
        evaluate(colour_workspace, str(tmp_path / "other"))


def test_test_images_that_look_like_training_ones_are_a_caution(colour_model, colour_workspace):
    path = colour_workspace.path("tasks", "bald", "near_duplicates.csv")
    rows = "0,a.jpg,train\n0,b\u2028.jpg,test\n1,c.jpg,test\n1,d.jpg,test\n1,e.jpg,train\n"
    atomic_files.write_text(path, f"group,image,split\n{rows}")
    caution = evaluate(colour_workspace, colour_model).cautions[-1]
    assert caution.startswith("bald: 3 test images look like training images")
    atomic_files.write_text(path, "group,image\n0,a.jpg\n")
    with pytest.raises(GraftNetError, match=r"near_duplicates.csv is damaged; expected columns"):
        evaluate(colour_workspace, colour_model)
