import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from yolact_tf.data.ccp_to_coco import person_mask, write_instances
from yolact_tf.data.coco import read_coco
from yolact_tf.data.split import Split
from yolact_tf.errors import YolactError


def _labels() -> np.ndarray:
    """A person of 80 x 40 pixels with a hole of 4 pixels and one of 100."""
    labels = np.zeros((100, 60), np.uint8)
    labels[10:90, 10:50] = 5
    labels[20:22, 20:22] = 0
    labels[50:60, 20:30] = 0
    return labels


def test_small_holes_are_filled_and_true_gaps_stay():
    mask = person_mask(_labels())
    assert mask.sum() == 80 * 40 - 100
    assert mask[20:22, 20:22].all()
    assert not mask[50:60, 20:30].any()


@pytest.fixture
def source(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "annotations" / "pixel-level").mkdir(parents=True)
    for name in ("0001", "0868"):
        Image.new("RGB", (60, 100)).save(tmp_path / "photos" / f"{name}.jpg")
        savemat(
            tmp_path / "annotations" / "pixel-level" / f"{name}.mat", {"groundtruth": _labels()}
        )
    return tmp_path


def _written(source, fraction):
    """The photos for training and those held out."""
    counts = write_instances(str(source), str(source / "new"), Split(fraction))
    parts = [read_coco(path, str(source / "photos")).images for path in counts]
    assert list(counts.values()) == list(map(len, parts))
    return parts


def test_a_person_held_out_is_read_back_as_written(source):
    training, (image,) = _written(source, fraction=1.0)
    assert not training
    (person,) = image.objects
    assert image.path.endswith("0001.jpg")
    assert person.box == (10, 10, 50, 90)
    np.testing.assert_array_equal(person.mask(), person_mask(_labels()))


def test_passers_by_are_crowds_in_training(source):
    (image,), held_out = _written(source, fraction=0.0)
    assert not held_out
    person, *crowds = image.objects
    assert not person.crowd
    assert all(crowd.crowd for crowd in crowds)
    assert [crowd.box for crowd in crowds] == [(0, 0, 10, 100), (50, 0, 60, 100)]


def test_the_same_person_takes_one_side(source):
    for path in list(source.glob("*/**/0001.*")):
        for name in ("0078", "0984"):
            (path.parent / f"{name}{path.suffix}").write_bytes(path.read_bytes())
    for fraction in np.linspace(0.05, 0.95, 10):
        sides = [{image.path[-8:] for image in part} for part in _written(source, fraction)]
        assert any({"0078.jpg", "0984.jpg"} <= side for side in sides)


def test_a_folder_without_labels_is_refused(tmp_path):
    with pytest.raises(YolactError, match="no annotations/pixel-level"):
        write_instances(str(tmp_path), str(tmp_path), Split(0.5))
