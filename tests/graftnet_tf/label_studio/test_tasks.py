"""What Label Studio is given: tasks, predictions, the labelling page."""

import base64
import hashlib
import io
import json
import pathlib
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from graftnet_tf.active_learning.batch import Batch
from graftnet_tf.errors import GraftNetError
from graftnet_tf.label_studio.data_uris import content_of, data_uri
from graftnet_tf.label_studio.labelling_config import labelling_config
from graftnet_tf.label_studio.tasks import chosen_of, label_studio_tasks, write_tasks
from graftnet_tf.workspace.tasks import Task
from tests.drawn_batch import UMBRELLA, draw_batch, move_archive

GENDER = Task("gender", ("other", "male", "female"), {"male": "male", "female": "female"})


def test_a_task_has_the_very_image_and_all_that_the_batch_tells(tmp_path):
    directory, batch = draw_batch(tmp_path)
    tasks = write_tasks(directory, batch)
    assert json.loads((tmp_path / "batch" / "tasks.json").read_text()) == tasks
    for task, chosen in zip(tasks, batch.images, strict=True):
        data = task["data"]
        assert chosen_of(data) == chosen
        assert Task.from_dict(data["task"]) == UMBRELLA
        assert data["image"].startswith("data:image/png;base64,")
        content = base64.b64decode(data["image"].split(",")[1])
        assert hashlib.sha256(content).hexdigest() == chosen.sha256


def test_predictions_are_the_heads_at_its_threshold(tmp_path):
    _, batch = draw_batch(tmp_path, count=4)
    found = [task["predictions"] for task in label_studio_tasks(batch)]
    assert [one["score"] for [one] in found] == [0, 0.25, 0.5, 0.75]
    assert {one["model_version"] for [one] in found} == {"graftnet-4"}
    choices = [one["result"][0]["value"]["choices"] for [one] in found]
    assert choices == [["negative"], ["negative"], ["positive"], ["positive"]]


def test_below_the_threshold_one_of_two_others_is_not_guessed(tmp_path):
    _, batch = draw_batch(tmp_path, count=2, task=GENDER)
    low, high = label_studio_tasks(batch)
    assert low["predictions"] == []
    assert high["predictions"][0]["result"][0]["value"]["choices"] == ["male"]


def test_without_a_served_head_nothing_is_predicted(tmp_path):
    _, batch = draw_batch(tmp_path, count=2)
    tasks = label_studio_tasks(Batch(batch.task, batch.images, {}))
    assert [task["predictions"] for task in tasks] == [[], []]


def test_the_page_has_a_key_for_each_answer():
    view = ElementTree.fromstring(labelling_config(GENDER))
    keys = {choice.get("value"): choice.get("hotkey") for choice in view.iter("Choice")}
    assert keys == {"other": "1", "male": "2", "female": "3", "unsure": "4", "bad crop": "5"}
    assert view.find("Choices").get("toName") == view.find("Image").get("name") == "image"


def test_names_that_xml_would_not_take_are_shown_as_they_are():
    task = Task("a", ('<"&', "b"), {"b": "b"})
    view = ElementTree.fromstring(labelling_config(task))
    assert next(view.iter("Choice")).get("value") == '<"&'


def test_more_answers_than_digits_are_left_to_label_studio():
    classes = tuple(f"c{number}" for number in range(12))
    view = ElementTree.fromstring(labelling_config(Task("a", classes, {"c1": "c1"})))
    keys = [choice.get("hotkey") for choice in view.iter("Choice")]
    assert keys == [*"1234567890", None, None, None, None]


def test_a_class_that_is_called_unsure_is_refused():
    with pytest.raises(GraftNetError, match="has a class 'unsure', which as an answer keeps"):
        labelling_config(Task("a", ("unsure", "b"), {"b": "b"}))


def test_a_large_image_is_shown_smaller():
    noise = np.random.default_rng(0).integers(0, 256, (700, 1600, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG")
    uri = data_uri(file.getvalue())
    assert uri.startswith("data:image/jpeg")
    assert Image.open(io.BytesIO(content_of(uri))).size == (1280, 560)


@pytest.mark.parametrize(
    "uri", ["", "http://host/a.jpg", "data:image/png;base64,%", "a;base64,aaaa"]
)
def test_what_is_no_data_uri_has_no_content(uri):
    assert content_of(uri) == b""


def test_images_that_moved_are_left_out_and_none_at_all_is_refused(tmp_path, caplog):
    _, batch = draw_batch(tmp_path, count=3)
    first, second, third = (pathlib.Path(chosen.image) for chosen in batch.images)
    first.unlink()
    second.write_bytes(third.read_bytes())
    [task] = label_studio_tasks(batch)
    assert task["data"]["source"] == str(third)
    assert "2 of 3 images cannot be read" in caplog.text
    move_archive(tmp_path)
    with pytest.raises(GraftNetError, match=r"3 of 3 images cannot be read.*Put them back"):
        label_studio_tasks(batch)
