"""Which crops are of one snapshot, by the table beside them."""

import csv
import os
from collections.abc import Iterable

import tensorflow as tf

from graftnet_tf.io.image_sources import location

TABLE = "people.csv"  # of graftnet-segment-people, with the columns source and crop


def snapshot_groups(names: Iterable[str]) -> dict[str, str]:
    """The snapshot of each crop, by the crop's location.

    Args:
      names: An archive's names; those that are folders with a `people.csv` tell, others do not.
    """
    found: dict[str, str] = {}
    for name in names:
        path = os.path.join(name, TABLE)
        if not tf.io.gfile.exists(path):
            continue
        with tf.io.gfile.GFile(path) as file:
            for row in csv.DictReader(file):
                if {"source", "crop"} <= row.keys():
                    found[location(os.path.join(name, row["crop"]))] = row["source"]
    return found
