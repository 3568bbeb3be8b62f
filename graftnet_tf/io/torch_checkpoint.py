"""Reads weights that PyTorch saved: without PyTorch, and without running what is in the file.

A checkpoint is a pickle, and a pickle can name any function to be called. Here it may name
only those that a state dict needs, and gets stand-ins for them that hold data.
"""

import collections
import io
import math
import pickle
import struct
import zipfile
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from graftnet_tf.errors import GraftNetError

_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_LEGACY_PROTOCOL = 1001
_FAULTS = (
    *(pickle.UnpicklingError, struct.error, zipfile.BadZipFile, EOFError, RuntimeError),
    *(ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError),
)
_DTYPES: dict[str, np.dtype] = {
    "FloatStorage": np.dtype(np.float32),
    "DoubleStorage": np.dtype(np.float64),
    "HalfStorage": np.dtype(np.float16),
    "BFloat16Storage": np.dtype(tf.bfloat16.as_numpy_dtype),
    "LongStorage": np.dtype(np.int64),
    "IntStorage": np.dtype(np.int32),
    "ShortStorage": np.dtype(np.int16),
    "CharStorage": np.dtype(np.int8),
    "ByteStorage": np.dtype(np.uint8),
    "BoolStorage": np.dtype(np.bool_),
}


class _RefusedError(Exception):
    """What is wrong with a checkpoint's content."""


def read_state_dict(path: str, *, error: type[Exception] = GraftNetError) -> dict[str, np.ndarray]:
    """Reads the state dict that `torch.save` wrote, in its zip or its older format.

    Args:
      path: Path of the .pth file, local or remote.
      error: What to raise.

    Returns:
      Arrays by key, in the file's order and of its dtypes (also ml_dtypes' bfloat16).

    Raises:
      Exception: of type `error`; there is no such file; it is not a checkpoint or cut short; it
        holds something besides tensors by name; it names a function that no state dict needs.
    """
    try:
        with tf.io.gfile.GFile(path, "rb") as file:
            content = file.read()
    except tf.errors.OpError as reason:
        raise error(f"{path} cannot be read: {reason.message}.") from None
    try:
        state, storages = _read_zip(content) if _is_zip(content) else _read_legacy(content)
        return _arrays(state, storages)
    except _RefusedError as reason:
        raise error(f"{path} is refused: {reason}") from None
    except _FAULTS as reason:
        raise error(
            f"{path} is not a state dict saved by PyTorch, or is cut short "
            f"({type(reason).__name__}: {reason})."
        ) from None


class _Storage(NamedTuple):
    """`size` numbers under `key`, of which a tensor sees those from `start`."""

    key: str
    dtype: np.dtype
    size: int
    start: int


class _Tensor(NamedTuple):
    """A view of a storage, as `torch._utils._rebuild_tensor` takes it."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def _tensor(storage: _Storage, offset: int, shape: Any, strides: Any, *_: Any) -> _Tensor:
    return _Tensor(storage, offset, tuple(shape), tuple(strides))


def _parameter(tensor: _Tensor, *_: Any) -> _Tensor:
    return tensor


_ALLOWED: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor"): _tensor,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch._utils", "_rebuild_parameter"): _parameter,
    **{("torch", name): name for name in _DTYPES},
}


class _Unpickler(pickle.Unpickler):
    """Builds containers, numbers, strings and `_Tensor`, and nothing else."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, encoding="utf-8")

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise _RefusedError(
                f"it calls for {module}.{name}, which no state dict needs. Save the network's "
                "state_dict() alone, and trust no file of unknown origin."
            )
        return _ALLOWED[module, name]

    def persistent_load(self, pid: Any) -> _Storage:
        _, kind, key, _, size, *views = pid
        start = views[0][1] if views and views[0] else 0
        return _Storage(key, _DTYPES[kind], size, start)


def _is_zip(content: bytes) -> bool:
    return content.startswith(b"PK\x03\x04")


def _read_zip(content: bytes) -> tuple[Any, Callable[[_Storage], np.ndarray]]:
    archive = zipfile.ZipFile(io.BytesIO(content))
    pickled = next((name for name in archive.namelist() if name.endswith("/data.pkl")), "data.pkl")
    root = pickled.removesuffix("data.pkl")
    if f"{root}byteorder" in archive.namelist():
        _require_little_endian(archive.read(f"{root}byteorder") == b"little")
    state = _Unpickler(io.BytesIO(archive.read(pickled))).load()

    def numbers(storage: _Storage) -> np.ndarray:
        member = archive.getinfo(f"{root}data/{storage.key}")
        if member.file_size != storage.size * storage.dtype.itemsize:
            raise ValueError(f"storage {storage.key} has {member.file_size} bytes")
        return np.frombuffer(archive.read(member), storage.dtype)

    return state, numbers


def _read_legacy(content: bytes) -> tuple[Any, Callable[[_Storage], np.ndarray]]:
    file = io.BytesIO(content)
    header = [_Unpickler(file).load(), _Unpickler(file).load()]
    if header != [_LEGACY_MAGIC, _LEGACY_PROTOCOL]:
        raise ValueError("it does not start as a checkpoint does")
    _require_little_endian(_Unpickler(file).load()["little_endian"])
    state = _Unpickler(file).load()
    dtypes = {t.storage.key: t.storage.dtype for t in _tensors(state).values()}
    blocks = {}
    for key in _Unpickler(file).load():
        (size,) = struct.unpack("<q", file.read(8))
        blocks[key] = np.frombuffer(content, dtypes[key], max(size, 0), file.tell())
        file.seek(blocks[key].nbytes, io.SEEK_CUR)

    def numbers(storage: _Storage) -> np.ndarray:
        if len(blocks[storage.key]) != storage.size:
            raise ValueError(f"storage {storage.key} has {len(blocks[storage.key])} numbers")
        return blocks[storage.key]

    return state, numbers


def _require_little_endian(little: bool) -> None:
    if not little:
        raise _RefusedError("it was written on a big-endian machine; save it on a usual one.")


def _tensors(state: Any) -> Mapping[str, _Tensor]:
    """The unpickled content, if it is a state dict."""
    if not isinstance(state, dict):
        raise _RefusedError(f"it holds a {type(state).__name__}, not a state dict.")
    for key, value in state.items():
        if not isinstance(key, str) or not isinstance(value, _Tensor):
            raise _RefusedError(f"its entry {key!r} is a {type(value).__name__}, not a tensor.")
    return state


def _arrays(state: Any, numbers: Callable[[_Storage], np.ndarray]) -> dict[str, np.ndarray]:
    return {key: _array(key, tensor, numbers) for key, tensor in _tensors(state).items()}


def _array(key: str, tensor: _Tensor, numbers: Callable[[_Storage], np.ndarray]) -> np.ndarray:
    storage, shape, strides = tensor.storage, tensor.shape, tensor.strides
    first = storage.start + tensor.offset
    steps = [(size - 1) * stride for size, stride in zip(shape, strides, strict=True)]
    inside = (
        min(first, *shape, *strides, 0) == 0
        and math.prod(shape) <= storage.size
        and (0 in shape or first + sum(steps) < storage.size)
    )
    if not inside:
        raise _RefusedError(f"its tensor {key} reaches outside its storage.")
    if 0 in shape:
        return np.empty(shape, storage.dtype)
    return np.lib.stride_tricks.as_strided(
        numbers(storage)[first:], shape, [stride * storage.dtype.itemsize for stride in strides]
    ).copy()
