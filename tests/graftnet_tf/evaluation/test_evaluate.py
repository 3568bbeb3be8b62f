import dataclasses
import json
import os

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation.evaluate import evaluate
from graftnet_tf.evaluation.local_predictor import LocalPredictor
from graftnet_tf.evaluation.split import Split
from graftnet_tf.io import atomic_files
from graftnet_tf.registry.validation_part import ValidationPart
from graftnet_tf.workspace.example_table import ExampleTable
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.string_column import StringColumn
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
    assert evaluation.without_examples == ("hat",)
    assert evaluation.without_branch == ("cap",)


def test_only_the_asked_tasks_are_looked_at(colour_model, colour_workspace):
    evaluation = evaluate(colour_workspace, colour_model, tasks=["bald"])
    assert list(by_name(evaluation)) == ["bald"]
    assert evaluation.without_examples == evaluation.without_branch == ()


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
    found = evaluate(colour_workspace, colour_model, batch=batch).to_dict()
    assert found.pop("opened_before") == {"bald": 1, "gender": 1}
    assert reference.pop("opened_before") == {"bald": 0, "gender": 0}
    assert found == reference


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
    other = colour_workspace.path("tasks", "gender", "near_duplicates.csv")
    atomic_files.write_text(other, f"group,image,split\n{rows}")
    same = evaluate(colour_workspace, colour_model).cautions
    assert [caution for caution in same if "look like" in caution] == [
        caution.replace("bald:", "bald, gender:")
    ]
    atomic_files.write_text(other, "group,image,split\n0,a.jpg,train\n0,c.jpg,test\n")
    different = evaluate(colour_workspace, colour_model).cautions[-2:]
    assert [it.partition(" test images")[0] for it in different] == ["bald: 3", "gender: 1"]
    atomic_files.write_text(path, "group,image\n0,a.jpg\n")
    with pytest.raises(GraftNetError, match=r"near_duplicates.csv is damaged; expected columns"):
        evaluate(colour_workspace, colour_model)


def test_scores_come_with_their_calibration_error(colour_model, colour_workspace):
    evaluation = evaluate(colour_workspace, colour_model, tasks=["bald"])
    # Red of 200 and 100 (positives), 150, 50 and 0 (negatives), each in a bin of its own.
    expected = (55 + 155 + 150 + 50 + 0) / 255 / 5
    assert by_name(evaluation)["bald"].ece == pytest.approx(expected)
    assert evaluation.to_dict()["mean_ece"] == pytest.approx(expected)


def test_what_a_test_split_was_opened_for_is_recorded(colour_model, colour_workspace):
    evaluate(colour_workspace, colour_model, provenance=Provenance("evaluate --json"))
    again = evaluate(colour_workspace, colour_model, tasks=["bald"])
    assert again.opened_before == {"bald": 1}
    with open(colour_workspace.path("reports", "test_openings.jsonl")) as file:
        first, _ = map(json.loads, file)
    assert (first["command"], first["model_version"]) == ("evaluate --json", "7")
    hashes = colour_workspace.split("bald", "test").hashes
    assert first["splits"].keys() == {"bald", "gender"}
    assert first["splits"]["bald"] == hashes["tasks/bald/test.csv"]
    add_test_image(colour_workspace, "bald", "images/bald.png", 1)
    assert evaluate(colour_workspace, colour_model, tasks=["bald"]).opened_before == {"bald": 0}


def test_an_evaluation_that_fails_has_opened_nothing(colour_model, colour_workspace):
    with pytest.raises(GraftNetError, match=r"No test.csv of bald has a column 'site'"):
        evaluate(colour_workspace, colour_model, tasks=["bald"], by="site")
    assert not os.path.exists(colour_workspace.path("reports"))


def test_too_many_values_are_told_before_an_image_is_scored(
    colour_model, colour_workspace, monkeypatch
):
    examples = [
        dataclasses.replace(example, columns={"age": str(number)})
        for number, example in enumerate(colour_workspace.examples("bald", "test"))
    ]
    write_task(colour_workspace.path("tasks", "bald"), Task.binary("bald"), {"test": examples})
    monkeypatch.setattr("graftnet_tf.evaluation.slices.MOST_SLICES", 4)
    monkeypatch.setattr(LocalPredictor, "score", None)
    with pytest.raises(GraftNetError, match=r"Column age has 5 different values"):
        evaluate(colour_workspace, colour_model, by="age")


def test_an_attribute_is_measured_for_each_camera(colour_model, colour_workspace):
    cameras = {"thin": "old", "cap": "old", "bald": "new", "hair": "new", "shared": ""}
    examples = [
        dataclasses.replace(example, columns={"camera": cameras[example.image[7:-4]]})
        for example in colour_workspace.examples("bald", "test")
    ]
    write_task(colour_workspace.path("tasks", "bald"), Task.binary("bald"), {"test": examples})

    evaluation = evaluate(colour_workspace, colour_model, by="camera")

    slices = by_name(evaluation)["bald"].slices
    assert [(one.value, one.auc) for one in slices] == [
        ("old", 0),  # 100 below 150
        ("new", 1),  # 200 above 50
        ("(not given)", None),
    ]
    assert by_name(evaluation)["male"].slices == ()
    assert evaluation.without_column == ("gender",)
    assert evaluation.to_dict()["slices"]["bald"][2]["recall"] is None


def keep_validation(workspace, task, examples, probabilities=None):
    """A branch 0001 that keeps these examples; their scores are not looked at."""
    scores = np.full((len(examples), len(task.classes)), 0.5, np.float32)
    directory = workspace.path("branches", task.name, "0001")
    os.makedirs(directory)
    ValidationPart(task, ExampleTable.of(examples), scores, probabilities).write(directory)
    atomic_files.write_json(os.path.join(directory, "manifest.json"), {"task": task.to_dict()})


def test_validation_is_what_each_branch_keeps(colour_model, colour_workspace):
    part = list(colour_workspace.examples("bald", "test"))[:3]
    keep_validation(colour_workspace, Task.binary("bald"), part)
    for task in ("gender", "hat"):  # of an earlier release
        os.makedirs(colour_workspace.path("branches", task, "0001"))
    train = [dataclasses.replace(example, columns={"site": "lift"}) for example in part]
    write_task(colour_workspace.path("tasks", "bald"), Task.binary("bald"), {"train": train})

    found = evaluate(colour_workspace, colour_model, split=Split.VALIDATION, by="site")

    assert list(by_name(found)) == ["bald"]
    bald = by_name(found)["bald"]
    assert (bald.row.positives, bald.row.negatives, bald.auc) == (2, 1, 0.5)
    assert [one.value for one in bald.slices] == ["lift"]
    assert found.without_examples == ("male", "female", "hat")
    assert any("chosen on these images" in caution for caution in found.cautions)
    assert found.opened_before == {}
    assert not os.path.exists(colour_workspace.path("reports")), "no test split was opened"


def test_scores_that_are_no_probabilities_are_refused(colour_model, colour_workspace, monkeypatch):
    score = LocalPredictor.score
    monkeypatch.setattr(
        LocalPredictor,
        "score",
        lambda model, images: {name: 3 * them for name, them in score(model, images).items()},
    )
    with pytest.raises(GraftNetError, match=r"scores of bald are no probabilities.*expected 0…1"):
        evaluate(colour_workspace, colour_model, tasks=["bald"])


def say_probabilities(workspace, task, cells):
    """Gives a task's test images, in their order, a column `probability` of these cells."""
    examples = [
        dataclasses.replace(example, columns={"probability": cell})
        for example, cell in zip(workspace.examples(task, "test"), cells, strict=True)
    ]
    write_task(workspace.path("tasks", task), workspace.task(task), {"test": examples})


def test_what_holds_of_the_archive_is_told_where_probabilities_are_known(
    colour_model, colour_workspace
):
    say_probabilities(colour_workspace, "bald", [".5", "1", ".25", "1", ""])
    evaluation = evaluate(colour_workspace, colour_model)
    archive = by_name(evaluation)["bald"].archive
    # Positives count 2 and 1, negatives 4 and 1; 200 and 150 are above the threshold.
    assert (archive.images, archive.without_probability) == (4, 1)
    assert archive.prevalence.value == pytest.approx(3 / 8)
    assert archive.recall.value == pytest.approx(2 / 3)
    assert archive.fpr.value == pytest.approx(4 / 5)
    assert archive.precision.value == pytest.approx(2 / 6)
    assert by_name(evaluation)["bald"].row.fpr == pytest.approx(1 / 3), "as it was"
    assert by_name(evaluation)["male"].archive is None
    told = json.loads(json.dumps(evaluation.to_dict()))["archive"]
    assert list(told) == ["bald"]
    assert told["bald"]["prevalence_low"] < told["bald"]["prevalence"]


def test_what_is_no_probability_is_told_before_an_image_is_scored(
    colour_model, colour_workspace, monkeypatch
):
    say_probabilities(colour_workspace, "bald", [".5", "1", "0", "1", "1"])
    monkeypatch.setattr(LocalPredictor, "score", None)
    with pytest.raises(
        GraftNetError, match=r"tasks/bald/test.csv says probability '0' of images/c"
    ):
        evaluate(colour_workspace, colour_model)
    assert not os.path.exists(colour_workspace.path("reports"))


def test_an_empty_column_of_probabilities_tells_nothing(colour_model, colour_workspace):
    say_probabilities(colour_workspace, "bald", [""] * 5)
    assert by_name(evaluate(colour_workspace, colour_model))["bald"].archive is None


def test_the_validation_parts_own_probabilities_are_taken(colour_model, colour_workspace):
    part = list(colour_workspace.examples("bald", "test"))[:3]
    keep_validation(
        colour_workspace, Task.binary("bald"), part, StringColumn.of(["0.5", "1", "0.25"])
    )
    found = evaluate(colour_workspace, colour_model, tasks=["bald"], split=Split.VALIDATION)
    assert by_name(found)["bald"].archive.prevalence.value == pytest.approx(3 / 7)
