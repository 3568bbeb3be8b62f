"""Images by row, read and decoded when they are asked for; nothing of them is kept."""

import functools
import hashlib
import itertools
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import tensorflow as tf

from graftnet_tf.data.image_loading import UnreadableImageError, attempt, decode, read_data
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.errors import GraftNetError
from graftnet_tf.io.image_decoding import decode_image
from graftnet_tf.io.unreadable_log import UnreadableLog

Result = TypeVar("Result")

WORKERS = 4

_NOT_HASHED = "It could not be read when its hash was taken."


class UnreadableRowsError(Exception):
    """Rows that were asked for turned out to be unreadable; `ImageReader.unreadable` says which."""


@functools.lru_cache(maxsize=16)
def _fitting(preprocessing: Preprocessing, workers: int) -> Callable[[tf.Tensor], tf.Tensor]:
    """From the bytes of files, string [n], to images, uint8 [n, height, width, 3].

    Readers of the same size share it, since tracing it takes as long as reading many images.
    """

    def fitted(content: tf.Tensor) -> tf.Tensor:
        return preprocessing.letterbox(decode_image(content)[tf.newaxis])[0]

    def all_fitted(contents: tf.Tensor) -> tf.Tensor:
        size = tf.TensorSpec([preprocessing.height, preprocessing.width, 3], tf.uint8)
        return tf.map_fn(fitted, contents, fn_output_signature=size, parallel_iterations=workers)

    contents = tf.TensorSpec([None], tf.string)
    return tf.function(all_fitted, input_signature=[contents], autograph=False)


class ImageReader:
    """The image files of some lists, one after the other, at the trunk's input size.

    Rows of equal contents stand for one another: a file that is gone is no loss while a copy of it
    is listed, and all copies of one that cannot be decoded are unreadable with it.

    Attributes:
      contents: uint8 [M, 32], SHA-256 of each row's file as it was when it was listed; zeros where
        it could not be read then.
      unreadable: bool [M], rows that turned out to be unreadable so far.
      height, width: Size of the images in pixels.
    """

    def __init__(
        self,
        paths: Sequence[Sequence[str]],
        contents: np.ndarray,
        preprocessing: Preprocessing,
        *,
        workers: int = WORKERS,
    ):
        """Opens nothing yet.

        Args:
          paths: JPEG or PNG files of each list, local or `gs://`.
          contents: SHA-256 of the files' bytes, uint8 [M, 32].
          preprocessing: Its `letterbox` gives the size.
          workers: How many files are read, and images decoded, at once; the result is the same
            for any number.
        """
        self.contents = contents
        self.unreadable = ~contents.any(axis=1)
        self.height, self.width = preprocessing.height, preprocessing.width
        self._paths = paths
        self._ends = np.cumsum([len(some) for some in paths])
        self._log = UnreadableLog()
        for row in np.flatnonzero(self.unreadable).tolist():
            self._log.add(self.path(row), _NOT_HASHED)
        self._threads = ThreadPoolExecutor(workers)
        self._fit = _fitting(preprocessing, workers)

    def __len__(self) -> int:
        return len(self.contents)

    @property
    def reasons(self) -> dict[str, str]:
        """Why each image that turned out to be unreadable is, by path."""
        return dict(self._log.reasons)

    def keep_log(self, log: UnreadableLog) -> None:
        """Goes on with the images that a run has found to be unreadable before, and adds to them.

        Args:
          log: Of this run.
        """
        for path, reason in self._log.reasons.items():
            log.add(path, reason)
        self._log = log
        if log.reasons:
            known = (path in log.reasons for path in itertools.chain(*self._paths))
            self.unreadable |= np.fromiter(known, bool, len(self))

    def path(self, row: int) -> str:
        """The file of a row."""
        number = int(np.searchsorted(self._ends, row, side="right"))
        return self._paths[number][row - (self._ends[number - 1] if number else 0)]

    def read(self, rows: np.ndarray) -> np.ndarray:
        """Decodes images.

        Args:
          rows: int [n], n ≥ 1.

        Returns:
          uint8 [n, height, width, 3] RGB in 0…255.

        Raises:
          UnreadableRowsError: some cannot be read or decoded; they are `unreadable` from now on.
          GraftNetError: a file is another than was listed, or its file system fails lastingly.
        """
        contents = self._contents(rows)
        self._check(rows, contents)
        try:
            return self._fit(tf.constant(contents)).numpy()
        except tf.errors.OpError:
            self._check(rows, (attempt(decode, content) for content in contents))
        # There was not memory for all of them at once.
        return np.concatenate([self._fit(tf.constant([one])).numpy() for one in contents])

    def readable(
        self, rows: np.ndarray, read: Callable[[np.ndarray], Result]
    ) -> tuple[np.ndarray, Result | None]:
        """What a function that reads gives for those rows that are readable.

        Args:
          rows: int [n].
          read: Function of int [m] rows, m ≥ 1, which may raise `UnreadableRowsError`.

        Returns:
          (int [m], the rows left; what `read` gives for them, None without any).
        """
        while True:
            left = rows[~self.unreadable[rows]]
            if not len(left):
                return left, None
            try:
                return left, read(left)
            except UnreadableRowsError:
                continue

    def _contents(self, rows: np.ndarray) -> list[bytes | UnreadableImageError]:
        """The bytes of rows' files, or of copies of them, or why they cannot be read."""
        paths = map(self.path, rows.tolist())
        found = list(self._threads.map(_content, paths, self.contents[rows]))
        for place, row in enumerate(rows.tolist()):
            if isinstance(found[place], UnreadableImageError):
                found[place] = self._copy_of(row) or found[place]
        return found

    def _check(self, rows: np.ndarray, results: Iterable[object]) -> None:
        """Takes notice of rows whose results are errors.

        Raises:
          UnreadableRowsError: there are some.
        """
        failed = False
        for row, result in zip(rows.tolist(), results, strict=True):
            if isinstance(result, UnreadableImageError):
                failed = True
                self.unreadable[self._rows_like(row)] = True
                self._log.add(self.path(row), str(result))
        if failed:
            raise UnreadableRowsError

    def _rows_like(self, row: int) -> np.ndarray:
        """Rows of the same contents as a row, itself among them."""
        return np.flatnonzero((self.contents == self.contents[row]).all(axis=1))

    def _copy_of(self, row: int) -> bytes | None:
        """The bytes of a row's file, from wherever else they are listed."""
        for other in self._rows_like(row).tolist():
            content = _content(self.path(other), self.contents[other])
            if isinstance(content, bytes):
                return content
        return None


def _content(path: str, listed: np.ndarray) -> bytes | UnreadableImageError:
    try:
        content = read_data(path)
    except UnreadableImageError as error:
        return error
    digest = hashlib.sha256(content).digest()
    if digest != listed.tobytes():
        raise GraftNetError(
            f"{path} has changed since it was listed (sha256 {digest.hex()[:12]}…, listed "
            f"{listed.tobytes().hex()[:12]}…). Import it again, or put the former file back."
        )
    return content
