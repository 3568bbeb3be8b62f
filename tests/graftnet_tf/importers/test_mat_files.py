"""Tests of reading label files in MATLAB's format."""

import numpy as np
import pytest
from scipy import sparse
from scipy.io import savemat

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.mat_files import read_variables, strings
from tests.graftnet_tf.importers.conftest import cells


def read(path, *names):
    return read_variables(str(path), names, "labels.mat of the test")


def test_the_variables_asked_for_are_read(tmp_path):
    savemat(tmp_path / "a.mat", {"names": cells("hat", "Skirt&Dress"), "more": 1})
    found = read(tmp_path / "a.mat", "names")
    assert list(found) == ["names"]
    assert strings(found["names"]) == ["hat", "Skirt&Dress"]


def test_cells_of_anything_but_texts_are_no_strings():
    assert strings(cells("hat", 3)) is None
    assert strings(np.zeros((2, 2))) is None
    assert strings(cells()) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"a\.mat is not there; expected labels\.mat of the test"),
        (b"no matrix at all", r"is no \.mat file, or a damaged one"),
        (
            b"MATLAB 7.3 MAT-file".ljust(512) + b"\x89HDF\r\n\x1a\n" + bytes(64),
            r"is a MATLAB 7\.3 file \(HDF5\).*save\('a\.mat', '-v7'\)",
        ),
    ],
)
def test_files_that_cannot_be_read_are_refused_with_the_remedy(tmp_path, content, message):
    if content is not None:
        (tmp_path / "a.mat").write_bytes(content)
    with pytest.raises(GraftNetError, match=message) as caught:
        read(tmp_path / "a.mat", "names")
    assert "\n" not in str(caught.value)


def test_a_file_cut_short_is_refused(tmp_path):
    savemat(tmp_path / "a.mat", {"names": cells("hat", "bag")})
    whole = (tmp_path / "a.mat").read_bytes()
    (tmp_path / "a.mat").write_bytes(whole[: len(whole) - 40])
    with pytest.raises(GraftNetError, match="damaged"):
        read(tmp_path / "a.mat", "names")


def test_another_layout_is_told_by_what_is_missing_or_sparse(tmp_path):
    savemat(tmp_path / "a.mat", {"labels": sparse.csc_matrix(np.eye(3))})
    with pytest.raises(GraftNetError, match=r"another layout .it has no names.; expected labels"):
        read(tmp_path / "a.mat", "names", "labels")
    with pytest.raises(GraftNetError, match="labels is no full matrix"):
        read(tmp_path / "a.mat", "labels")


@pytest.mark.parametrize("place", [232, 288])  # where the format says what follows
def test_damage_at_which_the_reader_crashes_is_one_clear_error(tmp_path, place):
    savemat(tmp_path / "a.mat", {"names": cells("hat", "bag")})
    content = bytearray((tmp_path / "a.mat").read_bytes())
    content[place] = 255
    (tmp_path / "a.mat").write_bytes(content)
    with pytest.raises(GraftNetError, match=r"no \.mat file, or a damaged one .*Fetch it"):
        read(tmp_path / "a.mat", "names")
