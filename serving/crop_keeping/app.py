"""The endpoint's HTTP interface: snapshots in, what is kept out, deletion on demand."""

import asyncio
import dataclasses
import hmac
from typing import Annotated, Any

import tensorflow as tf
from absl import logging
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, Response

from graftnet_tf import __version__
from graftnet_tf.errors import GraftNetError
from serving.crop_keeping.crop_folder import CropFolder, NotKeptError
from serving.crop_keeping.intake import Intake
from serving.crop_keeping.posted_snapshot import read_snapshot
from serving.http_service.bearer_token import CHALLENGE, TokenDep
from serving.http_service.refusal import refuse
from serving.http_service.token_file import TokenFile

_IN_FLIGHT = 16
_BUSY_SECONDS = 2.0


@dataclasses.dataclass
class CropService:
    """What the routes share.

    Attributes:
      intake: Takes in what is posted.
      token_file: Token that requests have to bear.
      body_bytes: Most bytes of a request.
      reading: Bounds how many requests are in memory.
    """

    intake: Intake
    token_file: TokenFile
    body_bytes: int
    reading: asyncio.Semaphore = dataclasses.field(
        default_factory=lambda: asyncio.Semaphore(_IN_FLIGHT)
    )


def _service(request: Request) -> CropService:
    return request.app.state.service


_ServiceDep = Annotated[CropService, Depends(_service)]


def _check_token(service: _ServiceDep, token: TokenDep) -> None:
    if not hmac.compare_digest(token.encode(), service.token_file.token().encode()):
        raise HTTPException(401, "The token is not that of the token file.", CHALLENGE)


_open = APIRouter()
_guarded = APIRouter(prefix="/v1", dependencies=[Depends(_check_token)])


def create_app(service: CropService) -> FastAPI:
    """An ASGI application."""
    app = FastAPI(
        title="GraftNet crop keeping",
        version=__version__,
        summary="Sampled crops, under a legal basis, until they expire.",
        docs_url=None,
        redoc_url=None,
    )
    app.state.service = service
    app.include_router(_open)
    app.include_router(_guarded)
    app.add_exception_handler(NotKeptError, _not_kept)
    app.add_exception_handler(GraftNetError, _mistake)
    app.add_exception_handler(OSError, _fault_of_disk)
    app.add_exception_handler(tf.errors.OpError, _fault_of_disk)
    return app


@_open.get("/health")
async def get_health() -> dict[str, str]:
    """That the process answers."""
    return {"status": "ok"}


@_guarded.post("/snapshots")
async def post_snapshot(service: _ServiceDep, request: Request) -> dict[str, Any]:
    """Keeps the crops of a snapshot, if it is one of the sample."""
    if service.reading.locked():
        raise refuse(503, "Too many snapshots come at once.", retry_after=_BUSY_SECONDS)
    async with service.reading:
        crops = await service.intake.take(await read_snapshot(request, service.body_bytes))
    return {
        "sampled": crops is not None,
        "crops": [crop.name for crop in crops or ()],
        "expires_on": min((crop.expires_on for crop in crops or ()), default=None),
    }


@_guarded.get("/crops")
async def get_crops(service: _ServiceDep) -> dict[str, Any]:
    """What is kept, on which terms, and what has been posted since the process began."""
    intake = service.intake
    holdings = await intake.on_folder(CropFolder.holdings)
    return {
        **dataclasses.asdict(intake.terms),
        **dataclasses.asdict(holdings),
        "snapshots_posted": intake.counts.posted,
        "snapshots_sampled": intake.counts.sampled,
    }


@_guarded.delete("/crops")
async def delete_crops(service: _ServiceDep) -> dict[str, int]:
    """Deletes all crops."""
    return {"deleted": await service.intake.on_folder(CropFolder.delete_all)}


@_guarded.delete("/crops/{name}")
async def delete_crop(service: _ServiceDep, name: str) -> dict[str, int]:
    """Deletes a crop by its name, which is its file's without the ending."""
    deleted = await service.intake.on_folder(lambda folder: folder.delete(name))
    if not deleted:
        raise refuse(404, f"There is no crop {name}.")
    return {"deleted": deleted}


async def _not_kept(request: Request, error: Exception) -> Response:
    logging.warning("%s", error)
    return JSONResponse({"detail": str(error)}, 503)


async def _mistake(request: Request, error: Exception) -> Response:
    return JSONResponse({"detail": str(error)}, 400)


async def _fault_of_disk(request: Request, error: Exception) -> Response:
    logging.error("%s", error)
    return JSONResponse({"detail": "The folder cannot be written or read; see the log."}, 500)
