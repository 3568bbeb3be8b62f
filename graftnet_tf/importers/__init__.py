"""Importers: datasets in their own layouts become collections of labelled photos."""

from collections.abc import Callable, Sequence

from graftnet_tf.importers import ccp, csv_table, folders
from graftnet_tf.importers.classes import Reporting
from graftnet_tf.importers.collection import Collection

IMPORTERS: dict[str, Callable[[str, Sequence[str], Reporting], Collection]] = {
    "ccp": ccp.scan,
    "csv": csv_table.scan,
    "folders": folders.scan,
}
"""By format: called with (source, names of the tasks wanted, none for all of them, reporting)."""
