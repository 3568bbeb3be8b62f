"""A dry run: what a schema, saved or not, would do with a snapshot; nothing of it is kept."""

import datetime
import zoneinfo
from typing import Annotated, Self

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Base64Bytes, BaseModel, Field, NaiveDatetime, model_validator
from pydantic_core import PydanticCustomError

from graftnet_tf.errors import GraftNetError
from serving.advertising.decisions import deciding
from serving.advertising.decisions.facts import Facts
from serving.advertising.gateway.gateway import Gateway
from serving.advertising.gateway.schema_edit import check
from serving.advertising.operator_pages.forms import OrNone, Text, checked_json
from serving.advertising.operator_pages.rules import known_attributes
from serving.advertising.operator_pages.verdicts import verdicts, with_past
from serving.advertising.operator_pages.visit import Editor
from serving.advertising.recognition.jpeg import check_jpeg
from serving.advertising.recognition.recognizer import Recognition
from serving.advertising.rules.conditions import Person
from serving.advertising.rules.reading import Rules
from serving.advertising.rules.yaml_lines import MAX_BYTES, InvalidDocumentError
from serving.advertising.store import lifts
from serving.http_service.body import read_body
from serving.http_service.refusal import refuse

router = APIRouter(prefix="/operator")
_MOST_PEOPLE = 30
_BUSY_SECONDS = 2.0


class _Question(BaseModel):
    """What is asked.

    Attributes:
      text: The schema.
      lift: Name of the lift.
      time: Local time in the lift; now, where it is left out.
      people: What each person shows, by names of attributes.
      jpeg: A snapshot to look at, in place of `people`.
    """

    text: str
    lift: Text
    time: Annotated[NaiveDatetime | None, OrNone] = None
    people: Annotated[list[list[str]] | None, Field(max_length=_MOST_PEOPLE)] = None
    jpeg: Base64Bytes | None = Field(None, repr=False)

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.people is None) == (self.jpeg is None):
            raise PydanticCustomError("source", "give people or a picture, one of the two")
        return self


@router.post("/rules/dry-run")
async def post_dry_run(visit: Editor) -> Response:
    """The verdict on each campaign, as a part of a page; asked with a JSON body."""
    gateway = visit.gateway
    settings = gateway.settings
    limit = 2 * settings.snapshot_bytes + 2 * MAX_BYTES
    question = checked_json(_Question, await read_body(visit.request, limit))
    try:
        rules = await check(gateway, question.text)
    except InvalidDocumentError as error:
        return visit.part("schema_problems.html", status=422, found=error.problems)
    recognition = await _recognition(gateway, question, rules)
    people, schema = recognition.people, rules.schema
    async with gateway.database.read() as connection:
        lift, state = await lifts.read_state(connection, question.lift)
        zone = lift.timezone or schema.timezone
        now = _instant(question.time, zone) if question.time else visit.now
        facts = Facts(now, lift, gateway.catalog.creatives, recognition.attributes)
        facts = await with_past(connection, schema, facts)
    alone = deciding.observe(state.model_copy(update={"outcomes": ()}), rules, people, facts)
    found = verdicts(rules, alone, people, facts)
    return visit.part("dry_run.html", lift=lift, at=now, zone=zone, people=people, verdicts=found)


async def _recognition(gateway: Gateway, question: _Question, rules: Rules) -> Recognition:
    if question.jpeg is None:
        return await _described(gateway, question.people or [], rules)
    settings = gateway.settings
    if len(question.jpeg) > settings.snapshot_bytes:
        raise refuse(413, f"The picture is larger than {settings.snapshot_bytes >> 20} MiB.")
    check_jpeg(question.jpeg, settings.snapshot_pixels)
    if gateway.looking.locked():
        raise refuse(503, "Too many snapshots are looked at.", retry_after=_BUSY_SECONDS)
    async with gateway.looking:
        return await gateway.recognizer.recognize(question.jpeg, rules.attributes())


async def _described(gateway: Gateway, described: list[list[str]], rules: Rules) -> Recognition:
    """People as they were written down: a score of 1 for what they show, of 0 for the rest."""
    attributes = await known_attributes(gateway) or rules.attributes()
    if unknown := sorted({name for shown in described for name in shown} - attributes):
        raise GraftNetError(f"The served model has no {', '.join(unknown)}; choose others.")
    decisions = [{name: name in shown for name in attributes} for shown in described]
    people = [Person({name: float(yes) for name, yes in it.items()}, it) for it in decisions]
    return Recognition(tuple(people), attributes, 0)


def _instant(time: datetime.datetime, zone: str) -> float:
    try:
        return time.replace(tzinfo=zoneinfo.ZoneInfo(zone)).timestamp()
    except (ValueError, OverflowError):
        raise GraftNetError(f"Time: {time} is out of range; take one near today.") from None
