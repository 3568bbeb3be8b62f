"""Image files, played one after another."""

import contextlib
import glob
import logging
import os
from collections.abc import Iterator

import av
from PIL import Image, ImageOps

from serving.advertising.lift_agent.settings import SourceSettings
from serving.advertising.lift_agent.source import Shown, SourceError, Stream

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
_PATTERN = frozenset("*?[")

_log = logging.getLogger(__name__)


class ImageFiles:
    """A folder's image files, those of a glob pattern, or a single one, in their names' order.

    Attributes:
      name: The folder or pattern.
      live: False.
    """

    live = False

    def __init__(self, settings: SourceSettings):
        self._seconds = settings.image_seconds
        self.name = settings.source

    @contextlib.contextmanager
    def opened(self) -> Iterator[Stream]:
        """Looks which files there are; `Source.opened`."""
        paths = _paths(self.name)
        if not paths:
            raise SourceError(f"{self.name} has no image file; expected {', '.join(SUFFIXES)}.")
        yield Stream(1 / self._seconds, self._pictures(paths))

    def _pictures(self, paths: list[str]) -> Iterator[Shown]:
        shown = 0
        for path in paths:
            if picture := _decoded(path):
                yield Shown(picture, shown * self._seconds)
                shown += 1


def are_image_files(source: str) -> bool:
    """Whether a source means image files rather than a video."""
    if "://" in source:
        return False
    return (
        os.path.isdir(source)
        or source.lower().endswith(SUFFIXES)
        or (not os.path.exists(source) and bool(_PATTERN.intersection(source)))
    )


def _paths(source: str) -> list[str]:
    if os.path.isdir(source):
        found = [os.path.join(source, file) for file in os.listdir(source)]
    elif os.path.exists(source):
        found = [source]
    else:
        found = glob.glob(source)
    return sorted(path for path in found if path.lower().endswith(SUFFIXES))


def _decoded(path: str) -> av.VideoFrame | None:
    """The picture, upright; None if the file is none, which is logged."""
    try:
        with Image.open(path) as image:
            return av.VideoFrame.from_image(ImageOps.exif_transpose(image).convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        _log.warning("%s is passed over: %s.", path, str(error).rstrip("."))
        return None
