import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from yolact_tf.ccp_masks import person_mask, write_instances
from yolact_tf.coco import read_coco
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


def _written(source, **options):
    path = str(source / "new" / "instances.json")
    assert write_instances(str(source), path, **options) == 1
    return read_coco(path, str(source / "photos"))


def test_what_is_written_is_read_back_without_poor_masks(source):
    data = _written(source)
    (picture,) = data.images
    (person,) = picture.objects
    assert picture.path.endswith("0001.jpg")
    assert person.box == (10, 10, 50, 90)
    np.testing.assert_array_equal(person.mask(), person_mask(_labels()))


def test_passers_by_can_be_called_crowds(source):
    person, *crowds = _written(source, crowds_beside=True).images[0].objects
    assert not person.crowd
    assert all(crowd.crowd for crowd in crowds)
    assert [crowd.box for crowd in crowds] == [(0, 0, 10, 100), (50, 0, 60, 100)]


def test_a_folder_without_labels_is_refused(tmp_path):
    with pytest.raises(YolactError, match="no annotations/pixel-level"):
        write_instances(str(tmp_path), str(tmp_path / "instances.json"))
