import json
import os

import pytest

from tests.yolact_tf.annotated_folder import annotation, content
from yolact_tf.data.split import Part, Split, split_instances
from yolact_tf.errors import YolactError


def _split(folder, count, test, seed=3, validation=0.0):
    """File names of every part that was written, the part held out last."""
    path = str(folder / "all")
    annotations = [annotation(100 + image, image, (1, 2, 3, 4)) for image in range(1, count + 1)]
    with open(path, "w") as file:
        json.dump(content(annotations, count), file)
    counts = split_instances(path, str(folder), Split(test, seed, validation))
    names = []
    for part in counts:
        with open(part) as file:
            written = json.load(file)
        assert written["categories"] == content([])["categories"]
        images = [image["id"] for image in written["images"]]
        assert [entry["image_id"] for entry in written["annotations"]] == images
        names.append([image["file_name"] for image in written["images"]])
    assert list(counts.values()) == list(map(len, names))
    return names


def test_the_parts_are_the_whole_about_as_large_as_asked(tmp_path):
    training, aside = _split(tmp_path, 1000, 0.2)
    assert 150 < len(aside) < 250
    assert sorted(training + aside) == sorted(f"{number}.png" for number in range(1, 1001))


def test_validation_is_taken_from_what_would_be_learnt_from(tmp_path):
    learnt, aside = _split(tmp_path, 1000, 0.2)
    training, validation, held_out = _split(tmp_path, 1000, 0.2, validation=0.3)
    assert held_out == aside
    assert 250 < len(validation) < 350
    assert sorted(training + validation) == sorted(learnt)


def test_parts_are_files_of_their_names(tmp_path):
    _split(tmp_path, 4, 0.5)
    assert not os.path.exists(tmp_path / "validation.json")
    _split(tmp_path, 4, 0.25, validation=0.25)
    assert all(os.path.exists(tmp_path / f"{part}.json") for part in Part)


def test_fractions_of_more_than_everything_are_refused():
    with pytest.raises(YolactError, match=r"0\.7 and validation_fraction 0\.4 add up to more"):
        Split(0.7, validation_fraction=0.4)


def test_more_images_move_none(tmp_path):
    few, many = (_split(tmp_path, count, 0.3)[1] for count in (50, 100))
    assert few == many[: len(few)]


def test_another_seed_is_another_split(tmp_path):
    assert _split(tmp_path, 50, 0.5, seed=1) != _split(tmp_path, 50, 0.5, seed=2)


def test_what_is_not_in_the_format_is_named(tmp_path):
    path = tmp_path / "list.json"
    path.write_text("[]")
    with pytest.raises(YolactError, match=r"list\.json holds a list; expected COCO instances"):
        split_instances(str(path), str(tmp_path), Split(0.5))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(YolactError, match="absent does not exist"):
        split_instances(str(tmp_path / "absent"), str(tmp_path), Split(0.5))
