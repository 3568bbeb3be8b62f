"""Many image files scored by a composed model, keeping account of the unreadable ones."""

import dataclasses
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from tqdm import tqdm

from graftnet_tf.data.image_loading import UnreadableImageError, decode, read_data
from graftnet_tf.evaluation.local_predictor import LocalPredictor

_READERS = 16


@dataclasses.dataclass(frozen=True)
class ScoredImages:
    """The scores of M image files.

    Attributes:
      scores: float32 [M] in 0…1 for each attribute; NaN for an image without a score.
      rows: Each path's row in `scores`.
      unreadable: Reason for each path that no attribute has a score for.
    """

    scores: dict[str, np.ndarray]
    rows: dict[str, int]
    unreadable: dict[str, str]

    def of(self, attribute: str, paths: Iterable[str]) -> np.ndarray:
        """float32 [N]: an attribute's scores of N files, in their order."""
        return self.scores[attribute][[self.rows[path] for path in paths]]


def score_files(model: LocalPredictor, paths: Sequence[str], *, batch: int) -> ScoredImages:
    """Scores image files in batches, with a progress bar on stderr.

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
        for start in range(0, len(paths), batch):
            chunk = paths[start : start + batch]
            contents = list(readers.map(_content, chunk))
            filled = [index for index, content in enumerate(contents) if content]
            if filled:
                answer = model.score([contents[index] for index in filled])
                for name, column in answer.items():
                    scores[name][start + np.array(filled)] = column
            progress.update(len(chunk))
    unscored = np.flatnonzero(np.isnan(list(scores.values())).all(axis=0))
    return ScoredImages(
        scores,
        rows={path: row for row, path in enumerate(paths)},
        unreadable={paths[row]: _reason(paths[row]) for row in unscored},
    )


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
