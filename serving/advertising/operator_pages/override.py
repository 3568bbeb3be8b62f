"""Emergency overrides: the only thing that may cut off what plays."""

from typing import Annotated, Literal, Self

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy.ext.asyncio import AsyncConnection

from graftnet_tf.errors import GraftNetError
from serving.advertising.operator_pages.concerned import concerned
from serving.advertising.operator_pages.forms import OrNone, checked
from serving.advertising.operator_pages.visit import Approver, Viewer, Visit
from serving.advertising.rules.schema import Name
from serving.advertising.store import lifts, overrides

router = APIRouter(prefix="/operator/override")
MOST_CHARACTERS = 300
MOST_MINUTES = 720
_Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MOST_CHARACTERS)]


class _Request(BaseModel):
    """What is asked for.

    Attributes:
      scope: Whose screens show it.
      group, lift: Which ones, where `scope` says so.
      text, creative: What they show, one of the two.
      minutes: How long, unless it is ended.
    """

    scope: Literal["all", "group", "lift"]
    group: Annotated[Name | None, OrNone] = None
    lift: Annotated[Name | None, OrNone] = None
    text: Annotated[_Text | None, OrNone] = None
    creative: Annotated[Name | None, OrNone] = None
    minutes: int = Field(ge=1, le=MOST_MINUTES)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (not self.text) == (self.creative is None):
            raise PydanticCustomError("content", "give a text or a creative, one of the two")
        if self.scope != "all" and getattr(self, self.scope) is None:
            raise PydanticCustomError("scope", "say which {scope}", {"scope": self.scope})
        return self

    @property
    def target(self) -> dict[str, str]:
        """Whose screens, as the store has it."""
        return {} if self.scope == "all" else {self.scope: getattr(self, self.scope)}

    @property
    def where(self) -> str:
        """Whose screens, in words."""
        return concerned(**self.target)


@router.get("")
async def get_overrides(visit: Viewer) -> Response:
    """Those under way, and the form."""
    return await _page(visit)


@router.post("/confirm")
async def post_confirmation(visit: Approver) -> Response:
    """What would be shown where, before it is."""
    try:
        request = checked(_Request, visit.form)
        async with visit.gateway.database.read() as connection:
            number = await _screens(connection, visit, request)
    except GraftNetError as error:
        return await _page(visit, problem=str(error), status=400)
    return visit.page("override_confirm.html", request=request, number=number)


@router.post("")
async def post_override(visit: Approver) -> Response:
    """Starts one."""
    try:
        request = checked(_Request, visit.form)
        shown = request.creative or request.text
        detail = f"{request.minutes} min: {shown}"
        async with visit.change("started override", request.where, detail) as connection:
            await _screens(connection, visit, request)
            await overrides.start(
                connection,
                by=visit.operator.name,
                now=visit.now,
                seconds=60.0 * request.minutes,
                text=request.text,
                creative=request.creative,
                **request.target,
            )
    except GraftNetError as error:
        return await _page(visit, problem=str(error), status=400)
    await visit.gateway.renew()
    return visit.done("/operator/override", f"The override of {request.where} is under way.")


@router.post("/{identifier}/end")
async def post_end(visit: Approver, identifier: Annotated[str, Path(max_length=36)]) -> Response:
    """Ends one."""
    async with visit.gateway.database.read() as connection:
        under_way = await overrides.under_way(connection, visit.now)
    found = next((one for one in under_way if one.id == identifier), None)
    if found is None:
        raise GraftNetError("That override has ended already.")
    where = concerned(found.lift, found.group)
    async with visit.change("ended override", where, identifier) as connection:
        await overrides.end(connection, identifier, by=visit.operator.name, now=visit.now)
    await visit.gateway.renew()
    return visit.done("/operator/override", f"The override of {where} has ended.")


async def _screens(connection: AsyncConnection, visit: Visit, request: _Request) -> int:
    """How many screens would show it.

    Raises:
      GraftNetError: there is no such lift, group or approved creative.
    """
    if request.lift and request.scope == "lift" and not await lifts.find(connection, request.lift):
        raise GraftNetError(f"There is no lift {request.lift}.")
    if request.scope == "group" and request.group not in await lifts.groups(connection):
        raise GraftNetError(f"There is no group {request.group}.")
    if request.creative and not visit.gateway.catalog.shown([request.creative]):
        raise GraftNetError(f"{request.creative} is no approved creative.")
    return await overrides.screens_concerned(connection, **request.target)


async def _page(visit: Visit, *, problem: str | None = None, status: int = 200) -> Response:
    catalog = visit.gateway.catalog
    async with visit.gateway.database.read() as connection:
        groups = await lifts.groups(connection)
        under_way = await overrides.under_way(connection, visit.now)
    creatives = catalog.shown(sorted(catalog.creatives))
    return visit.page(
        "override.html",
        status=status,
        problem=problem,
        groups=groups,
        under_way=under_way,
        creatives=[creative.name for creative in creatives],
        most_characters=MOST_CHARACTERS,
        most_minutes=MOST_MINUTES,
    )
