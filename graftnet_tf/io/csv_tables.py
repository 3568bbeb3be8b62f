"""Tables as the text of a CSV file."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import IO, Any


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A line for the columns' names and one for each row, without carriage returns."""
    text = io.StringIO()
    write_rows(text, columns, rows)
    return text.getvalue()


def write_rows(file: IO[str], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Writes what `to_csv` gives to an open file, row after row."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
