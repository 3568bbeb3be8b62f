"""A request of an operator who is logged in, with the role that its route needs."""

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any
from urllib.parse import quote, unquote, urlencode

from fastapi import Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from serving.advertising.gateway.dependencies import GatewayDep
from serving.advertising.gateway.gateway import Gateway
from serving.advertising.gateway.problems import wants_page
from serving.advertising.operator_pages import cookies
from serving.advertising.operator_pages.forgery import (
    FIELD,
    HEADER,
    check_csrf_token,
    check_origin,
    csrf_token,
)
from serving.advertising.operator_pages.forms import read_form
from serving.advertising.operator_pages.rendering import html_page
from serving.advertising.store import audit, operators
from serving.advertising.store.operators import Operator
from serving.advertising.store.roles import Role, may
from serving.http_service.refusal import refuse

_FORM_BYTES = 4 << 20  # a schema of 1 MiB, of which any byte may be written as three
_MESSAGE_SECONDS = 60


@dataclasses.dataclass(frozen=True)
class Visit:
    """One request of an operator.

    Attributes:
      request: The request.
      gateway: The gateway that answers.
      operator: Who it is.
      session: Token of the session.
      form: Fields of the form that was sent; empty otherwise.
      now: When it came, in seconds since the epoch.
    """

    request: Request
    gateway: Gateway
    operator: Operator
    session: str
    form: Mapping[str, str]
    now: float

    def may(self, role: Role) -> bool:
        """Whether the operator may do what a role is needed for."""
        return may(self.operator.role, role)

    def page(
        self, template: str, *, status: int = 200, problem: str | None = None, **content: Any
    ) -> HTMLResponse:
        """A page, with what every page shows; a message that waited is shown on it, once."""
        settings = self.gateway.settings
        message = unquote(cookies.read_cookie(self.request, settings, cookies.MESSAGE))
        response = self.part(template, status=status, message=message, problem=problem, **content)
        if message:
            cookies.set_cookie(response, settings, cookies.MESSAGE, "", seconds=0)
        return response

    def part(self, template: str, *, status: int = 200, **content: Any) -> HTMLResponse:
        """A part of a page, which a script puts in its place."""
        timezone = self.gateway.catalog.rules.schema.timezone
        common: dict[str, Any] = {
            "visit": self,
            "csrf": csrf_token(self.session),
            "timezone": timezone,
        }
        return html_page(template, status=status, **common, **content)

    def tell(self, response: Response, message: str) -> Response:
        """An answer after which the next page shows a message."""
        value = quote(message)
        cookies.set_cookie(
            response,
            self.gateway.settings,
            cookies.MESSAGE,
            value,
            seconds=_MESSAGE_SECONDS,
        )
        return response

    def done(self, path: str, message: str) -> Response:
        """An answer to a form whose change was made: a page that says so."""
        return self.tell(RedirectResponse(path, 303), message)

    @contextlib.asynccontextmanager
    async def change(
        self, action: str, subject: str, detail: str = ""
    ) -> AsyncIterator[AsyncConnection]:
        """A transaction that the audit log tells of."""
        async with self.gateway.database.write() as connection:
            yield connection
            await audit.record(
                connection, self.operator.name, action, subject, now=self.now, detail=detail
            )


def _needs(role: Role) -> Any:
    """A dependency on an operator of a role, who sent what is sent from a page of theirs.

    Raises:
      HTTPException: 303 to the login, or 401, where nobody is logged in; 403 if the role is too
        small, or another site made the request.
    """

    async def visit(request: Request, gateway: GatewayDep) -> Visit:
        now = gateway.clock()
        session = cookies.read_cookie(request, gateway.settings, cookies.SESSION)
        async with gateway.database.read() as connection:
            operator = await operators.by_session(connection, session, now=now)
        if operator is None:
            raise _logged_out(request)
        changes = request.method not in ("GET", "HEAD")
        if changes:
            check_origin(request)
        if not may(operator.role, role):
            raise refuse(
                403, f"Your role is {operator.role}; this needs {role}, which an admin can give."
            )
        form = await _form(request, session) if changes else {}
        return Visit(request, gateway, operator, session, form, now)

    return Depends(visit)


async def _form(request: Request, session: str) -> dict[str, str]:
    """The form that was sent; empty for a script's request, whose token is in a header."""
    given = request.headers.get(HEADER)
    form = {} if given is not None else await read_form(request, _FORM_BYTES)
    check_csrf_token(form.pop(FIELD, "") if given is None else given, session)
    return form


def _logged_out(request: Request) -> HTTPException:
    if request.method == "GET" and wants_page(request):
        query = request.url.query
        wanted = urlencode({"next": request.url.path + (query and f"?{query}")})
        return HTTPException(303, headers={"Location": f"/operator/login?{wanted}"})
    return refuse(401, "You are logged out; log in again.")


Viewer = Annotated[Visit, _needs("viewer")]
Editor = Annotated[Visit, _needs("editor")]
Approver = Annotated[Visit, _needs("approver")]
Admin = Annotated[Visit, _needs("admin")]
