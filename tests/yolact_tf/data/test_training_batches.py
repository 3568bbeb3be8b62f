import contextlib
import dataclasses
import itertools
import os
import threading
import weakref

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from graftnet_tf.io import atomic_files, patient_reading
from graftnet_tf.io.unreadable_log import UnreadableLog
from tests.serving.model_server.until import until
from tests.yolact_tf.annotated_folder import annotation, content, write
from yolact_tf.config import config_named
from yolact_tf.data import image_sampler
from yolact_tf.data.augmentation import Augmentation
from yolact_tf.data.coco import read_coco
from yolact_tf.data.decoded_image import decode
from yolact_tf.data.ground_truth import CROWD, NO_KEYPOINT, PADDING
from yolact_tf.data.training_batches import training_batches
from yolact_tf.errors import FileSystemError, YolactError

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
    batches = training_batches([(data, 1.0)], CONFIG, 4, 9, **options)(step)
    with contextlib.closing(batches):
        return [[images, *truth] for images, truth in itertools.islice(batches, count)]


def test_shapes_types_and_ranges(people):
    ((images, *truth),) = _batches(people, 1, max_objects=5)
    assert (images.shape, images.dtype) == ((4, 48, 48, 3), np.float32)
    assert [part.shape for part in truth] == [
        *((4, 5, 4), (4, 5), (4, 5, 48, 48)),
        *((4, 5), (4, 5, 17, 2)),
    ]
    assert [part.dtype for part in truth] == [
        *(np.float32, np.int32, np.uint8),
        *(bool, np.float32),
    ]


def test_boxes_hug_masks_and_padding_is_empty(people):
    for images, boxes, classes, masks, *_ in _batches(people, 4):
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
    assert not np.array_equal(four[0][0], four[1][0])


def test_crowds_stay_crowds(people):
    plain = Augmentation.none()
    ((_, _, classes, *_),) = _batches(people, 1, augmentation=plain)
    found = {tuple(sorted(row[row != PADDING].tolist())) for row in classes}
    assert found == {(0, 0), (CROWD,)}


def test_images_without_objects_are_all_padding(tmp_path):
    for _, boxes, classes, masks, *_ in _batches(_data(tmp_path), 2):
        assert (classes == PADDING).all()
        assert not boxes.any()
        assert not masks.any()


def test_an_object_of_which_only_the_box_is_known_says_so_and_has_its_keypoints(tmp_path):
    seen = [30, 24, 2, 20, 36, 2, 25, 30, 1]  # the last one is hidden
    data = _data(
        tmp_path,
        annotation(1, 1, (10, 12, 40, 36), segmentation=[], keypoints=seen),
        annotation(2, 1, (60, 10, 15, 20)),
        images=1,
    )
    ((_, boxes, classes, masks, annotated, keypoints),) = _batches(
        data, 1, augmentation=Augmentation.none(), max_objects=3
    )
    assert classes[0].tolist() == [0, 0, PADDING]
    assert annotated[0].tolist() == [False, True, True]
    np.testing.assert_allclose(boxes[0, 0], [10 / 80, 12 / 60, 50 / 80, 48 / 60], atol=0.02)
    assert masks[0, 0].sum() == pytest.approx(48 * 48 * 0.5 * 0.6, rel=0.05)
    np.testing.assert_allclose(
        keypoints[0, 0, :2], [[30 / 80, 24 / 60], [20 / 80, 36 / 60]], atol=1e-6
    )
    assert (keypoints[0, 0, 2:] == NO_KEYPOINT).all()
    assert (keypoints[0, 1:] == NO_KEYPOINT).all()


def test_of_too_many_objects_the_largest_are_kept(tmp_path):
    data = _data(
        tmp_path,
        annotation(1, 1, (0, 0, 10, 10)),
        annotation(2, 1, (20, 0, 40, 40)),
        annotation(3, 1, (0, 20, 15, 30)),
        images=1,
    )
    ((_, boxes, *_),) = _batches(data, 1, augmentation=Augmentation.none(), max_objects=2)
    areas = np.prod(boxes[0, :, 2:] - boxes[0, :, :2], axis=-1) * 60 * 80
    np.testing.assert_allclose(areas, [1600, 450], rtol=0.1)


def _grey_images(folder, count):
    """Images of grey 20, 40 …, without objects."""
    data = _data(folder, images=count)
    for number, image in enumerate(data.images, start=1):
        Image.new("RGB", (80, 60), (20 * number,) * 3).save(image.path)
    return data


def _greys(batches):
    return np.stack([images.mean(axis=(1, 2, 3)) for images, *_ in batches]).round().astype(int)


def test_an_unreadable_image_gives_way_to_the_next_and_is_listed(tmp_path):
    data, plain = _grey_images(tmp_path, 5), Augmentation.none()
    before = _greys(_batches(data, 12, augmentation=plain))
    assert set(before.ravel()) == {20, 40, 60, 80, 100}
    damaged, gone, _, _, last = (image.path for image in data.images)
    for path in (damaged, last):
        with open(path, "wb") as file:
            file.write(b"damaged")
    os.remove(gone)
    log = UnreadableLog()
    after = _greys(_batches(data, 12, augmentation=plain, unreadable=log))
    nexts = {20: 60, 40: 60, 60: 60, 80: 80, 100: 60}
    np.testing.assert_array_equal(after, np.vectorize(nexts.get)(before))
    assert set(log.reasons) == {damaged, gone, last}
    assert "cannot be decoded" in log.reasons[damaged]
    assert "cannot be read" in log.reasons[gone]
    resumed = _greys(_batches(data, 3, step=9, augmentation=plain))
    np.testing.assert_array_equal(resumed, after[9:])


def test_objects_of_an_unreadable_image_give_way_to_others(people, tmp_path):
    always = dataclasses.replace(Augmentation.none(), copy_paste=1.0)
    (tmp_path / "1.png").write_bytes(b"damaged")  # it has all that can be pasted
    log = UnreadableLog()
    for _, _, classes, *_ in _batches(people, 3, augmentation=always, unreadable=log):
        assert set(classes.ravel()) == {CROWD, PADDING}
    assert list(log.reasons) == [str(tmp_path / "1.png")]


def test_a_source_without_a_readable_image_ends_the_training(people):
    for image in people.images:
        os.remove(image.path)
    with pytest.raises(YolactError, match=r"None of the 2 images of a source .* cannot be read"):
        _batches(people, 1)


def test_a_file_system_that_fails_lastingly_ends_the_training_and_blames_no_image(
    people, monkeypatch
):
    def away(path):
        raise tf.errors.UnavailableError(None, None, "The backend is away.")

    monkeypatch.setattr(atomic_files, "read_bytes", away)
    monkeypatch.setattr(patient_reading.time, "sleep", lambda seconds: None)
    log = UnreadableLog()
    with pytest.raises(FileSystemError, match="could not be read 6 times"):
        _batches(people, 1, unreadable=log)
    assert not log.reasons


class Watch:
    """Counts images that are decoded, and those of them that something still holds."""

    def __init__(self, monkeypatch):
        self._lock, self.decoded, self.held, self.most = threading.Lock(), 0, 0, 0
        monkeypatch.setattr(image_sampler, "decode", self._decode)

    def _decode(self, image, longest_side):
        found = decode(image, longest_side)
        pixels = found.pixels.copy()
        weakref.finalize(pixels, self._gone)
        with self._lock:
            self.decoded += 1
            self.held += 1
            self.most = max(self.most, self.held)
        return found._replace(pixels=pixels)

    def _gone(self):
        with self._lock:
            self.held -= 1


@pytest.mark.parametrize("count", [3, 40])
def test_no_more_images_are_held_the_more_there_are(tmp_path, monkeypatch, count):
    data = _data(
        tmp_path, *(annotation(k, k, (10, 5, 20, 50)) for k in range(1, count + 1)), images=count
    )
    watch = Watch(monkeypatch)
    batches = training_batches([(data, 1.0)], CONFIG, 4, 9)(0)
    assert watch.decoded == 0
    with contextlib.closing(batches):
        for _ in itertools.islice(batches, 20):
            pass
    assert watch.decoded >= 80
    for_a_sample = 1 + Augmentation().max_pasted
    assert watch.most <= (os.cpu_count() + 1) * for_a_sample


def test_images_are_read_one_batch_ahead_and_no_further(tmp_path, monkeypatch):
    watch = Watch(monkeypatch)
    data, plain = _grey_images(tmp_path, 5), Augmentation.none()
    with contextlib.closing(
        training_batches([(data, 1.0)], CONFIG, 4, 9, augmentation=plain)(0)
    ) as batches:
        for taken in range(1, 4):
            next(batches)
            until(lambda wanted=4 * (taken + 1): watch.decoded >= wanted)
            assert watch.decoded == 4 * (taken + 1)


def test_an_image_of_one_pixel_is_trained_on(tmp_path):
    instances = content([annotation(1, 1, (0, 0, 1, 1))])
    instances["images"][0] |= {"height": 1, "width": 1}
    data = read_coco(write(str(tmp_path), instances), str(tmp_path))
    ((_, boxes, classes, *_),) = _batches(data, 1, augmentation=Augmentation.none())
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
    with contextlib.closing(
        training_batches(sources, CONFIG, 100, 0, augmentation=plain)(0)
    ) as batches:
        images, _ = next(batches)
    dark = np.mean(images.mean(axis=(1, 2, 3)) < 100)
    assert 0.6 < dark < 0.9


def test_sources_of_other_categories_and_without_images_are_refused(people):
    bags = people._replace(categories={1: "bag"})
    with pytest.raises(YolactError, match="same categories: person, bag against bag"):
        training_batches([(people, 1.0), (bags, 1.0)], CONFIG, 4, 9)
    with pytest.raises(YolactError, match="A source of training data has no images"):
        training_batches([(people._replace(images=[]), 1.0)], CONFIG, 4, 9)
