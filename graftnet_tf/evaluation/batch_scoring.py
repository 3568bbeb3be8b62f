"""Many image files scored by a composed model, keeping account of the unreadable ones."""

import dataclasses
import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from tqdm import tqdm

from graftnet_tf.data.image_loading import UnreadableImageError, decode, read_data
from graftnet_tf.evaluation.local_predictor import LocalPredictor
from graftnet_tf.io.read_ahead import ahead

_READERS = 16
_AHEAD = 2  # batches that are read while one is scored


@dataclasses.dataclass(frozen=True)
class ScoredImages:
    """The scores of M image files.

    Attributes:
      scores: float32 [M] in 0…1 for each attribute; NaN for an image without a score.
      unreadable: Reason for each path that no attribute has a score for.
    """

    scores: dict[str, np.ndarray]
    unreadable: dict[str, str]


def score_files(model: LocalPredictor, paths: Sequence[str], *, batch: int) -> ScoredImages:
    """Scores image files in batches, with a progress bar on stderr.

    A few batches are read ahead of the one that is scored, so that neither waits for the other.

    Args:
      model: SavedModel that gives the scores.
      paths: M different files, local or `gs://`.
      batch: Images per request.
    """
    scores = {name: np.full(len(paths), np.nan, np.float32) for name in model.attributes}
    with (
        ThreadPoolExecutor(_READERS) as readers,
        tqdm(total=len(paths), desc="Scoring", unit="image") as progress,
    ):
        start = 0
        read = ahead(readers, _content, paths, _AHEAD * batch)
        while contents := list(itertools.islice(read, batch)):
            filled = [index for index, content in enumerate(contents) if content]
            if filled:
                answer = model.score([contents[index] for index in filled])
                for name, column in answer.items():
                    scores[name][start + np.array(filled)] = column
            start += len(contents)
            progress.update(len(contents))
    unscored = np.ones(len(paths), bool)
    for column in scores.values():
        unscored &= np.isnan(column)
    reasons = {paths[row]: _reason(paths[row]) for row in np.flatnonzero(unscored)}
    return ScoredImages(scores, reasons)


def _content(path: str) -> bytes:
    """A file's bytes; none when it cannot be read, which `_reason` then explains."""
    try:
        return read_data(path)
    except UnreadableImageError:
        return b""


def _reason(path: str) -> str:
    try:
        decode(read_data(path))
    except UnreadableImageError as error:
        return str(error)
    return "The model gave no score, although the image can be decoded."
