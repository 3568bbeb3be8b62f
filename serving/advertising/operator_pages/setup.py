"""The first operator: let in by the token that the gateway printed when it started."""

import hmac

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from graftnet_tf.errors import GraftNetError
from serving.advertising.gateway.dependencies import GatewayDep
from serving.advertising.gateway.gateway import Gateway
from serving.advertising.operator_pages.forgery import check_origin
from serving.advertising.operator_pages.forms import checked, read_form
from serving.advertising.operator_pages.login import FORM_BYTES, START_PAGE, enter
from serving.advertising.operator_pages.rendering import html_page
from serving.advertising.rules.schema import Name
from serving.advertising.store import audit, operators
from serving.http_service.refusal import refuse

router = APIRouter()


class _FirstOperator(BaseModel):
    name: Name
    password: str


@router.get("/operator/setup")
async def get_setup(gateway: GatewayDep) -> Response:
    """The form; the login once there is an operator."""
    async with gateway.database.read() as connection:
        if await operators.count(connection):
            return RedirectResponse("/operator/login", 303)
    return _setup_page()


@router.post("/operator/setup")
async def post_setup(request: Request, gateway: GatewayDep) -> Response:
    """Adds the first operator, an admin, and logs in."""
    check_origin(request)
    form = await read_form(request, FORM_BYTES)
    if not _is_setup_token(gateway, form.get("token", "")):
        raise refuse(403, "The setup token is wrong or used; the gateway prints it as it starts.")
    try:
        first = checked(_FirstOperator, form)
        now = gateway.clock()
        async with gateway.database.write() as connection:
            session = await _add_first(connection, first, now)
    except GraftNetError as error:
        return _setup_page(form, problem=str(error), status=400)
    gateway.setup_token = None
    return enter(gateway, session, START_PAGE)


def _is_setup_token(gateway: Gateway, given: str) -> bool:
    wanted = gateway.setup_token
    return wanted is not None and hmac.compare_digest(wanted.encode(), given.encode())


async def _add_first(connection: AsyncConnection, first: _FirstOperator, now: float) -> str:
    if await operators.count(connection):
        raise GraftNetError("There is an operator already; log in.")
    await operators.add(connection, first.name, first.password, "admin")
    await audit.record(connection, first.name, "set up", first.name, now=now)
    return await operators.begin_session(connection, first.name, now=now)


def _setup_page(
    form: dict[str, str] | None = None, *, problem: str | None = None, status: int = 200
) -> Response:
    shortest = operators.SHORTEST_PASSWORD
    return html_page(
        "setup.html", status=status, form=form or {}, problem=problem, shortest=shortest
    )
