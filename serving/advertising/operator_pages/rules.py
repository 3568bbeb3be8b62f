"""The schema: reading, editing, and what of it does not fire."""

from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field

from serving.advertising.gateway.gateway import Gateway
from serving.advertising.gateway.schema_edit import put_in_force
from serving.advertising.operator_pages.forms import checked
from serving.advertising.operator_pages.visit import Editor, Viewer, Visit
from serving.advertising.recognition.recognizer import UnavailableError
from serving.advertising.rules.yaml_lines import InvalidDocumentError, Problem
from serving.advertising.store import lifts, schemas
from serving.http_service.refusal import refuse

router = APIRouter(prefix="/operator")
_LIFTS_SUGGESTED = 200


class _Edit(BaseModel):
    text: str
    revision: int = Field(ge=0)


@router.get("/rules")
async def get_rules(visit: Viewer) -> Response:
    """The schema in force."""
    return await _page(visit)


@router.post("/rules")
async def post_rules(visit: Editor) -> Response:
    """Puts an edit in force, unless something is wrong with it."""
    if visit.gateway.schema_file is not None:
        raise refuse(409, f"The schema comes from {visit.gateway.schema_file}; edit it there.")
    edit = checked(_Edit, visit.form)
    async with visit.gateway.database.read() as connection:
        current = await schemas.current(connection)
    if current is not None and current.revision != edit.revision:
        problem = (
            f"{current.saved_by} has saved revision {current.revision} since you opened the page. "
            "Save again to put your text in its place, or load the page anew to see it."
        )
        return await _page(visit, text=edit.text, problem=problem, status=409)
    try:
        await put_in_force(visit.gateway, edit.text, by=visit.operator.name)
    except InvalidDocumentError as error:
        problem = "The former schema stays in force, for something is wrong with this one."
        return await _page(visit, text=edit.text, problem=problem, found=error.problems, status=422)
    return visit.done("/operator/rules", "Saved: the schema is in force.")


async def known_attributes(gateway: Gateway) -> frozenset[str] | None:
    """Attributes of the model in service; None where it does not answer."""
    try:
        return await gateway.recognizer.attributes()
    except UnavailableError:
        return None


async def _page(
    visit: Visit,
    *,
    text: str | None = None,
    problem: str | None = None,
    found: Sequence[Problem] = (),
    status: int = 200,
) -> Response:
    gateway = visit.gateway
    catalog, attributes = gateway.catalog, await known_attributes(gateway)
    async with gateway.database.read() as connection:
        current = await schemas.current(connection)
        suggested = await lifts.listed(connection, limit=_LIFTS_SUGGESTED)
    return visit.page(
        "rules.html",
        status=status,
        problem=problem,
        found=found,
        text=catalog.text if text is None else text,
        current=current,
        attributes=sorted(catalog.rules.attributes() if attributes is None else attributes),
        model_answers=attributes is not None,
        campaigns=[
            {"name": name, "campaign": campaign, "troubles": _troubles(gateway, name, attributes)}
            for name, campaign in catalog.rules.schema.campaigns.items()
        ],
        lifts=[lift["name"] for lift in suggested],
        editable=visit.may("editor") and gateway.schema_file is None,
    )


def _troubles(gateway: Gateway, name: str, attributes: frozenset[str] | None) -> list[str]:
    """Why a campaign in force never plays, or not all of it."""
    catalog = gateway.catalog
    campaign = catalog.rules.schema.campaigns[name]
    refused = catalog.rules.refused.get(name)
    troubles = [refused] if refused else []
    if attributes is not None and (gone := sorted(set(campaign.attributes()) - attributes)):
        troubles.append(f"the served model has no {', '.join(gone)}")
    playable = {creative.name for creative in catalog.shown(campaign.creatives)}
    if missing := [creative for creative in campaign.creatives if creative not in playable]:
        troubles.append(f"not there and approved: {', '.join(missing)}")
    return troubles
