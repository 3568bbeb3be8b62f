"""Score histograms from scores that were written down one by one."""

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from serving.schema.score_histograms import Histograms, count

SUFFIXES = (".csv", ".json", ".jsonl")
_COLUMNS = ("attribute", "score")
_ROUNDING = 1e-3


def read_log(path: str, version: str) -> Histograms:
    """Counts the scores in a file.

    Args:
      path: a CSV table with the columns `attribute` and `score`, an empty score for an image
        without one, such as `scores.csv` of an evaluation; or what `graftnet-predict` prints
        with --json or --json_lines, of images or of snapshots.
      version: Version of the model; what others answered is left out of the latter. A table has no
        versions and is taken whole.

    Raises:
      GraftNetError: the file cannot be read, holds neither, or no score of the version.
    """
    try:
        text = atomic_files.read_bytes(path).decode()
    except tf.errors.NotFoundError:
        raise GraftNetError(f"{path} does not exist.") from None
    except (tf.errors.OpError, UnicodeDecodeError) as error:
        raise GraftNetError(f"{path} cannot be read: {getattr(error, 'message', error)}") from None
    scores: dict[str, list[float]] = defaultdict(list)
    try:
        pairs = _of_table(text) if path.endswith(".csv") else _of_results(text, version)
        for attribute, score in pairs:
            scores[attribute].append(_checked(score))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise GraftNetError(
            f"{path} is no log of scores: {_why(error)}. Expected a CSV table with the columns "
            "attribute and score, or the output of `graftnet-predict --json_lines`."
        ) from None
    if not scores:
        raise GraftNetError(f"{path} holds no score{_instead(path, text, version)}.")
    return {attribute: count(values) for attribute, values in scores.items()}


def _of_table(text: str) -> Iterator[tuple[str, float]]:
    table = csv.DictReader(io.StringIO(text))
    columns = table.fieldnames or []
    if missing := [name for name in _COLUMNS if name not in columns]:
        raise ValueError(f"it has the columns {', '.join(columns) or 'none'}, no {missing[0]}")
    for row in table:
        if row["score"]:
            try:
                yield row["attribute"], float(row["score"])
            except ValueError:
                raise ValueError(
                    f"line {table.line_num} has the score {row['score']!r}, which is no number"
                ) from None


def _of_results(text: str, version: str) -> Iterator[tuple[str, float]]:
    for result in _results(text):
        if str(result["model_version"]) == version:
            yield from _of_result(result)


def _results(text: str) -> Iterator[dict[str, Any]]:
    """What was answered about each image or snapshot."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            content = json.loads(line)
        except ValueError:
            raise ValueError(f"line {number} is no JSON") from None
        if not isinstance(content, dict):
            raise ValueError(f"line {number} is no JSON object")
        yield from content.get("images", [content])


def _of_result(result: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """Of one image, or of everybody in one snapshot."""
    for person in result.get("passengers", [result]):
        yield from person["scores"].items()


def _checked(score: float) -> float:
    if not (score != score or -_ROUNDING <= score <= 1 + _ROUNDING):
        raise ValueError(f"it has the score {score:g}, which is not within 0…1")
    return score


def _why(error: Exception) -> str:
    return f"it has no field {error}" if isinstance(error, KeyError) else str(error)


def _instead(path: str, text: str, version: str) -> str:
    """What a log without a score of the version holds."""
    if path.endswith(".csv"):
        return ""
    versions = {result["model_version"] for result in _results(text)} - {None}
    if not versions:
        return f" of version {version}: no image in it was answered for"
    if version in map(str, versions):
        return f" of version {version}: nobody was found in its snapshots"
    listed = ", ".join(map(str, sorted(versions)))
    return f" of version {version}, but of {listed}: name one with --model_version"
