"""Score histograms from scores that were written down one by one."""

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import tensorflow as tf

from graftnet_tf import files
from graftnet_tf.errors import GraftNetError
from serving.drift.histograms import Histograms, count

SUFFIXES = (".csv", ".json", ".jsonl")


def read_log(path: str, version: str) -> Histograms:
    """Counts the scores in a file.

    Args:
      path: a CSV table with the columns `attribute` and `score`, an empty score for a picture
        without one, such as `scores.csv` of an evaluation; or what `graftnet-predict` prints
        with --json or --json_lines, of pictures or of snapshots.
      version: of the model; what others answered is left out of the latter. A table has no
        versions and is taken whole.

    Raises:
      GraftNetError: the file cannot be read, or holds neither.
    """
    try:
        text = files.read_bytes(path).decode()
        pairs = _of_table(text) if path.endswith(".csv") else _of_results(text, version)
        scores: dict[str, list[float]] = defaultdict(list)
        for attribute, score in pairs:
            scores[attribute].append(score)
    except (tf.errors.OpError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise GraftNetError(
            f"{path} is no log of scores ({error!r}). Expected a CSV table with the columns "
            "attribute and score, or the output of `graftnet-predict --json_lines`."
        ) from None
    return {attribute: count(values) for attribute, values in scores.items()}


def _of_table(text: str) -> Iterator[tuple[str, float]]:
    for row in csv.DictReader(io.StringIO(text)):
        if row["score"]:
            yield row["attribute"], float(row["score"])


def _of_results(text: str, version: str) -> Iterator[tuple[str, float]]:
    for line in filter(str.strip, text.splitlines()):
        content = json.loads(line)
        for result in content.get("pictures", [content]):
            if str(result["model_version"]) == version:
                yield from _of_result(result)


def _of_result(result: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """Of one picture, or of everybody in one snapshot."""
    for person in result.get("passengers", [result]):
        yield from person["scores"].items()
