import numpy as np
import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io.npz_archives import read_npz, write_npz
from yolact_tf.errors import YolactError


@pytest.mark.parametrize("compressed", [False, True])
def test_arrays_come_back_as_they_went(tmp_path, compressed):
    path = str(tmp_path / "a.npz")
    arrays = {"b/000": np.arange(6, dtype=np.float32).reshape(2, 3), "c": np.array("text")}
    write_npz(path, arrays, compressed=compressed)
    found = read_npz(path)
    assert set(found) == set(arrays)
    for key, array in arrays.items():
        np.testing.assert_array_equal(found[key], array)
        assert found[key].dtype == array.dtype


def test_a_missing_file_is_told_in_the_callers_error(tmp_path):
    with pytest.raises(YolactError, match=r"Weights file .*absent\.npz does not exist"):
        read_npz(str(tmp_path / "absent.npz"), error=YolactError)


@pytest.mark.parametrize("name", ["cut", "empty", "text", "array", "pickled"])
def test_what_is_no_archive_is_told_in_one_line(tmp_path, name):
    path = tmp_path / f"{name}.npz"
    match name:
        case "cut":
            write_npz(str(path), {"a": np.zeros(1000)})
            path.write_bytes(path.read_bytes()[:-300])
        case "empty":
            path.touch()
        case "text":
            path.write_bytes(b"not weights at all")
        case "array":
            with open(path, "wb") as file:
                np.save(file, np.zeros(3))
        case "pickled":
            np.savez(path, a=np.array([{}], dtype=object))
    with pytest.raises(GraftNetError, match=r"is not a readable \.npz archive") as refusal:
        read_npz(str(path))
    assert "\n" not in str(refusal.value)
