"""What routes ask for, as annotated types."""

from typing import Annotated

from fastapi import Depends, HTTPException, Path, Request

from serving.advertising.gateway.gateway import Gateway
from serving.advertising.store import screens
from serving.advertising.store.screens import Screen
from serving.http_service.bearer_token import CHALLENGE, TokenDep


def gateway_of(request: Request) -> Gateway:
    """The gateway that answers."""
    return request.app.state.gateway


GatewayDep = Annotated[Gateway, Depends(gateway_of)]


async def _screen(gateway: GatewayDep, token: TokenDep) -> Screen:
    async with gateway.database.read() as connection:
        screen = await screens.by_token(connection, token)
    if screen is None:
        raise HTTPException(
            401,
            "The token is of no screen, or was revoked; enrol the screen again.",
            CHALLENGE,
        )
    return screen


ScreenDep = Annotated[Screen, Depends(_screen)]
NameInPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
HashInPath = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
