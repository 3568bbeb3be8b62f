import json

import pytest

from tests.yolact_tf.annotated_folder import annotation, content
from yolact_tf.data.split import hold_out
from yolact_tf.errors import YolactError


def _split(folder, count, fraction, seed=3):
    """File names of the training part and of the part held out."""
    path, training, aside = (str(folder / name) for name in ("all", "training", "aside"))
    annotations = [annotation(100 + image, image, (1, 2, 3, 4)) for image in range(1, count + 1)]
    with open(path, "w") as file:
        json.dump(content(annotations, count), file)
    counts = hold_out(path, training, aside, fraction, seed)
    names = []
    for part in (training, aside):
        with open(part) as file:
            written = json.load(file)
        assert written["categories"] == content([])["categories"]
        images = [image["id"] for image in written["images"]]
        assert [entry["image_id"] for entry in written["annotations"]] == images
        names.append([image["file_name"] for image in written["images"]])
    assert counts == tuple(map(len, names))
    return names


def test_the_parts_are_the_whole_about_as_large_as_asked(tmp_path):
    training, aside = _split(tmp_path, 1000, 0.2)
    assert 150 < len(aside) < 250
    assert sorted(training + aside) == sorted(f"{number}.png" for number in range(1, 1001))


def test_more_images_move_none(tmp_path):
    few, many = (_split(tmp_path, count, 0.3)[1] for count in (50, 100))
    assert few == many[: len(few)]


def test_another_seed_is_another_split(tmp_path):
    assert _split(tmp_path, 50, 0.5, seed=1) != _split(tmp_path, 50, 0.5, seed=2)


def test_what_is_not_in_the_format_is_named(tmp_path):
    path = tmp_path / "list.json"
    path.write_text("[]")
    with pytest.raises(YolactError, match=r"list\.json holds a list; expected COCO instances"):
        hold_out(str(path), "training", "aside", 0.5, 0)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(YolactError, match="absent does not exist"):
        hold_out(str(tmp_path / "absent"), "training", "aside", 0.5, 0)
