"""Tables as the text of a CSV file."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A line for the columns' names and one for each row, without carriage returns."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()
