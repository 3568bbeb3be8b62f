"""Reading a request's body into memory, within bounds."""

import asyncio

from fastapi import Request

from serving.http_service.refusal import refuse

_SECONDS = 20.0


async def read_body(request: Request, limit: int, *, seconds: float = _SECONDS) -> bytes:
    """The whole body.

    Args:
      request: A request whose body nobody has read.
      limit: Most bytes.
      seconds: Most seconds until all of it has come.

    Raises:
      HTTPException: 413 if it is larger, without reading on; 408 if it does not arrive in time.
    """
    too_large = refuse(413, f"The body is larger than {limit >> 20} MiB; send a smaller one.")
    stated = request.headers.get("content-length", "")
    if stated.isdigit() and int(stated) > limit:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise too_large
    except TimeoutError:
        raise refuse(408, f"The body did not arrive within {seconds:g} s.") from None
    return bytes(body)
