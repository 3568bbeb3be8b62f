"""Reading what torch.save wrote: the fixtures were written by PyTorch 2.13 in both its formats."""

import os
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io.torch_checkpoint import read_state_dict
from tests.torch_files import View, save_zip

GOLDEN = Path(__file__).parent / "golden"
FORMATS = ("zip", "legacy")
GRID = np.arange(24, dtype=np.float32).reshape(4, 6)


def fixture(name: str) -> Path:
    return GOLDEN / f"state_dict_{name}.pth"


@pytest.mark.parametrize("name", FORMATS)
def test_tensors_come_out_as_they_were_saved(name: str) -> None:
    state = read_state_dict(str(fixture(name)))
    wanted: dict[str, np.ndarray] = {
        "float": GRID,
        "half": np.array([0.5, -1.25, 65504], np.float16),
        "bfloat16": np.array([1.5, -3.0], state["bfloat16"].dtype),
        "double": np.array([[1 / 3]]),
        "transposed": GRID.T,
        "sliced": GRID[1:3, ::2],
        "counter": np.array(7),
        "parameter": np.ones(2, np.float32),
        "empty": np.empty((0, 3), np.float32),
    }
    assert list(state) == list(wanted)
    for key, value in wanted.items():
        assert state[key].dtype == value.dtype
        assert state[key].shape == value.shape
        np.testing.assert_array_equal(state[key], value)
    assert state["bfloat16"].dtype.name == "bfloat16"


class Call:
    """Pickled as a call of `function`."""

    def __init__(self, function: Callable, *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple:
        return self.call


@pytest.mark.parametrize("legacy", [False, True])
def test_a_call_of_anything_else_is_refused_and_not_made(tmp_path: Path, legacy: bool) -> None:
    trace, path = tmp_path / "ran", tmp_path / "hostile.pth"
    hostile = OrderedDict(weight=Call(os.system, f"touch {trace}"))
    if legacy:
        parts: tuple = (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}, hostile, [])
        path.write_bytes(b"".join(pickle.dumps(part, protocol=2) for part in parts))
    else:
        save_zip(str(path), hostile)
    with pytest.raises(GraftNetError, match=r"posix\.system"):
        read_state_dict(str(path))
    assert not trace.exists()


@pytest.mark.parametrize("name", ["builtins.eval", "torch.load", "collections.Counter"])
def test_neighbours_of_what_is_allowed_are_refused(tmp_path: Path, name: str) -> None:
    module, function = name.split(".")
    path = tmp_path / "hostile.pth"
    path.write_bytes(f"c{module}\n{function}\n.".encode())
    with pytest.raises(GraftNetError, match=name):
        read_state_dict(str(path))


@pytest.mark.parametrize(
    ("state", "message"),
    [([1, 2], "a list"), ({"epoch": 3}, "'epoch' is a int"), ({1: 2}, "1 is a int")],
)
def test_what_is_no_state_dict_is_named(tmp_path: Path, state: Any, message: str) -> None:
    path = str(tmp_path / "other.pth")
    save_zip(path, state)
    with pytest.raises(GraftNetError, match=message):
        read_state_dict(path)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", pickle.dumps({"a": 1})])
def test_what_is_no_checkpoint_is_said_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.pth"
    path.write_bytes(content)
    with pytest.raises(GraftNetError, match="not a state dict saved by PyTorch"):
        read_state_dict(str(path))


def test_a_zip_of_something_else_is_no_checkpoint(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("letter.txt", "hello")
    with pytest.raises(GraftNetError, match="not a state dict"):
        read_state_dict(str(tmp_path / "a.zip"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(GraftNetError, match=r"absent\.pth"):
        read_state_dict(str(tmp_path / "absent.pth"))


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=60, deadline=None)
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_file_cut_anywhere_is_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str, share: float
) -> None:
    whole = fixture(name).read_bytes()
    path = tmp_path_factory.mktemp("cut") / "cut.pth"
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(GraftNetError):
        read_state_dict(str(path))


@pytest.mark.parametrize(
    ("offset", "shape", "strides"),
    [
        (1, (4,), (1,)),
        (-1, (2,), (1,)),
        (0, (2, 2), (3, 1)),
        (3, (2,), (-1,)),
        (0, (-1,), (1,)),
        (0, (1 << 40,), (0,)),
    ],
)
def test_a_tensor_beyond_its_storage_is_refused(
    tmp_path: Path, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> None:
    path = str(tmp_path / "beyond.pth")
    save_zip(path, {"weight": View(np.arange(4, dtype=np.float32), offset, shape, strides)})
    with pytest.raises(GraftNetError, match="weight reaches outside its storage"):
        read_state_dict(path)
