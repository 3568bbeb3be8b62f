"""The token that a request bears, as an annotated type for routes."""

from typing import Annotated

from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

CHALLENGE = {"WWW-Authenticate": "Bearer"}
"""Header of every answer with 401."""

_bearer = HTTPBearer(auto_error=False)


def _token(given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> str:
    if given is None:
        raise HTTPException(401, "There is no token; send Authorization: Bearer TOKEN.", CHALLENGE)
    return given.credentials


TokenDep = Annotated[str, Depends(_token)]
