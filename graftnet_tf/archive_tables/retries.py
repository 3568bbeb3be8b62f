"""Images that could not be fetched, asked for again."""

import functools
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from graftnet_tf.archive_tables.part_files import PartFiles
from graftnet_tf.io import image_fetching
from graftnet_tf.io.image_fetching import UnreadableError

_THREADS = 16


def parts_to_retry(parts: Iterable[PartFiles], timeout: float) -> list[PartFiles]:
    """Parts with an image that could not be fetched when they were done, and can be now.

    Args:
      parts: Parts that are done.
      timeout: Seconds that a web server may stay silent.
    """
    missed = [(part, one.source) for part in parts for one in part.dead_letters() if one.retry]
    can_be_fetched = functools.partial(_can_be_fetched, timeout=timeout)
    with ThreadPoolExecutor(_THREADS) as pool:
        found = list(pool.map(can_be_fetched, [source for _, source in missed]))
    return list(dict.fromkeys(part for (part, _), can in zip(missed, found, strict=True) if can))


def _can_be_fetched(source: str, timeout: float) -> bool:
    try:
        image_fetching.read(source, timeout)
    except UnreadableError:
        return False
    return True
