"""Logging in and out."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from serving.advertising.gateway.dependencies import GatewayDep
from serving.advertising.gateway.gateway import Gateway
from serving.advertising.operator_pages import cookies
from serving.advertising.operator_pages.forgery import check_origin
from serving.advertising.operator_pages.forms import read_form
from serving.advertising.operator_pages.rendering import html_page
from serving.advertising.operator_pages.visit import Viewer
from serving.advertising.store import audit, operators
from serving.http_service.refusal import refuse

router = APIRouter()
START_PAGE = "/operator/lifts"
FORM_BYTES = 1 << 20
_WAIT_SECONDS = 5.0
_WRONG = (
    "Name or password is wrong, or the login is locked for five minutes after five wrong passwords."
)


@router.get("/")
@router.get("/operator")
@router.get("/operator/")
async def go_to_start() -> Response:
    """The start page."""
    return RedirectResponse(START_PAGE, 303)


@router.get("/operator/login")
async def get_login(
    gateway: GatewayDep, wanted: Annotated[str, Query(alias="next")] = START_PAGE
) -> Response:
    """The login; the setup while there is no operator."""
    async with gateway.database.read() as connection:
        if not await operators.count(connection):
            return RedirectResponse("/operator/setup", 303)
    return _login_page(wanted)


@router.post("/operator/login")
async def post_login(request: Request, gateway: GatewayDep) -> Response:
    """Begins a session."""
    check_origin(request)
    form = await read_form(request, FORM_BYTES)
    name, wanted = form.get("name", ""), form.get("next", START_PAGE)
    session = await _log_in(gateway, name, form.get("password", ""))
    if session is None:
        return _login_page(wanted, name=name, problem=_WRONG, status=403)
    return enter(gateway, session, wanted)


@router.post("/operator/logout")
async def post_logout(visit: Viewer) -> Response:
    """Ends the session."""
    async with visit.gateway.database.write() as connection:
        await operators.log_out(connection, visit.session)
    response = RedirectResponse("/operator/login", 303)
    cookies.set_cookie(response, visit.gateway.settings, cookies.SESSION, "", seconds=0)
    return response


def enter(gateway: Gateway, session: str, path: str) -> Response:
    """An answer that begins a session with one of the pages."""
    response = RedirectResponse(path if path.startswith("/operator/") else START_PAGE, 303)
    cookies.set_cookie(
        response,
        gateway.settings,
        cookies.SESSION,
        session,
        seconds=operators.SESSION_SECONDS,
    )
    return response


async def is_password(gateway: Gateway, kept: str | None, password: str) -> bool:
    """Whether it is the password of which `kept` is kept; a few are looked at at once.

    Raises:
      HTTPException: 503 where too many wait for theirs.
    """
    try:
        async with asyncio.timeout(_WAIT_SECONDS):
            await gateway.hashing.acquire()
    except TimeoutError:
        raise refuse(503, "Too many log in at once; try again.", retry_after=5) from None
    try:
        return await asyncio.to_thread(operators.verify, password, kept)
    finally:
        gateway.hashing.release()


async def _log_in(gateway: Gateway, name: str, password: str) -> str | None:
    async with gateway.database.read() as connection:
        kept = await operators.password_hash(connection, name)
    right = await is_password(gateway, kept, password)
    now = gateway.clock()
    async with gateway.database.write() as connection:
        session = await operators.log_in(connection, name, kept, right=right, now=now)
        if session is not None:
            await audit.record(connection, name, "logged in", name, now=now)
    return session


def _login_page(
    wanted: str, *, name: str = "", problem: str | None = None, status: int = 200
) -> Response:
    return html_page("login.html", status=status, wanted=wanted, name=name, problem=problem)
