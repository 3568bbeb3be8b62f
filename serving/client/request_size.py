"""Requests of a size that the server takes: by bytes beforehand, and by what it refuses."""

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from serving.client.call_error import CallError
from serving.client.images import LoadedImage
from serving.client.rpc_flow import RpcFlow

Answer = TypeVar("Answer")

_OF_IMAGE = 16  # bytes of a message around an image's own
_OF_REQUEST = 4096  # and around all of them: names, versions, attributes
_ROWS = re.compile(r"rows; this server's limit is (\d+)|larger than maximum input batch size (\d+)")
_BYTES = re.compile(r"message larger than max(?:imum)? \(\d+ vs\.? (\d+)\)", re.IGNORECASE)
_TOO_MUCH = re.compile(
    r"message larger than max|larger than maximum input batch size|this server's limit is \d",
    re.IGNORECASE,
)


class RequestSize:
    """How much goes into a request, as far as the server's refusals have told.

    Refusals are known by the words of `graftnet-serve`, `tensorflow_model_server` and gRPC.
    """

    def __init__(self, message_bytes: int):
        """Sends up to `message_bytes` a request, and a larger image alone."""
        self._bytes = message_bytes
        self._rows: int | None = None

    def asking(
        self,
        images: Sequence[LoadedImage],
        ask: Callable[[Sequence[LoadedImage]], RpcFlow[list[Answer]]],
        refused: Callable[[LoadedImage, str], Answer],
    ) -> RpcFlow[list[Answer]]:
        """Asks about images in as many requests as the server wants.

        Args:
          images: Images to ask about, each with its content.
          ask: The flow of calls of one request.
          refused: The answer about an image that the server refuses on its own, and why.

        Returns:
          One answer per image, in order.

        Raises:
          CallError: there is no answer, for another reason than a request's size.
        """
        answers: list[Answer] = []
        left = deque(self._parts(images))
        while left:
            part = left.popleft()
            try:
                answers += yield from ask(part)
            except CallError as error:
                if not _TOO_MUCH.search(error.details):
                    raise
                if len(part) == 1:
                    answers.append(refused(part[0], f"refused by the server: {error.details}"))
                else:
                    self._learn(error.details)
                    left.extendleft(reversed(self._smaller(part)))
        return answers

    def _parts(self, images: Sequence[LoadedImage]) -> Iterator[list[LoadedImage]]:
        part: list[LoadedImage] = []
        size = _OF_REQUEST
        for image in images:
            more = len(image.content or b"") + _OF_IMAGE
            if part and (size + more > self._bytes or len(part) == self._rows):
                yield part
                part, size = [], _OF_REQUEST
            part.append(image)
            size += more
        if part:
            yield part

    def _learn(self, details: str) -> None:
        if rows := _ROWS.search(details):
            self._rows = max(1, int(rows[1] or rows[2]))
        if message := _BYTES.search(details):
            self._bytes = int(message[1])

    def _smaller(self, part: Sequence[LoadedImage]) -> list[list[LoadedImage]]:
        """By what was learnt, or in halves where that leaves the part as it was."""
        parts = list(self._parts(part))
        if len(parts) > 1:
            return parts
        middle = len(part) // 2
        return [list(part[:middle]), list(part[middle:])]
