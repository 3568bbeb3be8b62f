"""A snapshot as it is posted: the crops of its people, or the whole, to be cut here."""

import dataclasses
from collections.abc import AsyncGenerator, Sequence

from fastapi import Request
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from serving.http_service.body import read_body
from serving.http_service.refusal import refuse

_WHOLE = ("image/jpeg", "image/png")
_FIELD = "crop"
_MOST_CROPS = 100


@dataclasses.dataclass(frozen=True)
class PostedSnapshot:
    """A snapshot that nobody has decoded yet.

    Attributes:
      contents: JPEG or PNG files: its crops, or it alone.
      whole: Whether it is a whole snapshot.
    """

    contents: Sequence[bytes]
    whole: bool


async def read_snapshot(request: Request, limit: int) -> PostedSnapshot:
    """Reads a request's body, in memory alone.

    Args:
      request: A form with a file `crop` for each person, or one image.
      limit: Most bytes.

    Raises:
      HTTPException: 415 for anything else; 400 for a form without crops, of too many or of other
        fields; 413 and 408 as `read_body`.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind not in (*_WHOLE, "multipart/form-data"):
        raise refuse(
            415,
            f"The body is {kind or 'of no type'}; send multipart/form-data with a file "
            f"{_FIELD!r} for each person, or a whole snapshot as {' or '.join(_WHOLE)}.",
        )
    body = await read_body(request, limit)
    if kind in _WHOLE:
        return PostedSnapshot([body], whole=True)
    return PostedSnapshot(await _crops(request.headers, body), whole=False)


class _InMemory(MultiPartParser):
    """Writes no file to disk, where those of snapshots that are not sampled have no business."""

    spool_max_size = 0  # of a SpooledTemporaryFile: never


async def _crops(headers: Headers, body: bytes) -> list[bytes]:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        form = await _InMemory(headers, stream(), max_files=_MOST_CROPS, max_fields=0).parse()
    except (MultiPartException, ValueError) as error:
        why = error.message if isinstance(error, MultiPartException) else str(error)
        raise refuse(400, f"The form cannot be read: {why.rstrip('.')}.") from None
    fields = form.multi_items()
    files = [given for name, given in fields if name == _FIELD and isinstance(given, UploadFile)]
    if not files or len(files) < len(fields):
        raise refuse(400, f"Expected a form with a file {_FIELD!r} for each person, and no other.")
    return [await file.read() for file in files]
