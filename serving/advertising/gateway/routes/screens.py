"""What screens ask for and report."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sse_starlette import EventSourceResponse, ServerSentEvent

from graftnet_tf.errors import GraftNetError
from serving.advertising.channel.mailbox import Mailbox
from serving.advertising.gateway import desk
from serving.advertising.gateway.dependencies import GatewayDep, HashInPath, ScreenDep
from serving.advertising.gateway.desk import Change
from serving.advertising.gateway.gateway import Gateway
from serving.advertising.store import creatives, lifts, plays, screens
from serving.advertising.store.plays import LONGEST_SECONDS, Milliseconds, Play, Sha256, Uuid
from serving.advertising.store.screens import Screen
from serving.http_service.bearer_token import TokenDep
from serving.http_service.refusal import refuse

router = APIRouter(prefix="/v1", tags=["screens"])
_HEARTBEAT_SECONDS = 15
_SEND_SECONDS = 10.0
_TOKEN_SECONDS = 60.0
_BROKER_SECONDS = 10.0
_MOST_PLAYS = 100


class Playing(BaseModel):
    """What a screen plays now."""

    model_config = ConfigDict(extra="forbid")

    creative: Sha256
    campaign: Annotated[str, Field(max_length=64)]
    decision_id: Uuid | None = None
    started_at: Milliseconds


class Presence(BaseModel):
    """What a screen says of itself; `session` is a UUID of the page that is open."""

    model_config = ConfigDict(extra="forbid")

    session: Uuid
    playing: Playing | None = None
    clock_offset_ms: Annotated[float, Field(ge=-1e15, le=1e15)] = 0.0
    cached_files: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class ServerTime(BaseModel):
    """The server's clock, in milliseconds since the epoch."""

    server_time: int


class Plays(BaseModel):
    """Plays to store, each to be checked by itself."""

    plays: Annotated[list[Any], Field(max_length=_MOST_PLAYS)]


class PutAside(BaseModel):
    """A record that is no play, and why."""

    id: str
    reason: str


class Stored(BaseModel):
    """What became of plays; all of them may leave the screen's queue."""

    stored: list[str]
    put_aside: list[PutAside]


@router.get("/screens/me")
async def get_state(gateway: GatewayDep, screen: ScreenDep) -> dict[str, Any]:
    """The state that the screen is to show."""
    return await _state(gateway, screen)


@router.get("/screens/me/channel")
async def get_channel(gateway: GatewayDep, screen: ScreenDep, token: TokenDep) -> dict[str, str]:
    """How the screen is told of changes, to which it is let in here."""
    access = gateway.channel.access
    try:
        await access.grant(screen.name, screen.lift, token)
    except GraftNetError as error:
        raise refuse(503, str(error), retry_after=_BROKER_SECONDS) from None
    async with gateway.database.read() as connection:
        current = await screens.by_token(connection, token)
    if current is None:
        await access.revoke(screen.name)
        raise refuse(401, "The token was revoked; enrol the screen again.")
    return gateway.channel.description(screen.lift, screen.name)


@router.get("/screens/me/events")
async def get_events(gateway: GatewayDep, screen: ScreenDep, token: TokenDep) -> Response:
    """The screen's states as server-sent events, from the one now in force."""
    return EventSourceResponse(
        _events(gateway, screen, token), ping=_HEARTBEAT_SECONDS, send_timeout=_SEND_SECONDS
    )


@router.post("/screens/me/presence")
async def post_presence(presence: Presence, gateway: GatewayDep, screen: ScreenDep) -> ServerTime:
    """Takes notice of what a screen plays; what it has begun waits no longer."""
    now, playing = gateway.clock(), presence.playing
    change = None
    async with gateway.database.write() as connection:
        await screens.keep_presence(
            connection,
            screen.name,
            session=presence.session,
            now=now,
            playing=playing.model_dump() if playing else None,
            clock_offset=presence.clock_offset_ms / 1000,
            cached_files=presence.cached_files,
        )
        if playing is not None:
            began = playing.started_at / 1000
            ends = began + _seconds(gateway, playing.creative)
            busy_until = min(max(ends, now), now + LONGEST_SECONDS)
            change = await desk.on_begin(
                connection,
                gateway.catalog,
                screen,
                playing.decision_id,
                began_at=min(began, now),
                busy_until=busy_until,
            )
    if change is not None:
        await gateway.publish(change)
    return ServerTime(server_time=int(gateway.clock() * 1000))


@router.post("/screens/me/plays")
async def post_plays(batch: Plays, gateway: GatewayDep, screen: ScreenDep) -> Stored:
    """Keeps proofs of play, each once; a bad record is put aside by itself."""
    stored: list[str] = []
    put_aside: list[PutAside] = []
    changes: list[Change] = []
    now = gateway.clock()
    async with gateway.database.write() as connection:
        for record in batch.plays:
            try:
                play = Play.model_validate(record)
            except ValidationError as error:
                reason = _reason(error)
                await plays.put_aside(connection, screen, record, reason, now=now)
                put_aside.append(PutAside(id=_identifier(record), reason=reason))
            else:
                change = await desk.on_play(connection, gateway.catalog, screen, play, now=now)
                changes += [change] if change else []
                stored.append(play.id)
    for change in changes:
        await gateway.publish(change)
    gateway.metrics.plays.labels("stored").inc(len(stored))
    gateway.metrics.plays.labels("put_aside").inc(len(put_aside))
    return Stored(stored=stored, put_aside=put_aside)


@router.get("/creatives/{sha256}")
async def get_creative(sha256: HashInPath, gateway: GatewayDep, _: ScreenDep) -> Response:
    """The bytes of a creative, which never change."""
    async with gateway.database.read() as connection:
        found = await creatives.content(connection, sha256)
    if found is None:
        raise refuse(404, "There is no such creative.")
    content, media_type = found
    return Response(
        content, media_type=media_type, headers={"Cache-Control": "private, max-age=31536000"}
    )


async def _state(gateway: Gateway, screen: Screen) -> dict[str, Any]:
    async with gateway.database.read() as connection:
        lift, state = await lifts.read_state(connection, screen.lift)
    return {"screen": screen.name, **gateway.state(lift, state)}


async def _events(gateway: Gateway, screen: Screen, token: str) -> AsyncIterator[ServerSentEvent]:
    """States until the channel closes or the token is revoked."""
    with gateway.channel.subscribe(screen.lift) as mailbox:
        state: dict[str, Any] | None = await _state(gateway, screen)
        while state is not None:
            yield ServerSentEvent(json.dumps({"screen": screen.name, **state}), event="state")
            state = await _next(gateway, mailbox, token)


async def _next(gateway: Gateway, mailbox: Mailbox, token: str) -> dict[str, Any] | None:
    while True:
        try:
            async with asyncio.timeout(_TOKEN_SECONDS):
                return await mailbox.take()
        except TimeoutError:
            async with gateway.database.read() as connection:
                if await screens.by_token(connection, token) is None:
                    return None


def _seconds(gateway: Gateway, sha256: str) -> float:
    """How long a creative is shown; 0 for one that is not known any more."""
    known = gateway.catalog.creatives.values()
    return next((one.seconds for one in known if one.sha256 == sha256), 0.0)


def _reason(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}" if where else first["msg"]


def _identifier(record: Any) -> str:
    given = record.get("id") if isinstance(record, dict) else None
    return str(given)[:64] if given is not None else ""
