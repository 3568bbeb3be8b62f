"""Answers with bytes, or the one range of them that a player asks for (RFC 9110, 14)."""

import re

from fastapi import Request, Response

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def bytes_answer(request: Request, content: bytes, headers: dict[str, str]) -> Response:
    """All of the content, or with `Range` a part of it; 416 if there is no such part."""
    headers = {**headers, "Accept-Ranges": "bytes"}
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None or not any(asked.groups()):
        return Response(content, headers=headers)
    first, last = _bounds(asked[1], asked[2], len(content))
    if not 0 <= first <= last < len(content):
        return Response(status_code=416, headers={"Content-Range": f"bytes */{len(content)}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
    return Response(content[first : last + 1], 206, headers)


def _bounds(first: str, last: str, length: int) -> tuple[int, int]:
    if not first:  # the last so many bytes
        return max(0, length - int(last)), length - 1
    return int(first), min(int(last), length - 1) if last else length - 1
