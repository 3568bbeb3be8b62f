"""What pictures come from: the same to the reader, whether camera, stream or files."""

import contextlib
from collections.abc import Iterator
from typing import NamedTuple, Protocol

import av

from graftnet_tf.errors import GraftNetError


class SourceError(GraftNetError):
    """A source that cannot be opened, or that broke off."""


class Shown(NamedTuple):
    """A picture and when it is to be shown, in seconds from the first of its stream."""

    picture: av.VideoFrame
    time: float


class Stream(NamedTuple):
    """An opened source.

    Attributes:
      rate: Pictures per second, as the source says; None if it does not.
      pictures: Pictures in their order, as fast as they can be had; raises `SourceError` where
        the source breaks off.
    """

    rate: float | None
    pictures: Iterator[Shown]


class Source(Protocol):
    """Something that can be opened again and again.

    Attributes:
      name: What to call it in a log: without a password.
      live: Whether its pictures are of now; those of files are shown at their times.
    """

    name: str
    live: bool

    def opened(self) -> contextlib.AbstractContextManager[Stream]:
        """Opens it for as long as the context lasts.

        Raises:
          SourceError: it cannot be opened.
        """
