"""Annotations of Label Studio that become labels of a task, and what keeps them from it."""

import copy
import csv
import json
import os
import pathlib

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.formats import IMPORTERS
from graftnet_tf.importers.store import import_tasks
from graftnet_tf.label_studio.access_token import VARIABLE
from graftnet_tf.label_studio.data_uris import data_uri
from graftnet_tf.label_studio.push import push
from graftnet_tf.label_studio.tasks import label_studio_tasks
from graftnet_tf.workspace.extra_columns import read_column
from graftnet_tf.workspace.tasks import Task
from graftnet_tf.workspace.workspace import Workspace
from tests.drawn_batch import draw_batch, move_archive
from tests.graftnet_tf.label_studio.fake_server import LEGACY, annotation, serving

scan = IMPORTERS["label_studio"]


@pytest.fixture
def workspace(tmp_path):
    return Workspace(str(tmp_path / "workspace"), create=True)


@pytest.fixture
def batch(tmp_path):
    return draw_batch(tmp_path)[1]


def exported(batch, *answers):
    """An export in which each image has some annotations; those without get none."""
    tasks = label_studio_tasks(batch)
    some = [*answers, *[[]] * (len(tasks) - len(answers))]
    return [
        {
            **task,
            "id": 10 + number,
            "annotations": [{"id": place, **one} for place, one in enumerate(annotations)],
        }
        for number, (task, annotations) in enumerate(zip(tasks, some, strict=True))
    ]


def saved(tmp_path, export):
    path = tmp_path / "export.json"
    path.write_text(json.dumps(export))
    return str(path)


def labels(workspace):
    """Class by hash, over both splits."""
    task = workspace.task("umbrella")
    return {
        example.content: task.classes[example.label]
        for split in ("train", "test")
        for example in workspace.examples("umbrella", split)
    }


def one_each(*names):
    return [[annotation(name)] if name else [] for name in names]


def test_labels_come_with_groups_and_probabilities(workspace, batch, tmp_path):
    export = exported(batch, *one_each("positive", "negative", "negative", "positive"))
    source = saved(tmp_path, export)
    move_archive(tmp_path)
    collection = scan(source, ["umbrella"])
    import_tasks(workspace, collection, test_fraction=0)
    assert list(labels(workspace).values()) == ["positive", "negative", "negative", "positive"]
    examples = workspace.examples("umbrella", "train")
    assert [example.group for example in examples] == ["s0", "s0", "s1", "s1"]
    for name in ("probability", "strategy", "score"):
        found = read_column(workspace.root, "umbrella", "train", name)
        assert list(found.values()) == [chosen.columns[name] for chosen in batch.images[:4]]
    assert collection.notes == ["6 images of task umbrella: 4 labelled, 2 not labelled yet."]


def test_what_is_no_label_is_kept_aside_and_listed(workspace, batch, tmp_path):
    export = exported(
        batch,
        [annotation("positive", 1), annotation("positive", 2)],
        [annotation("positive", 1), annotation("negative", 2)],
        [annotation("unsure", 3)],
        [annotation("positive", 1), annotation("bad crop", 2)],
        [annotation(None, 1)],
    )
    collection = scan(saved(tmp_path, export))
    assert collection.notes == [
        "6 images of task umbrella: 1 labelled, 1 unsure, 1 bad crop, 1 labelled differently, "
        "1 skipped, 1 not labelled yet.",
        "Annotators 1 and 2 both gave a class to 2 images, the same to 1: Cohen's κ 0.00.",
    ]
    import_tasks(workspace, collection)
    with open(workspace.path("tasks", "umbrella", "skipped.csv"), newline="") as file:
        reasons = {os.path.basename(row["image"]): row["reason"] for row in csv.DictReader(file)}
    assert reasons == {
        "1.png": "Labelled differently: positive by annotator 1, negative by annotator 2.",
        "2.png": "Kept aside: unsure by annotator 3.",
        "3.png": "Kept aside: positive by annotator 1, bad crop by annotator 2.",
    }
    assert labels(workspace) == {batch.images[0].sha256: "positive"}


def test_a_class_of_any_name_is_a_class(tmp_path):
    task = Task("queue", ("skipped", "labelled"), {"skipped": "skipped"})
    _, batch = draw_batch(tmp_path / "queue", task=task)
    export = exported(batch, *one_each("skipped", "labelled"), [annotation(None)])
    collection = scan(saved(tmp_path, export))
    assert [photo.labels for photo in collection.photos] == [{"queue": 0}, {"queue": 1}]
    assert "2 labelled, 1 skipped, 3 not labelled yet" in collection.notes[0]


def test_a_deleted_user_is_another_annotator_than_all_others(batch, tmp_path):
    gone = [annotation("negative", None), annotation("negative", 4)]
    export = exported(batch, gone, [annotation("negative", None), annotation("positive", 4)])
    collection = scan(saved(tmp_path, export))
    assert [note for note in collection.notes if "deleted" in note] == [
        "2 answers are by deleted users, who count as others than all who are known."
    ]
    assert [photo.source for photo in collection.photos] == [batch.images[0].image]
    assert list(collection.skipped.values()) == [
        "Labelled differently: negative, positive by annotator 4."
    ]


def test_of_annotators_numbers_alone_are_kept(batch, tmp_path):
    who = {"id": 5, "email": "somebody@example.com", "first_name": "Some"}
    export = exported(batch, one_each("positive")[0], [annotation("unsure", who)])
    collection = scan(saved(tmp_path, export))
    assert list(collection.skipped.values()) == ["Kept aside: unsure by annotator 5."]


def test_one_image_in_two_tasks_is_one(batch, tmp_path):
    export = exported(batch, *one_each("positive", "positive"))
    twin = copy.deepcopy(export[0])
    twin["annotations"] = [{"id": 9, **annotation("negative", 2)}]
    collection = scan(saved(tmp_path, [*export, twin]))
    assert [photo.source for photo in collection.photos] == [batch.images[1].image]
    assert len(collection.skipped) == 1


def test_a_label_that_the_task_has_otherwise_stays(workspace, batch, tmp_path):
    first = exported(batch, *one_each("positive", "negative"))
    import_tasks(workspace, scan(saved(tmp_path, first)))
    second = exported(batch, *one_each("negative", "negative", "positive"))
    [joined] = import_tasks(workspace, scan(saved(tmp_path, second)), append=True)
    assert (joined.earlier, joined.repeated, joined.contradicted) == (2, 1, 1)
    found = [labels(workspace)[chosen.sha256] for chosen in batch.images[:3]]
    assert found == ["positive", "negative", "positive"]


def test_what_was_kept_aside_and_is_labelled_now_is_no_longer_listed(workspace, batch, tmp_path):
    first = exported(batch, *one_each("positive", "unsure", "unsure"))
    import_tasks(workspace, scan(saved(tmp_path, first)))
    second = exported(batch, *one_each("positive", "negative", "unsure"))
    [joined] = import_tasks(workspace, scan(saved(tmp_path, second)), append=True)
    assert list(joined.skipped) == [batch.images[2].image]
    assert len(labels(workspace)) == 2


def test_reduced_images_are_taken_from_where_they_were(workspace, batch, tmp_path):
    export = exported(batch, *one_each(*["positive"] * 4))
    for task in export[1:4]:
        task["data"]["image"] = data_uri(b"\xff\xd8\xff another image")
    second, third = (pathlib.Path(chosen.image) for chosen in batch.images[2:4])
    second.unlink()
    third.write_bytes(b"something else")
    collection = scan(saved(tmp_path, export))
    import_tasks(workspace, collection)
    assert set(labels(workspace)) == {chosen.sha256 for chosen in batch.images[:2]}
    assert "2 moved or changed" in collection.notes[0]
    assert all(why.startswith("It has moved or changed") for why in collection.skipped.values())


def test_images_of_an_export_are_copied_without_copy_too(workspace, batch, tmp_path):
    export = exported(batch, *one_each("positive", "negative"))
    import_tasks(workspace, scan(saved(tmp_path, export)), copy=False, test_fraction=0)
    images = [example.image for example in workspace.examples("umbrella", "train")]
    assert [os.path.dirname(image) for image in images] == ["images/umbrella"] * 2


def refused(batch):
    """By what is wrong: an export, and what is said of it."""
    good = exported(batch, *one_each("positive", "negative"))
    other_control, several, foreign, tasks, broken = (copy.deepcopy(good) for _ in range(5))
    other_control[1]["annotations"][0]["result"][0]["from_name"] = "colour"
    several[1]["annotations"][0]["result"][0]["value"]["choices"] = ["positive", "negative"]
    foreign[3]["data"] = {"image": "https://example.com/1.jpg"}
    tasks[5]["data"]["task"]["name"] = "hat"
    del broken[2]["data"]["probability"]
    unknown = exported(batch, *one_each("maybe", "maybe", "positive"))
    return {
        "no list": ({"tasks": good}, "is no export of Label Studio; expected its format JSON"),
        "no tasks": ([], "has no tasks"),
        "JSON-MIN": ([{"image": "a", "label": "positive"}], "format JSON, not JSON-MIN"),
        "another project": (foreign, "has 1 of 6 tasks that graftnet-collect did not write.* 13:"),
        "another configuration": (other_control, "task 11, was annotated with another labelling"),
        "several choices": (several, "task 11, was annotated with another labelling"),
        "several tasks": (tasks, "has images of the tasks umbrella and hat"),
        "damaged data": (broken, "task 12, is not as graftnet-collect wrote it .*probability"),
        "unknown label": (unknown, r"labels 'maybe' \(2 times\); task umbrella has negative, pos"),
        "nothing labelled": (
            exported(batch),
            "has no label to import: of 6 images, 6 not labelled",
        ),
    }


KINDS = [
    *("no list", "no tasks", "JSON-MIN", "another project", "another configuration"),
    *("several choices", "several tasks", "damaged data", "unknown label", "nothing labelled"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_that_is_not_of_the_batch_is_refused(batch, tmp_path, kind):
    assert set(refused(batch)) == set(KINDS)
    export, message = refused(batch)[kind]
    with pytest.raises(GraftNetError, match=message):
        scan(saved(tmp_path, export))


def test_another_task_than_the_one_labelled_is_noticed(batch, tmp_path):
    source = saved(tmp_path, exported(batch, *one_each("positive")))
    with pytest.raises(GraftNetError, match="labels task umbrella; --task=hat given"):
        scan(source, ["hat"])


def test_a_file_that_is_no_json_is_refused(tmp_path):
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(GraftNetError, match=r"a.json is not valid JSON"):
        scan(str(tmp_path / "a.json"))
    with pytest.raises(GraftNetError, match=r"b.json does not exist"):
        scan(str(tmp_path / "b.json"))


def test_a_batch_that_was_not_pushed_is_refused(batch, tmp_path):
    with pytest.raises(GraftNetError, match=r"has no label_studio.json: push it with"):
        scan(str(tmp_path / "batch"))


def test_labels_are_pulled_by_the_batch_and_by_the_projects_address(batch, tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, LEGACY)
    with serving() as studio:
        push(str(tmp_path / "batch"), batch, label_studio_tasks(batch), studio.url)
        studio.annotate(1, 2, annotation("positive", 1))
        for source in (str(tmp_path / "batch"), f"{studio.url}/projects/1/data?tab=2"):
            collection = scan(source)
            assert [photo.source for photo in collection.photos] == [batch.images[2].image]
        with pytest.raises(GraftNetError, match=r"status 404 \(No Project matches"):
            scan(f"{studio.url}/projects/8")
    with pytest.raises(GraftNetError, match=r"cannot be reached \(ConnectError"):
        scan(str(tmp_path / "batch"))
