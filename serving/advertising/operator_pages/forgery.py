"""Guards against requests that other sites have a browser send (CSRF)."""

import hashlib
import hmac
from urllib.parse import urlsplit

from fastapi import Request

from serving.http_service.refusal import refuse

FIELD = "csrf"
HEADER = "X-CSRF-Token"


def csrf_token(session: str) -> str:
    """What every change of a session must bring along; it does not tell the session's token."""
    return hashlib.sha256(f"csrf:{session}".encode()).hexdigest()


def check_csrf_token(given: str, session: str) -> None:
    """Checks what a change brought along.

    Raises:
      HTTPException: 403 if it is not the session's.
    """
    if not hmac.compare_digest(given.encode(), csrf_token(session).encode()):
        raise refuse(403, "The form is of another session; load its page again.")


def check_origin(request: Request) -> None:
    """Checks that a page of this gateway sent a request, as far as its browser says.

    Raises:
      HTTPException: 403 if another site did.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        own = site in ("same-origin", "none")
    else:
        own = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not own:
        raise refuse(403, "The request came from a page of another site; use this one's pages.")
