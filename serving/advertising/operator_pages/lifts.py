"""Live lifts: what is seen and played in each, and who switches it off."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy import RowMapping

from graftnet_tf.errors import GraftNetError
from serving.advertising.decisions.facts import Facts
from serving.advertising.gateway import desk
from serving.advertising.gateway.dependencies import NameInPath
from serving.advertising.gateway.live_view import LastLook
from serving.advertising.operator_pages.forms import OrNone, Words, checked
from serving.advertising.operator_pages.token_page import camera_token_page
from serving.advertising.operator_pages.verdicts import verdicts, with_past
from serving.advertising.operator_pages.visit import Admin, Approver, Viewer, Visit
from serving.advertising.rules.calendar import TimeZone
from serving.advertising.rules.schema import Name
from serving.advertising.store import lifts, screens
from serving.http_service.refusal import refuse

router = APIRouter(prefix="/operator")
CAMERA_LOST_SECONDS = 90.0  # an agent tells of itself at least once in 60
_SHOWN = 200


class _Belonging(BaseModel):
    group: Annotated[Name | None, OrNone] = None
    tags: Annotated[tuple[Name, ...], Words] = ()
    time_zone: Annotated[TimeZone | None, OrNone] = None

    def columns(self) -> dict[str, Any]:
        return {"group": self.group or "", "tags": self.tags, "timezone": self.time_zone}


class _NewLift(_Belonging):
    name: Name


class _Switch(BaseModel):
    recognition: Literal["on", "off"]


class _TokenChange(BaseModel):
    token: Literal["rotate", "revoke"]


@router.get("/lifts")
async def get_lifts(visit: Viewer, search: str = "") -> Response:
    """All lifts."""
    return await _lifts_page(visit, search)


@router.get("/live/lifts")
async def get_lift_rows(visit: Viewer, search: str = "") -> Response:
    """The table of lifts alone, as it is now."""
    return visit.part("lifts_table.html", **await _table(visit, search))


@router.post("/lifts")
async def post_lift(visit: Admin) -> Response:
    """Enrols a lift; shows its token, once."""
    try:
        new = checked(_NewLift, visit.form)
        async with visit.change("enrolled lift", new.name) as connection:
            token = await lifts.enrol(connection, new.name, now=visit.now, **new.columns())
    except GraftNetError as error:
        return await _lifts_page(visit, problem=str(error), status=400)
    return camera_token_page(visit, new.name, token)


@router.get("/lifts/{name}")
async def get_lift(visit: Viewer, name: NameInPath) -> Response:
    """One lift."""
    return await _lift_page(visit, name)


@router.get("/live/lifts/{name}")
async def get_live(visit: Viewer, name: NameInPath) -> Response:
    """What was seen in a lift last and what became of it, alone."""
    return visit.part("lift_live.html", **await _live(visit, await _lift(visit, name)))


@router.post("/lifts/{name}/switch")
async def post_switch(visit: Approver, name: NameInPath) -> Response:
    """Switches a lift's recognition on or off."""
    to = checked(_Switch, visit.form).recognition
    async with visit.change(f"switched recognition {to}", name) as connection:
        if to == "off":
            await desk.on_switch_off(connection, visit.gateway.catalog, name, now=visit.now)
        await lifts.switch(connection, name, enabled=to == "on")
    if to == "off":
        visit.gateway.live.forget(name)
    return visit.done(f"/operator/lifts/{name}", f"Recognition in {name} is switched {to}.")


@router.post("/lifts/{name}/belonging")
async def post_belonging(visit: Admin, name: NameInPath) -> Response:
    """Changes a lift's group, tags and time zone."""
    try:
        belonging = checked(_Belonging, visit.form)
    except GraftNetError as error:
        return await _lift_page(visit, name, problem=str(error), status=400)
    told = {
        "group": belonging.group,
        "tags": " ".join(belonging.tags),
        "time zone": belonging.time_zone,
    }
    detail = ", ".join(f"{field} {value}" for field, value in told.items() if value)
    async with visit.change("edited lift", name, detail) as connection:
        await lifts.edit(connection, name, **belonging.columns())
    return visit.done(f"/operator/lifts/{name}", f"{name} is changed.")


@router.post("/lifts/{name}/token")
async def post_token(visit: Admin, name: NameInPath) -> Response:
    """Gives a lift's camera a new token, or none."""
    if checked(_TokenChange, visit.form).token == "rotate":
        async with visit.change("rotated the token of lift", name) as connection:
            token = await lifts.rotate_token(connection, name)
        return camera_token_page(visit, name, token)
    async with visit.change("revoked the token of lift", name) as connection:
        await lifts.revoke_token(connection, name)
    return visit.done(f"/operator/lifts/{name}", f"The camera of {name} is refused from now on.")


@router.post("/lifts/{name}/remove")
async def post_removal(visit: Admin, name: NameInPath) -> Response:
    """Removes a lift with its screens."""
    channel = visit.gateway.channel
    async with visit.change("removed lift", name) as connection:
        shown = await screens.listed(connection, lifts=[name])
        await lifts.remove(connection, name)
    visit.gateway.live.forget(name)
    for screen in shown:
        await channel.access.revoke(screen["name"])
    await channel.forget(name)
    return visit.done("/operator/lifts", f"{name} and its screens are removed.")


async def _lifts_page(
    visit: Visit, search: str = "", *, problem: str | None = None, status: int = 200
) -> Response:
    table = await _table(visit, search)
    return visit.page("lifts.html", status=status, problem=problem, **table)


async def _lift_page(
    visit: Visit, name: str, *, problem: str | None = None, status: int = 200
) -> Response:
    lift = await _lift(visit, name)
    async with visit.gateway.database.read() as connection:
        shown = await screens.listed(connection, lifts=[name])
    return visit.page(
        "lift.html",
        status=status,
        problem=problem,
        lift=lift,
        screens=shown,
        camera=_camera(visit, lift),
        **await _live(visit, lift),
    )


async def _table(visit: Visit, search: str) -> dict[str, Any]:
    async with visit.gateway.database.read() as connection:
        found = await lifts.listed(connection, search=search, limit=_SHOWN)
        names = [lift["name"] for lift in found]
        shown = await screens.listed(connection, lifts=names)
        number, seen = await lifts.count(connection, seen_since=visit.now - CAMERA_LOST_SECONDS)
    rows = [
        {
            "lift": lift,
            "camera": _camera(visit, lift),
            "screens": [screen for screen in shown if screen["lift"] == lift["name"]],
        }
        for lift in found
    ]
    return {
        "rows": rows,
        "search": search,
        "number": number,
        "seen": seen,
        "lost_after": CAMERA_LOST_SECONDS,
        "most": _SHOWN,
    }


async def _lift(visit: Visit, name: str) -> RowMapping:
    async with visit.gateway.database.read() as connection:
        lift = await lifts.find(connection, name)
    if lift is None:
        raise refuse(404, f"There is no lift {name}.")
    return lift


def _camera(visit: Visit, lift: RowMapping) -> Literal["off", "revoked", "new", "lost", "live"]:
    if not lift["enabled"]:
        return "off"
    if not lift["has_token"]:
        return "revoked"
    if lift["seen_at"] is None:
        return "new"
    return "lost" if visit.now - lift["seen_at"] > CAMERA_LOST_SECONDS else "live"


async def _live(visit: Visit, lift: RowMapping) -> dict[str, Any]:
    """What the page tells of the last snapshot, from this gateway's memory alone."""
    gateway = visit.gateway
    rules = gateway.catalog.rules
    age = rules.schema.smoothing_age
    look = gateway.live.look(lift["name"], age)
    seen = lift["seen_at"]
    elsewhere = seen is not None and visit.now - seen <= age
    content = {"name": lift["name"], "look": look, "age": age, "elsewhere": elsewhere}
    if look is None or not _scored(look) >= rules.attributes() & look.attributes:
        return {**content, "verdicts": None}
    async with gateway.database.read() as connection:
        of, state = await lifts.read_state(connection, lift["name"])
        facts = Facts(visit.now, of, gateway.catalog.creatives, look.attributes)
        facts = await with_past(connection, rules.schema, facts, waiting=look.waiting)
    return {**content, "verdicts": verdicts(rules, state, look.people, facts)}


def _scored(look: LastLook) -> frozenset[str]:
    """Attributes that everybody there has a score of: those that rules asked for at that time."""
    if not look.people:
        return look.attributes
    return frozenset.intersection(*(frozenset(person.scores) for person in look.people))
