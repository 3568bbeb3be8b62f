import json
import os
import pathlib

import numpy as np
import pytest
from pycocotools import mask as run_lengths

from tests.yolact_tf.annotated_folder import HEIGHT, WIDTH, annotation, content, rectangle, write
from yolact_tf.data.coco import read_coco, require_objects
from yolact_tf.errors import YolactError


def _read(folder, *annotations, images=1):
    return read_coco(write(str(folder), content(annotations, images)), str(folder))


def _object(folder, **changes):
    return _read(folder, annotation(1, 1, (10, 20, 30, 15), **changes)).images[0].objects[0]


def test_an_object_has_the_index_of_its_category_and_its_box(tmp_path):
    data = _read(tmp_path, annotation(1, 2, (10, 20, 30, 15), category_id=9, iscrowd=1), images=2)
    assert data.categories == {7: "person", 9: "bag"}
    first, second = data.images
    assert first.objects == ()
    assert (second.height, second.width) == (HEIGHT, WIDTH)
    (found,) = second.objects
    assert (found.category, found.crowd, found.box) == (1, True, (10, 20, 40, 35))
    assert data.skipped == []


def test_polygons_and_run_lengths_of_either_form_give_one_mask(tmp_path):
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[20:35, 10:40] = 1
    compressed = run_lengths.encode(np.asfortranarray(mask))
    flat = mask.ravel(order="F")
    changes = np.flatnonzero(np.diff(flat)) + 1
    counts = np.diff([0, *changes, flat.size]).tolist()
    for segmentation in (
        rectangle(10, 20, 30, 15),
        {"size": [HEIGHT, WIDTH], "counts": counts},
        {"size": [HEIGHT, WIDTH], "counts": compressed["counts"].decode()},
    ):
        found = _object(tmp_path, segmentation=segmentation)
        np.testing.assert_array_equal(found.mask(), mask)


def test_what_reaches_outside_the_image_is_clipped(tmp_path):
    box = (-20, 40, 50, 100)
    found = _object(tmp_path, bbox=box, segmentation=rectangle(*box))
    assert found.box == (0, 40, 30, HEIGHT)
    rows, columns = np.nonzero(found.mask())
    assert (rows.min(), rows.max()) == (40, HEIGHT - 1)
    assert (columns.min(), columns.max()) == (0, 29)


def test_a_missing_box_is_that_of_the_mask(tmp_path):
    assert _object(tmp_path, bbox=None).box == (10, 20, 40, 35)


_TOO_LONG = run_lengths.encode(np.eye(2 * WIDTH, dtype=np.uint8, order="F"))["counts"].decode()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"bbox": [10, 20, 0, 15]}, "box of no area"),
        ({"bbox": [100, 20, 30, 15]}, "box of no area"),
        ({"segmentation": rectangle(200, 20, 30, 15)}, "mask of no area"),
        ({"segmentation": [], "bbox": None}, "neither a mask nor a box"),
        ({"segmentation": None, "bbox": [10, 20, 0, 15]}, "box of no area"),
        ({"segmentation": [], "bbox": [100, 20, 30, 15]}, "box of no area"),
        ({"segmentation": [], "iscrowd": 2}, "iscrowd 2; expected 0 or 1"),
        ({"segmentation": [[]]}, "no polygon"),
        ({"segmentation": [[1, 2, 3, 4]]}, "no polygon"),
        ({"segmentation": "?"}, "neither polygons nor run lengths"),
        ({"segmentation": {"size": [8, 8], "counts": [64]}}, "[8, 8]"),
        ({"segmentation": {"size": [HEIGHT, WIDTH], "counts": [1, 2]}}, "3 pixels"),
        ({"segmentation": {"size": [HEIGHT, WIDTH], "counts": _TOO_LONG}}, "damaged run lengths"),
        ({"segmentation": {"size": [HEIGHT, WIDTH], "counts": [-1, 4801]}}, "from 0 up"),
        ({"segmentation": [[float("nan"), 1, 2, 3, 4, 5]]}, "not of finite numbers"),
        ({"segmentation": [[2e8, 1, 2, 3, 4, 5]]}, "reaches to 2e+08"),
        ({"bbox": ["10", "20", "30", "15"]}, "not four numbers"),
        ({"bbox": [1, 2, 3]}, "not four numbers"),
        ({"iscrowd": "false"}, "iscrowd 'false'; expected 0 or 1"),
    ],
)
def test_an_unusable_object_is_skipped_and_listed(tmp_path, changes, reason):
    data = _read(
        tmp_path,
        annotation(41, 1, (10, 20, 30, 15), **changes),
        annotation(42, 1, (0, 0, 8, 8)),
    )
    assert [found.box for found in data.images[0].objects] == [(0, 0, 8, 8)]
    (skipped,) = data.skipped
    assert "annotation 41" in skipped
    assert reason in skipped


def test_objects_with_and_without_masks_stand_in_one_file(tmp_path):
    data = _read(
        tmp_path,
        annotation(1, 1, (10, 20, 30, 15)),
        annotation(2, 1, (0, 0, 8.4, 9.6), segmentation=[]),
        annotation(3, 1, (40, 5, 20, 10), segmentation=None, area=77),
        annotation(4, 1, (50, 30, 0.2, 0.3), segmentation=[]),
    )
    objects = data.images[0].objects
    assert [found.mask_annotated for found in objects] == [True, False, False, False]
    assert [found.box for found in objects[1:3]] == [(0, 0, 8.4, 9.6), (40, 5, 60, 15)]
    assert [found.area for found in objects[:3]] == [450, pytest.approx(8.4 * 9.6), 77]
    filled = objects[1].mask()
    assert filled.sum() == filled[:10, :8].sum() == 80
    assert objects[3].mask().sum() == 1, "a box below a pixel keeps one"
    assert data.skipped == []


@pytest.mark.parametrize(
    ("keypoints", "kept", "reason"),
    [
        (None, (), ""),
        ([12, 22, 2, 0, 0, 0, 39, 34, 1], ((12, 22),), ""),
        ([12, 22, 2, 70, 22, 2, 12, 50, 2], ((12, 22),), "2 of 3 keypoints outside its box"),
        ([12, 22, 2, 7], (), "keypoints that are not x, y, visibility"),
        ([12, "22", 2], (), "keypoints that are not x, y, visibility"),
    ],
)
def test_keypoints_count_where_they_are_seen_and_inside_the_box(tmp_path, keypoints, kept, reason):
    data = _read(
        tmp_path, annotation(41, 1, (10, 20, 30, 15), segmentation=[], keypoints=keypoints)
    )
    assert data.images[0].objects[0].keypoints == kept
    assert len(data.skipped) == bool(reason)
    assert all("annotation 41 has" in line and reason in line for line in data.skipped)


def test_a_polygon_may_be_flat(tmp_path):
    flat = rectangle(10, 20, 30, 15)[0]
    assert _object(tmp_path, segmentation=flat).area == 30 * 15


def test_scraps_of_a_mask_go_and_the_object_stays(tmp_path):
    scrap = [[1, 1, 2, 2], *rectangle(10, 20, 30, 15), [3.0]]
    data = _read(tmp_path, annotation(41, 1, (10, 20, 30, 15), segmentation=scrap))
    assert data.images[0].objects[0].mask().sum() == 30 * 15
    assert "annotation 41 has 2 polygons of under three corners" in data.skipped[0]


@pytest.mark.parametrize(
    ("part", "change", "message"),
    [
        ("images", {"id": 2}, "images ids stand more than once: 2"),
        ("categories", {"id": 7}, "categories ids stand more than once: 7"),
        ("categories", {"id": "x"}, "such as 7 and 'x'"),
        ("images", {"id": [1]}, "id \\[1\\] is neither a whole number nor text"),
        ("images", {"height": None}, "has height None and width 80"),
        ("images", {"width": -80}, "width -80; expected whole numbers of at least 1"),
        ("images", {"width": 1e9}, "at most 50000000 pixels"),
        ("images", {"file_name": 7}, "file name that is not text"),
        ("categories", {"name": None}, "has the name None"),
    ],
)
def test_entries_that_make_no_sense_are_refused(tmp_path, part, change, message):
    path = write(str(tmp_path), content([], images=2))
    with open(path) as file:
        instances = json.load(file)
    instances[part][0].update(change)
    with open(path, "w") as file:
        json.dump(instances, file)
    with pytest.raises(YolactError, match=message):
        read_coco(path, str(tmp_path))


def test_a_file_name_of_windows_is_found(tmp_path):
    path = write(str(tmp_path), content([]))
    os.makedirs(tmp_path / "images")
    os.rename(tmp_path / "1.png", tmp_path / "images" / "1.png")
    with open(path) as file:
        text = file.read()
    with open(path, "w") as file:
        file.write(text.replace('"1.png"', r'"images\\1.png"'))
    assert read_coco(path, str(tmp_path)).images[0].path == str(tmp_path / "images/1.png")


def test_images_that_all_are_missing_are_no_empty_list(tmp_path):
    path = write(str(tmp_path), content([], images=3))
    with pytest.raises(YolactError, match=rf"None of the 3 images .* for as {tmp_path}/no/1\.png"):
        read_coco(path, str(tmp_path / "no"))
    assert read_coco(write(str(tmp_path), content([], images=0)), str(tmp_path)).images == []


@pytest.mark.parametrize("annotations", [[], [annotation(1, 1, (1, 2, 8, 9), iscrowd=1)]])
def test_crowds_alone_are_nothing_to_train_on(tmp_path, annotations):
    data = _read(tmp_path, *annotations)
    with pytest.raises(YolactError, match="There is no object to train on"):
        require_objects([data], "train on")
    require_objects([data, _read(tmp_path, annotation(1, 1, (1, 2, 8, 9)))], "train on")


CASES = pathlib.Path(__file__).parents[4] / "shared" / "field_cases" / "coco"


@pytest.mark.skipif(not CASES.is_dir(), reason="the field cases are not at hand")
@pytest.mark.parametrize("case", sorted(CASES.glob("*.json")), ids=lambda path: path.stem)
def test_files_from_the_field(case):
    folder = CASES if case.stem == "backslash" else CASES / "images"
    try:
        require_objects([read_coco(str(case), str(folder))], "train on")
    except YolactError as error:
        refusal = str(error)
    else:
        refusal = ""
    assert refusal.count("\n") == 0
    if case.stem in ("flat_polygon", "backslash", "poly_degenerate_part", "nan_one", "base"):
        assert refusal == ""
    else:
        assert case.name in refusal or "no object to train on" in refusal


def test_a_missing_image_is_listed_with_its_number_of_objects(tmp_path):
    path = write(str(tmp_path), content([annotation(1, 1, (1, 2, 3, 4))], images=2))
    os.remove(tmp_path / "1.png")
    data = read_coco(path, str(tmp_path))
    assert [os.path.basename(image.path) for image in data.images] == ["2.png"]
    assert data.skipped == [f"{tmp_path / '1.png'} does not exist (1 objects)."]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"category_id": 3}, "annotation 5 has category_id 3.* there are: 7, 9"),
        ({"image_id": 8}, "annotation 5 has image_id 8.* there are: 1"),
    ],
)
def test_a_reference_to_nothing_is_refused(tmp_path, change, message):
    with pytest.raises(YolactError, match=message):
        _read(tmp_path, annotation(5, 1, (1, 2, 3, 4), **change))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not valid JSON"),
        ("{", "not valid JSON"),
        ("[]", "holds a list"),
        ("{}", "no list of images, categories, annotations"),
        (json.dumps({"images": [], "categories": []}), "no list of annotations"),
        (
            json.dumps({"images": [{"id": 4}], "categories": [], "annotations": []}),
            "file_name, height, width missing in images, entry 4",
        ),
        (
            json.dumps({"images": [], "categories": ["person"], "annotations": []}),
            "id, name missing in categories, entry at place 0",
        ),
    ],
)
def test_another_format_is_refused(tmp_path, text, message):
    path = tmp_path / "instances.json"
    path.write_text(text)
    with pytest.raises(YolactError, match=message) as raised:
        read_coco(str(path), str(tmp_path))
    assert str(path) in str(raised.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(YolactError, match=r"absent\.json does not exist"):
        read_coco(str(tmp_path / "absent.json"), str(tmp_path))
