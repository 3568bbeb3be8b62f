"""Screens' health, and their enrolment."""

from typing import Literal

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel

from graftnet_tf.errors import GraftNetError
from serving.advertising.gateway.dependencies import NameInPath
from serving.advertising.operator_pages.forms import checked
from serving.advertising.operator_pages.token_page import screen_token_page
from serving.advertising.operator_pages.visit import Admin, Viewer, Visit
from serving.advertising.rules.schema import Name
from serving.advertising.store import screens

router = APIRouter(prefix="/operator")
_SHOWN = 200


class _NewScreen(BaseModel):
    name: Name
    lift: Name


class _TokenChange(BaseModel):
    token: Literal["rotate", "revoke"]


@router.get("/screens")
async def get_screens(
    visit: Viewer, search: str = "", only: Literal["", "offline"] = ""
) -> Response:
    """All screens, or those that are offline."""
    return await _page(visit, search, only_offline=only == "offline")


@router.post("/screens")
async def post_screen(visit: Admin) -> Response:
    """Enrols a screen; shows its address, once."""
    try:
        new = checked(_NewScreen, visit.form)
        async with visit.change("enrolled screen", new.name, f"in {new.lift}") as connection:
            token = await screens.enrol(connection, new.name, new.lift, now=visit.now)
    except GraftNetError as error:
        return await _page(visit, problem=str(error), status=400)
    return screen_token_page(visit, new.name, token)


@router.post("/screens/{name}/token")
async def post_token(visit: Admin, name: NameInPath) -> Response:
    """Gives a screen a new token, or none."""
    access = visit.gateway.channel.access
    if checked(_TokenChange, visit.form).token == "rotate":
        async with visit.change("rotated the token of screen", name) as connection:
            token = await screens.rotate_token(connection, name)
        await access.revoke(name)
        return screen_token_page(visit, name, token)
    async with visit.change("revoked the token of screen", name) as connection:
        await screens.revoke_token(connection, name)
    await access.revoke(name)
    return visit.done("/operator/screens", f"{name} is refused from now on.")


@router.post("/screens/{name}/remove")
async def post_removal(visit: Admin, name: NameInPath) -> Response:
    """Removes a screen."""
    async with visit.change("removed screen", name) as connection:
        await screens.remove(connection, name)
    await visit.gateway.channel.access.revoke(name)
    return visit.done("/operator/screens", f"{name} is removed; what it played stays.")


async def _page(
    visit: Visit,
    search: str = "",
    *,
    only_offline: bool = False,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    seen_since = visit.now - screens.PRESENCE_SECONDS
    async with visit.gateway.database.read() as connection:
        found = await screens.listed(
            connection,
            search=search,
            unseen_since=seen_since if only_offline else None,
            limit=_SHOWN,
        )
        number, online = await screens.count(connection, seen_since=seen_since)
    return visit.page(
        "screens.html",
        status=status,
        problem=problem,
        screens=found,
        search=search,
        only_offline=only_offline,
        number=number,
        online=online,
        most=_SHOWN,
    )
