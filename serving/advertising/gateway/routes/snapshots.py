"""Snapshots from lifts' cameras."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, HTTPException, Request
from pydantic import BaseModel

from serving.advertising.gateway import desk
from serving.advertising.gateway.dependencies import GatewayDep, NameInPath
from serving.advertising.gateway.gateway import Gateway
from serving.advertising.gateway.live_view import LastLook
from serving.advertising.recognition.jpeg import check_jpeg
from serving.advertising.recognition.recognizer import Recognition
from serving.advertising.store import lifts
from serving.advertising.store.lifts import Refusal, Ticket
from serving.http_service.bearer_token import TokenDep
from serving.http_service.body import read_body
from serving.http_service.refusal import refuse

router = APIRouter(tags=["lifts"])
_BUSY_SECONDS = 2.0


class SnapshotAnswer(BaseModel):
    """What a camera is told.

    Attributes:
      people: How many there were.
      decision: UUID of the decision that waits to be shown, or null.
      next_in: Seconds until the next snapshot is wanted.
    """

    people: int
    decision: str | None
    next_in: float


@router.post("/v1/lifts/{lift}/snapshots")
async def post_snapshot(
    lift: NameInPath,
    request: Request,
    gateway: GatewayDep,
    token: TokenDep,
    boot_id: Annotated[UUID, Header()],
    sequence: Annotated[int, Header(ge=1, le=2**62)],
    snapshot_age: Annotated[int, Header(ge=0)] = 0,
) -> SnapshotAnswer:
    """Looks at a snapshot (`image/jpeg`), forgets it, and decides what the lift shows next."""
    try:
        if snapshot_age > gateway.settings.snapshot_age * 1000:
            raise refuse(409, f"The snapshot is {snapshot_age / 1000:g} s old; send the newest.")
        ticket = await _admit(gateway, lift, token, str(boot_id), sequence)
        recognition = await _recognize(gateway, request)
    except HTTPException as error:
        gateway.metrics.snapshots.labels(str(error.status_code)).inc()
        raise
    now = gateway.clock()
    with gateway.metrics.stage("decide"):
        async with gateway.database.write() as connection:
            change = await desk.on_snapshot(
                connection,
                gateway.catalog,
                ticket,
                recognition.people,
                recognition.attributes,
                now=now,
            )
    with gateway.metrics.stage("publish"):
        await gateway.publish(change)
    look = LastLook(now, recognition.people, recognition.attributes, change.waiting)
    gateway.live.keep(lift, look)
    if gateway.on_look is not None:
        gateway.on_look(lift, look)
    gateway.metrics.snapshots.labels("200").inc()
    if change.changed and change.waiting:
        gateway.metrics.decisions.inc()
    waiting = change.waiting.id if change.waiting else None
    return SnapshotAnswer(
        people=len(recognition.people), decision=waiting, next_in=gateway.settings.next_in
    )


async def _admit(gateway: Gateway, lift: str, token: str, boot_id: str, sequence: int) -> Ticket:
    settings = gateway.settings
    with gateway.metrics.stage("admit"):
        async with gateway.database.write() as connection:
            admitted = await lifts.admit(
                connection,
                lift,
                token,
                boot_id,
                sequence,
                now=gateway.clock(),
                interval=settings.snapshot_interval,
                burst=settings.snapshot_burst,
            )
    if isinstance(admitted, Refusal):
        raise _refused(admitted, lift)
    return admitted


def _refused(refusal: Refusal, lift: str) -> HTTPException:
    match refusal.why:
        case "token":
            return refuse(401, "The token is of no lift, or was revoked; enrol the lift again.")
        case "lift":
            return refuse(403, f"The token is not that of {lift}; each lift has its own.")
        case "off":
            return refuse(403, f"{lift} is switched off; its snapshots are not looked at.")
        case "stale":
            return refuse(409, "A later snapshot has come already; send the newest.")
        case "rate":
            return refuse(429, "Snapshots come too fast; wait.", retry_after=refusal.retry_after)


async def _recognize(gateway: Gateway, request: Request) -> Recognition:
    if request.headers.get("content-type", "").partition(";")[0].strip() != "image/jpeg":
        raise refuse(415, "The body is not image/jpeg; send a JPEG with that Content-Type.")
    asked = gateway.asked
    if asked is None:
        raise refuse(503, "The model is not ready yet.", retry_after=_BUSY_SECONDS)
    if gateway.looking.locked():
        raise refuse(503, "Too many snapshots are looked at.", retry_after=_BUSY_SECONDS)
    async with gateway.looking:
        jpeg = await read_body(request, gateway.settings.snapshot_bytes)
        check_jpeg(jpeg, gateway.settings.snapshot_pixels)
        with gateway.metrics.stage("recognize"):
            return await gateway.recognizer.recognize(jpeg, asked)
