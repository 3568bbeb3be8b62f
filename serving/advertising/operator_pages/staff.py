"""Operators, their roles and passwords."""

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel

from graftnet_tf.errors import GraftNetError
from serving.advertising.gateway.dependencies import NameInPath
from serving.advertising.operator_pages.forms import checked
from serving.advertising.operator_pages.login import enter, is_password
from serving.advertising.operator_pages.visit import Admin, Viewer, Visit
from serving.advertising.rules.schema import Name
from serving.advertising.store import operators
from serving.advertising.store.roles import ROLES, Role

router = APIRouter(prefix="/operator")
_LIST = "/operator/operators"


class _NewOperator(BaseModel):
    name: Name
    password: str
    role: Role


class _RoleChange(BaseModel):
    role: Role


class _PasswordReset(BaseModel):
    password: str


class _OwnPassword(BaseModel):
    present: str
    new: str


@router.get("/operators")
async def get_operators(visit: Admin) -> Response:
    """All operators."""
    return await _page(visit)


@router.post("/operators")
async def post_operator(visit: Admin) -> Response:
    """Adds one."""
    try:
        new = checked(_NewOperator, visit.form)
        async with visit.change("added operator", new.name, new.role) as connection:
            await operators.add(connection, new.name, new.password, new.role)
    except GraftNetError as error:
        return await _page(visit, problem=str(error), status=400)
    return visit.done(_LIST, f"{new.name} may log in as {new.role}.")


@router.post("/operators/{name}/role")
async def post_role(visit: Admin, name: NameInPath) -> Response:
    """Gives one another role, which ends the sessions."""
    role = checked(_RoleChange, visit.form).role
    async with visit.change("changed role of operator", name, role) as connection:
        await operators.change(connection, name, role=role)
    return visit.done(_LIST, f"{name} is {role} now, and has to log in again.")


@router.post("/operators/{name}/password")
async def post_password(visit: Admin, name: NameInPath) -> Response:
    """Gives one another password, which ends the sessions."""
    try:
        password = checked(_PasswordReset, visit.form).password
        async with visit.change("reset password of operator", name) as connection:
            await operators.change(connection, name, password=password)
    except GraftNetError as error:
        return await _page(visit, problem=str(error), status=400)
    return visit.done(_LIST, f"{name} has a new password.")


@router.post("/operators/{name}/remove")
async def post_removal(visit: Admin, name: NameInPath) -> Response:
    """Removes one."""
    async with visit.change("removed operator", name) as connection:
        await operators.remove(connection, name)
    return visit.done(_LIST, f"{name} may not log in any more.")


@router.get("/account")
async def get_account(visit: Viewer) -> Response:
    """One's own password."""
    return _account_page(visit)


@router.post("/account")
async def post_account(visit: Viewer) -> Response:
    """Changes one's own password, and begins a new session."""
    name, database = visit.operator.name, visit.gateway.database
    try:
        given = checked(_OwnPassword, visit.form)
        async with database.read() as connection:
            kept = await operators.password_hash(connection, name)
        if not await is_password(visit.gateway, kept, given.present):
            raise GraftNetError("Your present password is another; nothing was changed.")
        async with visit.change("changed own password", name) as connection:
            await operators.change(connection, name, password=given.new)
            session = await operators.begin_session(connection, name, now=visit.now)
    except GraftNetError as error:
        return _account_page(visit, problem=str(error), status=400)
    response = enter(visit.gateway, session, "/operator/account")
    return visit.tell(response, "Your password is changed; other sessions of yours have ended.")


def _account_page(visit: Visit, *, problem: str | None = None, status: int = 200) -> Response:
    shortest = operators.SHORTEST_PASSWORD
    return visit.page("account.html", status=status, problem=problem, shortest=shortest)


async def _page(visit: Visit, *, problem: str | None = None, status: int = 200) -> Response:
    async with visit.gateway.database.read() as connection:
        found = await operators.listed(connection)
    return visit.page(
        "operators.html",
        status=status,
        problem=problem,
        operators=found,
        roles=ROLES,
        shortest=operators.SHORTEST_PASSWORD,
    )
