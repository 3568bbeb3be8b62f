import dataclasses
import itertools

import numpy as np
import pytest
from PIL import Image

from tests.yolact_tf.annotated_folder import annotation, content, write
from yolact_tf.config import config_named
from yolact_tf.data.augmentation import Augmentation
from yolact_tf.data.coco import read_coco
from yolact_tf.data.ground_truth import CROWD, PADDING
from yolact_tf.data.training_batches import training_batches
from yolact_tf.errors import YolactError

CONFIG = dataclasses.replace(config_named("yolact_resnet50_550"), size=48)


def _data(folder, *annotations, images=2):
    return read_coco(write(str(folder), content(annotations, images)), str(folder))


@pytest.fixture
def people(tmp_path):
    return _data(
        tmp_path,
        annotation(1, 1, (10, 5, 20, 50)),
        annotation(2, 1, (35, 8, 20, 45)),
        annotation(3, 2, (20, 10, 40, 40), iscrowd=1),
    )


def _batches(data, count, step=0, **options):
    batches = training_batches([(data, 1.0)], CONFIG, 4, 9, **options).from_step(step)
    return [
        [part.numpy() for part in (images, *truth)]
        for images, truth in itertools.islice(batches, count)
    ]


def test_shapes_types_and_ranges(people):
    batches = training_batches([(people, 1.0)], CONFIG, 4, 9, max_objects=5).from_step(0)
    images, truth = batches.element_spec
    assert images.shape == (4, 48, 48, 3)
    assert [part.shape for part in truth] == [(4, 5, 4), (4, 5), (4, 5, 48, 48)]
    assert [part.dtype.name for part in truth] == ["float32", "int32", "uint8"]


def test_boxes_hug_masks_and_padding_is_empty(people):
    for images, boxes, classes, masks in _batches(people, 4):
        assert 0 <= images.min() < images.max() <= 255
        for box, label, mask in zip(
            boxes.reshape(-1, 4), classes.ravel(), masks.reshape(-1, 48, 48), strict=True
        ):
            if label == PADDING:
                assert not mask.any()
                assert not box.any()
                continue
            rows, columns = np.nonzero(mask)
            expected = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
            np.testing.assert_allclose(box * 48, expected, atol=1e-4)


def _assert_same(first, second):
    for one, other in zip(itertools.chain(*first), itertools.chain(*second), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_batch_depends_on_the_seed_and_its_step_alone(people):
    four = _batches(people, 4)
    _assert_same(four, _batches(people, 4))
    _assert_same(four[2:], _batches(people, 2, step=2))
    _assert_same(four[:2], _batches(people, 2, cache="none"))
    assert not np.array_equal(four[0][0], four[1][0])


def test_crowds_stay_crowds(people):
    plain = Augmentation.none()
    ((_, _, classes, _),) = _batches(people, 1, augmentation=plain)
    found = {tuple(sorted(row[row != PADDING].tolist())) for row in classes}
    assert found == {(0, 0), (CROWD,)}


def test_images_without_objects_are_all_padding(tmp_path):
    for _, boxes, classes, masks in _batches(_data(tmp_path), 2):
        assert (classes == PADDING).all()
        assert not boxes.any()
        assert not masks.any()


def test_of_too_many_objects_the_largest_are_kept(tmp_path):
    data = _data(
        tmp_path,
        annotation(1, 1, (0, 0, 10, 10)),
        annotation(2, 1, (20, 0, 40, 40)),
        annotation(3, 1, (0, 20, 15, 30)),
        images=1,
    )
    ((_, boxes, _, _),) = _batches(data, 1, augmentation=Augmentation.none(), max_objects=2)
    areas = np.prod(boxes[0, :, 2:] - boxes[0, :, :2], axis=-1) * 60 * 80
    np.testing.assert_allclose(areas, [1600, 450], rtol=0.1)


def test_damaged_images_are_listed(people):
    with open(people.images[0].path, "wb") as file:
        file.write(b"damaged")
    training = training_batches([(people, 1.0)], CONFIG, 4, 9)
    assert training.images == 1
    (reason,) = training.skipped
    assert people.images[0].path in reason


def test_an_image_of_one_pixel_is_trained_on(tmp_path):
    instances = content([annotation(1, 1, (0, 0, 1, 1))])
    instances["images"][0] |= {"height": 1, "width": 1}
    data = read_coco(write(str(tmp_path), instances), str(tmp_path))
    ((_, boxes, classes, _),) = _batches(data, 1, augmentation=Augmentation.none())
    assert classes[0, 0] == 0
    assert boxes[0, 0].tolist() == [0, 0, 1, 1]


def test_sources_are_drawn_by_their_weights(tmp_path):
    parts = []
    for name, grey in (("a", 10), ("b", 200)):
        (tmp_path / name).mkdir()
        part = _data(tmp_path / name, images=1)
        Image.new("RGB", (80, 60), (grey,) * 3).save(part.images[0].path)
        parts.append(part)
    sources = list(zip(parts, (3.0, 1.0), strict=True))
    plain = Augmentation.none()
    batches = training_batches(sources, CONFIG, 100, 0, augmentation=plain).from_step(0)
    images, _ = next(iter(batches))
    dark = np.mean(images.numpy().mean(axis=(1, 2, 3)) < 100)
    assert 0.6 < dark < 0.9


def test_sources_of_other_categories_and_without_images_are_refused(people):
    bags = people._replace(categories={1: "bag"})
    with pytest.raises(YolactError, match="same categories: person, bag against bag"):
        training_batches([(people, 1.0), (bags, 1.0)], CONFIG, 4, 9)
    with pytest.raises(YolactError, match="None of the 0 images of a source"):
        training_batches([(people._replace(images=[]), 1.0)], CONFIG, 4, 9)
