"""Refusing a request in one clear line."""

from fastapi import HTTPException


def refuse(status: int, detail: str, *, retry_after: float | None = None) -> HTTPException:
    """An answer with an error status; `retry_after` is in seconds."""
    headers = None if retry_after is None else {"Retry-After": str(max(1, round(retry_after)))}
    return HTTPException(status, detail, headers)
