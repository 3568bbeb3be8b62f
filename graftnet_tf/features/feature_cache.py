"""Arrays under keys, kept on local disk: shared by jobs, bounded, safe to kill."""

import contextlib
import glob
import hashlib
import os
import time
import tokenize
import uuid
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from absl import logging
from tqdm import tqdm

from graftnet_tf.io import file_locks
from graftnet_tf.io.atomic_files import INCOMING

DEFAULT_LIMIT = 20 * 10**9
SHARD = 256  # arrays in one file: what a kill loses at most
_SUFFIX = ".features"
_HEADERS = 2 * 128  # bytes in each file besides keys and arrays
_LOCK = "lock"
_READS = ".reads-"
_SETTLED = 2 * 10**9  # ns after which a change of a directory has another time than the last


class FeatureCache:
    """One shelf of a cache: arrays of one shape and type, in shards of up to `SHARD`.

    A shard is written once and named by the hash of its content, so that a damaged one is
    found when it is first used; its arrays are then computed again. All shelves below a
    directory share its limit and its lock: the shards unused for longest are dropped, but none
    that a living job reads, and jobs that write at once do not exceed the limit together. Jobs
    that want the same shelf take turns at computing, a shard at a time, and see one another's.
    """

    def __init__(self, directory: str, shelf: str, *, limit: int = DEFAULT_LIMIT):
        """Opens a shelf, empty where it is new.

        Args:
          directory: Directory of the cache; local. It may be deleted at any time.
          shelf: Name of what the arrays have in common; arrays under one key are the same.
          limit: bytes that the files of all shelves may take.
        """
        self._directory, self._limit = directory, limit
        self._shelf = os.path.join(directory, shelf)
        self._reads = _Reads(directory)
        self._shards: dict[str, _Shard] = {}
        self._places: dict[bytes, _Shard] = {}
        self._listed: tuple[int, int] | None = None  # state of the shelf whose shards are all known
        self._full = False

    def read(self, key: bytes) -> np.ndarray | None:
        """The array under a key that `fill` was called with; None if it is not kept."""
        shard = self._places.get(key)
        return None if shard is None else shard.read(key)

    def fill(
        self,
        keys: Sequence[bytes],
        compute: Callable[[Sequence[bytes]], np.ndarray],
        *,
        description: str,
    ) -> None:
        """Makes arrays readable, computing those that no job has computed yet.

        The shelf is listed only where it has changed since, and a shard opened only for a key of
        its own, so that a full cache costs little for keys that it does not have.

        What does not fit the limit or the disk is left out, and logged; from then on nothing
        new is kept.

        Args:
          keys: Keys of the arrays that will be read.
          compute: [n, …] of n ≤ `SHARD` keys.
          description: What the progress bar on stderr says.
        """
        with self._heeding_the_disk():
            self._find(keys)
        missing = self._missing(keys)
        if self._full or not missing:
            return
        with tqdm(total=len(missing), desc=description, unit="image", leave=False) as bar:
            while missing and not self._full:
                with contextlib.ExitStack() as turn:
                    with self._heeding_the_disk():
                        os.makedirs(self._shelf, exist_ok=True)
                        turn.enter_context(file_locks.held(os.path.join(self._shelf, _LOCK)))
                        self._find(missing)
                    part = self._missing(missing)[:SHARD]
                    if part and not self._full:
                        arrays = compute(part)
                        with self._heeding_the_disk():
                            self._keep(part, arrays)
                left = self._missing(missing)
                bar.update(len(missing) - len(left))
                missing = left
        if missing:
            logging.warning(
                "Features of %d more views are computed for every batch anew.", len(missing)
            )

    @contextlib.contextmanager
    def _heeding_the_disk(self) -> Iterator[None]:
        """A directory that cannot be written takes nothing more, as a full one."""
        try:
            yield
        except OSError as error:
            logging.warning("The cache cannot be written: %s.", error)
            self._full = True

    def _missing(self, keys: Sequence[bytes]) -> list[bytes]:
        return [key for key in dict.fromkeys(keys) if self.read(key) is None]

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Alone in the whole directory, for as long as files are opened, written or dropped."""
        os.makedirs(self._directory, exist_ok=True)
        with file_locks.held(os.path.join(self._directory, _LOCK)):
            yield

    def _find(self, keys: Sequence[bytes]) -> None:
        """Opens the shards on disk that hold some of the keys not found before."""
        missing = self._missing(keys)
        absent = [key for key in missing if key not in self._places]
        if len(absent) < len(missing) or (absent and self._state() not in (None, self._listed)):
            with self._locked():
                self._list()
                self._open(missing)

    def _state(self) -> tuple[int, int] | None:
        """What is another once a file has come or gone; None where there is no shelf."""
        try:
            found = os.stat(self._shelf)
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

    def _list(self) -> None:
        """Reads the keys of the shards that are new on disk."""
        state = self._state()
        if state is None or state == self._listed:
            return
        for path in glob.glob(os.path.join(glob.escape(self._shelf), f"*{_SUFFIX}")):
            if path not in self._shards:
                self._add(path)
        self._listed = state if time.time_ns() - state[1] > _SETTLED else None

    def _add(self, path: str) -> None:
        with self._heeding_loss(path):
            shard = self._shards[path] = _Shard(path)
            self._places.update(dict.fromkeys(shard.keys, shard))

    def _open(self, keys: Sequence[bytes]) -> None:
        """Opens the known shards that hold some keys."""
        for shard in dict.fromkeys(self._places[key] for key in keys if key in self._places):
            with self._heeding_loss(shard.path):
                shard.open()
                self._reads.note(shard.path)

    @contextlib.contextmanager
    def _heeding_loss(self, path: str) -> Iterator[None]:
        """Forgets a shard that another job has dropped, and removes a damaged one."""
        try:
            yield
        except FileNotFoundError:
            self._forget(path)
        except _DamagedError:
            logging.warning("%s is damaged; its features are computed again.", path)
            self._forget(path)
            _remove(path)

    def _forget(self, path: str) -> None:
        """Counts on a file no longer; what has been opened of it can still be read."""
        shard = self._shards.pop(path, None)
        if shard is not None and shard.arrays is None:
            for key in shard.keys:
                if self._places.get(key) is shard:
                    del self._places[key]

    def _keep(self, keys: Sequence[bytes], arrays: np.ndarray) -> None:
        """Writes a new shard, which can then be read, where there is room for it."""
        with self._locked():
            self._clear_leftovers()
            if not self._make_room(_HEADERS + sum(map(len, keys)) + arrays.nbytes):
                logging.warning(
                    "The features in use take all of the cache's limit of %.2f GB.",
                    self._limit / 1e9,
                )
                self._full = True
                return
            aside = os.path.join(self._shelf, f"{INCOMING}{uuid.uuid4().hex}")
            try:
                with open(aside, "wb") as file:
                    np.save(file, np.frombuffer(b"".join(keys), np.uint8).reshape(len(keys), -1))
                    np.save(file, arrays)
                    file.flush()
                    os.fsync(file.fileno())
                path = os.path.join(self._shelf, _digest(aside) + _SUFFIX)
                os.rename(aside, path)
            finally:
                _remove(aside)
            self._add(path)
            self._open(keys)

    def _clear_leftovers(self) -> None:
        """Removes what killed jobs left; no job that is alive writes while we hold the lock."""
        for path in glob.glob(os.path.join(glob.escape(self._directory), "*", f"{INCOMING}*")):
            _remove(path)

    def _make_room(self, size: int) -> bool:
        """Drops shards, the least recently used first, but none that a living job has opened.

        Nothing is dropped where that would not make room enough.
        """
        in_use = self._reads.of_all()
        kept, free = 0, []
        for path in glob.glob(os.path.join(glob.escape(self._directory), "*", f"*{_SUFFIX}")):
            with contextlib.suppress(FileNotFoundError):
                found = os.stat(path)
                kept += found.st_size
                if path not in in_use:
                    free.append((found.st_mtime_ns, found.st_size, path))
        excess = size + kept - self._limit
        if excess > sum(length for _, length, _ in free):
            return False
        for _, length, path in sorted(free):
            if excess > 0:
                _remove(path)
                self._forget(path)
                excess -= length
        return True


def clear(directory: str) -> int:
    """Removes all arrays below a cache's directory; returns how many files of them there were.

    A job that has opened some can still read these.
    """
    if not os.path.isdir(directory):
        return 0
    with file_locks.held(os.path.join(directory, _LOCK)):
        paths = [
            path
            for name in (f"*{_SUFFIX}", f"{INCOMING}*")
            for path in glob.glob(os.path.join(glob.escape(directory), "*", name))
        ]
        for path in paths:
            _remove(path)
    return len(paths)


class _Reads:
    """Which shards this cache has opened, told to other jobs by a file that it keeps locked.

    Everything here happens under the directory's lock. The file's own lock ends with the job,
    even by SIGKILL; it is then no longer heeded.
    """

    def __init__(self, directory: str):
        self._directory = directory
        self._path = os.path.join(directory, f"{_READS}{uuid.uuid4().hex}")
        self._lock = contextlib.ExitStack()
        weakref.finalize(self, self._lock.close)

    def note(self, path: str) -> None:
        """Adds a shard to those that must stay."""
        if not os.path.exists(self._path):  # not yet, or deleted with the cache
            self._lock.close()
            self._lock.enter_context(file_locks.held(self._path))
        with open(self._path, "a", encoding="utf-8", errors="surrogateescape") as file:
            file.write(os.path.relpath(path, self._directory) + "\n")

    def of_all(self) -> set[str]:
        """Paths of the shards that living jobs have opened, this one's among them."""
        found: set[str] = set()
        for path in glob.glob(os.path.join(glob.escape(self._directory), f"{_READS}*")):
            found.update(self._read(path))
        return found

    def _read(self, path: str) -> Iterable[str]:
        with file_locks.held(path, wait=False) as dead:
            if dead:
                return []
            with open(path, encoding="utf-8", errors="surrogateescape") as file:
                return [os.path.join(self._directory, name) for name in file.read().splitlines()]


class _DamagedError(Exception):
    """A file that is not what its name says."""


class _Shard:
    """A file of keys and of their arrays; the keys are read at once, the arrays when opened."""

    def __init__(self, path: str):
        self.path = path
        self.arrays: np.ndarray | None = None
        try:
            with open(path, "rb") as file:
                self.keys = [row.tobytes() for row in np.load(file)]
                np.lib.format.read_magic(file)
                self._shape, _, self._type = np.lib.format.read_array_header_1_0(file)
                self._offset = file.tell()
        except (ValueError, EOFError, MemoryError, tokenize.TokenError):  # NumPy parses a header
            raise _DamagedError(path) from None

    def open(self) -> None:
        """Checks the content, maps it into memory and notes that it was used."""
        if _digest(self.path) + _SUFFIX != os.path.basename(self.path):
            raise _DamagedError(self.path)
        self.arrays = np.memmap(self.path, self._type, "r", self._offset, self._shape)
        os.utime(self.path)

    def read(self, key: bytes) -> np.ndarray | None:
        """The array under one of the keys; None before it is opened."""
        return None if self.arrays is None else self.arrays[self.keys.index(key)]


def _digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


def _remove(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.remove(path)
