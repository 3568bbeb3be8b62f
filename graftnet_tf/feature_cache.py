"""Arrays under keys, kept as float16 on local disk: shared by jobs, bounded, safe to kill."""

import contextlib
import glob
import hashlib
import os
import tempfile
import uuid
from collections.abc import Callable, Sequence

import numpy as np
from absl import logging
from tqdm import tqdm

from graftnet_tf import locks
from graftnet_tf.files import INCOMING

DEFAULT_LIMIT = 20 * 10**9
SHARD = 256  # arrays in one file: what a kill loses at most
_SUFFIX = ".features"
_HEADERS = 2 * 128  # bytes in each file besides keys and arrays


def default_directory(root: str) -> str:
    """Where features of the workspace at `root` are cached: in it, or on this machine if remote."""
    if "://" in root:
        return os.path.join(tempfile.gettempdir(), "graftnet-cache")
    return os.path.join(root, "cache")


class FeatureCache:
    """One shelf of a cache: arrays of one shape, in shards of up to `SHARD`.

    A shard is written once and named by the hash of its content, so that a damaged one is
    found when it is first used; its arrays are then computed again. Jobs take turns at
    computing, a shard at a time, and see one another's. All shelves below a directory share
    its limit: the shards unused for longest are dropped.
    """

    def __init__(self, directory: str, shelf: str, *, limit: int = DEFAULT_LIMIT):
        """Opens a shelf, empty where it is new.

        Args:
          directory: of the cache; local. It may be deleted at any time.
          shelf: name of what the arrays have in common; arrays under one key are the same.
          limit: bytes that the files of all shelves may take.
        """
        self._directory, self._limit = directory, limit
        self._shelf = os.path.join(directory, shelf)
        self._shards: dict[str, _Shard] = {}
        self._places: dict[bytes, tuple[_Shard, int]] = {}
        self._full = False

    def read(self, key: bytes) -> np.ndarray | None:
        """The float16 array under a key that `fill` was called with; None if it is not kept."""
        place = self._places.get(key)
        return place[0].arrays[place[1]] if place else None

    def fill(
        self,
        keys: Sequence[bytes],
        compute: Callable[[Sequence[bytes]], np.ndarray],
        *,
        description: str,
    ) -> None:
        """Makes arrays readable, computing those that no job has computed yet.

        What does not fit the limit or the disk is left out, and logged; from then on nothing
        new is kept.

        Args:
          keys: of the arrays that will be read.
          compute: float16 [n, …] of n ≤ `SHARD` keys.
          description: what the progress bar on stderr says.
        """
        self._find(keys)
        missing = self._missing(keys)
        if self._full or not missing:
            return
        os.makedirs(self._shelf, exist_ok=True)
        with tqdm(total=len(missing), desc=description, unit="picture", leave=False) as bar:
            while missing:
                with locks.held(os.path.join(self._shelf, "lock")):
                    self._clear_leftovers()
                    self._find(missing)
                    part = self._missing(missing)[:SHARD]
                    if part and not self._keep(part, compute(part)):
                        self._full = True
                        logging.warning(
                            "Features of %d more views are computed for every batch anew.",
                            len(self._missing(keys)),
                        )
                        return
                left = self._missing(missing)
                bar.update(len(missing) - len(left))
                missing = left

    def _missing(self, keys: Sequence[bytes]) -> list[bytes]:
        return [key for key in dict.fromkeys(keys) if key not in self._places]

    def _find(self, keys: Sequence[bytes]) -> None:
        """Opens the shards on disk that hold some of the keys not found before."""
        wanted = set(self._missing(keys))
        if not wanted:
            return
        for path in glob.glob(os.path.join(glob.escape(self._shelf), f"*{_SUFFIX}")):
            try:
                if path not in self._shards:
                    self._shards[path] = _Shard(path)
                shard = self._shards[path]
                if not wanted.isdisjoint(shard.keys):
                    shard.open()
                    self._places.update((key, (shard, n)) for n, key in enumerate(shard.keys))
            except FileNotFoundError:
                self._shards.pop(path, None)  # dropped by another job
            except _DamagedError:
                logging.warning("%s is damaged; its features are computed again.", path)
                self._shards.pop(path, None)
                _remove(path)

    def _clear_leftovers(self) -> None:
        """Removes what killed jobs left; no job that is alive writes while we hold the lock."""
        for path in glob.glob(os.path.join(glob.escape(self._shelf), f"{INCOMING}*")):
            _remove(path)

    def _keep(self, keys: Sequence[bytes], arrays: np.ndarray) -> bool:
        """Whether there was room for a new shard, which can then be read."""
        if not self._make_room(_HEADERS + sum(map(len, keys)) + arrays.nbytes):
            logging.warning(
                "The features in use take all of the cache's limit of %.2f GB.", self._limit / 1e9
            )
            return False
        aside = os.path.join(self._shelf, f"{INCOMING}{uuid.uuid4().hex}")
        try:
            with open(aside, "wb") as file:
                np.save(file, np.frombuffer(b"".join(keys), np.uint8).reshape(len(keys), -1))
                np.save(file, arrays)
                file.flush()
                os.fsync(file.fileno())
            os.rename(aside, os.path.join(self._shelf, _digest(aside) + _SUFFIX))
        except OSError as error:
            logging.warning("The cache cannot be written: %s.", error)
            return False
        finally:
            _remove(aside)
        self._find(keys)
        return True

    def _make_room(self, size: int) -> bool:
        """Drops shards, the least recently used first, but none that this job has opened."""
        pattern = os.path.join(glob.escape(self._directory), "*", f"*{_SUFFIX}")
        known = []
        for path in glob.glob(pattern):
            with contextlib.suppress(FileNotFoundError):
                known.append((os.stat(path).st_mtime_ns, os.path.getsize(path), path))
        excess = size + sum(length for _, length, _ in known) - self._limit
        in_use = {shard.path for shard, _ in self._places.values()}
        for _, length, path in sorted(known):
            if excess > 0 and path not in in_use:
                _remove(path)
                self._shards.pop(path, None)
                excess -= length
        return excess <= 0


class _DamagedError(Exception):
    """A file that is not what its name says."""


class _Shard:
    """A file of keys and of their arrays; the keys are read at once, the arrays when opened."""

    def __init__(self, path: str):
        self.path = path
        try:
            with open(path, "rb") as file:
                self.keys = [row.tobytes() for row in np.load(file)]
                np.lib.format.read_magic(file)
                self._shape, _, self._type = np.lib.format.read_array_header_1_0(file)
                self._offset = file.tell()
        except (ValueError, EOFError, MemoryError):
            raise _DamagedError(path) from None

    def open(self) -> None:
        """Checks the content, maps it into memory and notes that it was used."""
        if _digest(self.path) + _SUFFIX != os.path.basename(self.path):
            raise _DamagedError(self.path)
        self.arrays = np.memmap(self.path, self._type, "r", self._offset, self._shape)
        os.utime(self.path)


def _digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


def _remove(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.remove(path)
