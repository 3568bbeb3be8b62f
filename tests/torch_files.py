"""Writes checkpoints as `torch.save` does, without PyTorch."""

import io
import pickle
import sys
import zipfile
from collections import OrderedDict
from types import ModuleType
from typing import Any
from unittest import mock

import numpy as np


class FloatStorage:
    """Stands for PyTorch's class of that name."""


class LongStorage:
    """Stands for PyTorch's class of that name."""


def _rebuild_tensor_v2(*_: Any) -> None:
    """Stands for PyTorch's function of that name."""


FloatStorage.__module__ = LongStorage.__module__ = "torch"
_rebuild_tensor_v2.__module__ = "torch._utils"


class View:
    """A tensor that sees `shape` of `storage` from `offset` on, by strides in numbers."""

    def __init__(
        self, storage: np.ndarray, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
    ) -> None:
        self.storage = storage
        self.geometry = offset, shape, strides

    def __reduce__(self) -> tuple:
        return _rebuild_tensor_v2, (self.storage, *self.geometry, False, OrderedDict())


def view(array: np.ndarray) -> View:
    """A float32 or int64 array as a whole storage of its own."""
    whole = np.array(array, order="C")
    strides = tuple(stride // whole.itemsize for stride in whole.strides)
    return View(whole.ravel(), 0, whole.shape, strides)


def save_zip(path: str, state: Any) -> None:
    """Writes `state`; a `View` among its values becomes a tensor."""
    pickled, storages = io.BytesIO(), []

    class Pickler(pickle.Pickler):
        def persistent_id(self, value: Any) -> Any:
            if not isinstance(value, np.ndarray):
                return None
            storages.append(value)
            kind = LongStorage if value.dtype == np.int64 else FloatStorage
            return "storage", kind, str(len(storages) - 1), "cpu", value.size

    torch, utils = ModuleType("torch"), ModuleType("torch._utils")
    vars(torch).update(FloatStorage=FloatStorage, LongStorage=LongStorage)
    vars(utils)["_rebuild_tensor_v2"] = _rebuild_tensor_v2
    with mock.patch.dict(sys.modules, {"torch": torch, "torch._utils": utils}):
        Pickler(pickled, protocol=2).dump(state)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickled.getvalue())
        for key, storage in enumerate(storages):
            archive.writestr(f"archive/data/{key}", storage.tobytes())
