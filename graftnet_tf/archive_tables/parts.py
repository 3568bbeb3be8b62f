"""The parts that an archive's images are done in: always the same for the same images."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from graftnet_tf.io import image_fetching
from graftnet_tf.io.image_fetching import UnreadableError
from graftnet_tf.io.read_ahead import ahead

_THREADS = 16
_AHEAD = 256
_NAME = re.compile(r"part-\d{6}-[0-9a-f]{16}\.parquet")


class Part(NamedTuple):
    """Some images that are done together.

    Attributes:
      name: Its number, and a hash of its sources, their stamps and the settings; also the name
        of its table.
      sources: Locations, sorted.
    """

    name: str
    sources: tuple[str, ...]


def cut(sources: Sequence[str], size: int, settings: str) -> Iterator[Part]:
    """The parts of an archive.

    Args:
      sources: Different locations, sorted.
      size: Images of a part; the last may have fewer.
      settings: All that rows depend on beside the images.
    """
    with ThreadPoolExecutor(_THREADS) as pool:
        stamps = ahead(pool, _stamp, sources, _AHEAD)
        for number, first in enumerate(range(0, len(sources), size)):
            some = tuple(sources[first : first + size])
            stamped = [(source, next(stamps)) for source in some]
            digest = hashlib.sha256(json.dumps([settings, stamped]).encode()).hexdigest()
            yield Part(f"part-{number:06d}-{digest[:16]}.parquet", some)


def _stamp(source: str) -> str | None:
    try:
        return image_fetching.stamp(source)
    except UnreadableError as error:
        return str(error)


def is_part(name: str) -> bool:
    """Whether a file's name is that of a part's table."""
    return bool(_NAME.fullmatch(name))
